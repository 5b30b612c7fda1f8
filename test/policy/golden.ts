import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { renderDiagnostic } from '../../src/diagnostic/render.ts';
import { REASONS } from '../../src/engine/decision/reasons.ts';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { compileFolder } from '../support/compile.ts';
import { REVISION } from '../support/policy-set.ts';
import { memoryFiles } from './memory-files.ts';

const FOLDER = 'test/golden/mistakes';
/** Time of lint, in milliseconds since 1970. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
const LINT = { isStrict: false, now: NOW };
const EXPECTED = '>>> expected';

/** A policy folder with mistakes and the expected diagnostics, in one file. */
export interface GoldenCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: string;
}

/** Each file starts with `>>> path`; the expected text comes last. */
export function goldenCases(): readonly GoldenCase[] {
  const names = readdirSync(FOLDER, { encoding: 'utf8', recursive: true }).filter((name) =>
    name.endsWith('.txt'),
  );
  return names.toSorted().map((name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const parts = text.split(/^>>> (.*)\n/m).slice(1);
    const sections = parts.flatMap((part, index) =>
      index % 2 === 0 ? [[part, parts[index + 1] ?? ''] as const] : [],
    );
    const { expected = '', ...files } = Object.fromEntries(sections);
    return { name: name.replace(/\.txt$/, ''), files, expected };
  });
}

/** The diagnostics of a folder, as a terminal shows them and as data. */
export function seen(files: Readonly<Record<string, string>>): {
  readonly text: string;
  readonly found: readonly Diagnostic[];
} {
  const { diagnostics, set } = compiledCase(files);
  const rendered = diagnostics.map((each) =>
    renderDiagnostic(each, files[each.span.file], { colour: false }),
  );
  const verdict = set === undefined ? 'no set' : 'a set';
  return { text: `${[...rendered, verdict].join('\n\n')}\n`, found: diagnostics };
}

/** A compiled folder; a policy set has a revision. */
export function compiledCase(files: Readonly<Record<string, string>>): {
  readonly diagnostics: readonly Diagnostic[];
  readonly set: PolicySet | undefined;
} {
  const { diagnostics, set } = compileFolder(memoryFiles(files), {
    reasons: Object.keys(REASONS),
    lint: LINT,
  });
  return { diagnostics, set: set && { ...set, revision: REVISION, revisionText: 'test' } };
}

/** Writes the file with the actual text, on `make golden`. */
export function accept({ name, files }: GoldenCase, text: string): void {
  const sections = Object.entries(files).map(([path, content]) => `>>> ${path}\n${content}`);
  writeFileSync(`${FOLDER}/${name}.txt`, `${sections.join('')}${EXPECTED}\n${text}`);
}
