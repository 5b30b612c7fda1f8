import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { table } from './markdown.ts';

/** Languages of `docs/compare.md`, by the name of their files. */
const LANGUAGES: Readonly<Record<string, string>> = {
  'lictor.yaml': 'Lictor',
  'istio.yaml': 'Istio AuthorizationPolicy',
  'policy.rego': 'Rego (OPA)',
  'cerbos.yaml': 'Cerbos',
  'policy.cedar': 'Cedar',
};

/** Lines and bytes of the texts in `docs/compare/NAME`. Empty lines, comments and markers of documents are not counted. */
export function compareTable(name: string): string {
  const sizes = globSync(`docs/compare/${name}/*`)
    .map((file) => ({ language: LANGUAGES[basename(file)], text: readFileSync(file, 'utf8') }))
    .flatMap(({ language, text }) => (language === undefined ? [] : [{ language, ...sizeOf(text) }]))
    .toSorted((a, b) => a.lines - b.lines || a.bytes - b.bytes);
  return table(
    ['language', 'lines', 'bytes'],
    sizes.map(({ language, lines, bytes }) => [language, String(lines), String(bytes)]),
  );
}

function sizeOf(text: string): { readonly lines: number; readonly bytes: number } {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#.*|\/\/.*|---)?$/.test(line));
  return { lines: lines.length, bytes: Buffer.byteLength(`${lines.join('\n')}\n`) };
}
