import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import { expressionsOf } from './expression-places.ts';
import { readLayout } from './read-layout.ts';
import { differenceOf } from './same-meaning.ts';
import { writeLayout } from './write-layout.ts';

export type Formatted = {
  /** False: a YAML file of another kind. */
  readonly holdsPolicies: boolean;
} & (
  | { readonly kind: 'formatted'; readonly text: string; readonly isChanged: boolean }
  /** It is no YAML, or not text at all. */
  | { readonly kind: 'broken'; readonly mistakes: readonly Diagnostic[]; readonly lines: Lines }
  /** INVARIANT: a text that says something else is never given out. */
  | { readonly kind: 'fault'; readonly problem: string }
);

/** Gives a YAML file its one form. Never throws. `path` is for messages. */
export function format(path: string, bytes: Uint8Array): Formatted {
  const file = readYaml(path, bytes);
  const known = { holdsPolicies: holdsPolicies(file) };
  if (file.mistakes.length > 0) {
    return { ...known, kind: 'broken', mistakes: file.mistakes, lines: file.lines };
  }
  const original = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  try {
    const text = formatText(path, original);
    const problem = differenceOf(file, readYaml(path, new TextEncoder().encode(text)));
    if (problem !== undefined) return { ...known, kind: 'fault', problem };
    return { ...known, kind: 'formatted', text, isChanged: text !== original };
  } catch (error) {
    return { ...known, kind: 'fault', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A byte-order mark stays, and so do line ends of the kind that the first one is. */
function formatText(path: string, original: string): string {
  const range = original.startsWith('\uFEFF') ? '\uFEFF' : '';
  const isWindows = /^[^\n]*\r\n/.test(original);
  const plain = original.slice(range.length).replaceAll('\r\n', '\n');
  const expressions = expressionsOf(readYaml(path, new TextEncoder().encode(plain)));
  const text = writeLayout(readLayout(plain, expressions));
  return range + (isWindows ? text.replaceAll('\n', '\r\n') : text);
}
