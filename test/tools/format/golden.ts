import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'test/golden/format';

/** A file as written, and its canonical layout. */
export interface GoldenFormat {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Golden files, with the sections `>>> before` and `>>> after`. */
export function goldenFormats(): readonly GoldenFormat[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  return names.toSorted().map((name) => {
    const [, before = '', after = ''] = readFileSync(`${FOLDER}/${name}`, 'utf8').split(/^>>> .*\n/m);
    return { name: name.replace(/\.txt$/, ''), before, after };
  });
}

/** Writes the file with the actual text, on `make golden`. */
export function accept({ name, before }: GoldenFormat, after: string): void {
  writeFileSync(`${FOLDER}/${name}.txt`, `>>> before\n${before}>>> after\n${after}`);
}
