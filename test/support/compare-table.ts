import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { table } from './markdown.ts';

/** Texts of a language: its policy, and what stands beside it so that callers and tokens are verified. */
interface Texts {
  readonly language: string;
  readonly policy: string;
  /** Files that complete the task; undefined if only code of the application can. */
  readonly beside: readonly string[] | undefined;
}

/** Languages of `docs/compare.md`. A task does not need every file beside the policy. */
const LANGUAGES: readonly Texts[] = [
  { language: 'Lictor', policy: 'lictor.yaml', beside: ['issuer.yaml'] },
  { language: 'Istio', policy: 'istio.yaml', beside: ['istio-authentication.yaml'] },
  { language: 'Rego (OPA)', policy: 'policy.rego', beside: ['token.rego'] },
  { language: 'Cerbos', policy: 'cerbos.yaml', beside: undefined },
  { language: 'Cedar', policy: 'policy.cedar', beside: undefined },
];

/**
 * Lines and bytes of the texts in `docs/compare/NAME`, of the policy alone and of the whole task. Empty lines, comments
 * and markers of documents are not counted.
 */
export function compareTable(name: string): string {
  const files = new Set(globSync(`docs/compare/${name}/*`).map((file) => basename(file)));
  const sizeOfAll = (all: readonly string[]): Size =>
    all
      .filter((file) => files.has(file))
      .map((file) => sizeOf(readFileSync(`docs/compare/${name}/${file}`, 'utf8')))
      .reduce((a, b) => ({ lines: a.lines + b.lines, bytes: a.bytes + b.bytes }), { lines: 0, bytes: 0 });
  const sizes = LANGUAGES.map(({ language, policy, beside }) => ({
    language,
    own: sizeOfAll([policy]),
    whole: beside && sizeOfAll([policy, ...beside]),
  })).toSorted((a, b) => a.own.lines - b.own.lines || a.own.bytes - b.own.bytes);
  const shown = (size: Size | undefined): readonly string[] =>
    size === undefined ? ['code of the application', ''] : [String(size.lines), String(size.bytes)];
  return table(
    ['language', 'policy: lines', 'bytes', 'whole task: lines', 'bytes'],
    sizes.map(({ language, own, whole }) => [language, ...shown(own), ...shown(whole)]),
  );
}

interface Size {
  readonly lines: number;
  readonly bytes: number;
}

function sizeOf(text: string): Size {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#.*|\/\/.*|---)?$/.test(line));
  return { lines: lines.length, bytes: Buffer.byteLength(`${lines.join('\n')}\n`) };
}
