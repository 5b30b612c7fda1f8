import type { Diagnostic, Fix } from '../../diagnostic/diagnostic.ts';
import { Lines } from '../../diagnostic/lines.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';

/** Most rounds of fixes: a corrected mistake can show another one. */
const MOST_ROUNDS = 10;

/** A file after the fixes of its errors. */
export interface FixedFile {
  readonly text: string;
  readonly fixes: number;
}

/**
 * Applies the fixes of errors whose text means what the author wrote, until none is left. Fixes of warnings are not
 * applied, since they change decisions of a folder that may be in use, and neither are guesses.
 *
 * @param first diagnostics of the files.
 * @param compile diagnostics of changed files.
 * @param only the only file that is changed; undefined for all.
 * @returns the changed files, by path relative to the folder.
 */
export function fixErrors(
  files: PolicyFiles,
  first: readonly Diagnostic[],
  compile: (files: PolicyFiles) => readonly Diagnostic[],
  only?: string,
): ReadonlyMap<string, FixedFile> {
  const changed = new Map<string, FixedFile>();
  let diagnostics = first;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fixes = fixesByFile(diagnostics, only);
    if (fixes.size === 0) break;
    for (const [file, list] of fixes) {
      const before = changed.get(file) ?? { text: textOf(files, file), fixes: 0 };
      changed.set(file, withFixes(before, list));
    }
    diagnostics = compile(withTexts(files, changed));
  }
  return changed;
}

function fixesByFile(
  diagnostics: readonly Diagnostic[],
  only: string | undefined,
): ReadonlyMap<string, readonly Fix[]> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const fixable = errors.filter(
    ({ fix, span }) => fix?.isCertain === true && (only === undefined || span.file === only),
  );
  return new Map(
    [...Map.groupBy(fixable, ({ span }) => span.file)].map(([file, group]) => [
      file,
      group.flatMap(({ fix }) => fix ?? []),
    ]),
  );
}

function textOf(files: PolicyFiles, file: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(files.yaml.get(file));
}

function withTexts(files: PolicyFiles, changed: ReadonlyMap<string, FixedFile>): PolicyFiles {
  const yaml = new Map(files.yaml);
  for (const [file, { text }] of changed) yaml.set(file, new TextEncoder().encode(text));
  return { yaml, read: (from, reference) => files.read(from, reference) };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The file with the edits that do not touch each other; the others have their turn in the next round. */
function withFixes({ text, fixes }: FixedFile, list: readonly Fix[]): FixedFile {
  // Offsets of `Lines` do not count a byte-order mark.
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  const lines = new Lines(text);
  const lineEnd = text.slice(0, text.indexOf('\n') + 1).endsWith('\r\n') ? '\r\n' : '\n';
  const edits = list
    .map(
      (fix): Edit => ({
        start: mark + lines.offset(fix.start),
        end: mark + lines.offset(fix.end),
        text: fix.text.replaceAll(/\r?\n/g, lineEnd),
      }),
    )
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  let count = 0;
  for (const edit of edits) {
    if (count > 0 && edit.start <= done) continue;
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
    count += 1;
  }
  return { text: result + text.slice(done), fixes: fixes + count };
}
