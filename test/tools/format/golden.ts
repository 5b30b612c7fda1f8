import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'test/golden/format';

/** A file as somebody wrote it, and its one form. */
export interface GoldenFormat {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** `>>> before` and `>>> after` introduce the two. */
export function goldenFormats(): readonly GoldenFormat[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  return names.toSorted().map((name) => {
    const [, before = '', after = ''] = readFileSync(`${FOLDER}/${name}`, 'utf8').split(/^>>> .*\n/m);
    return { name: name.replace(/\.txt$/, ''), before, after };
  });
}

/** Writes the file with the text that came out. */
export function accept({ name, before }: GoldenFormat, after: string): void {
  writeFileSync(`${FOLDER}/${name}.txt`, `>>> before\n${before}>>> after\n${after}`);
}
