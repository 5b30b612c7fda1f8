import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';
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
    const text = formatText(file, original);
    const isChanged = text !== original;
    const problem = isChanged ? differenceOf(file, read(path, text)) : undefined;
    if (problem !== undefined) return { ...known, kind: 'fault', problem };
    return { ...known, kind: 'formatted', text, isChanged };
  } catch (error) {
    return { ...known, kind: 'fault', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A byte-order mark stays, and so do line ends of the kind that the first one is. */
function formatText(file: YamlFile, original: string): string {
  const mark = original.startsWith('\uFEFF') ? '\uFEFF' : '';
  const isWindows = /^[^\n]*\r\n/.test(original);
  const plain = original.slice(mark.length).replaceAll('\r\n', '\n');
  // Offsets are those of the text that is laid out: a file without a mark and `\r\n` has been read already.
  const expressions = expressionsOf(plain === original ? file : read(file.path, plain));
  const text = writeLayout(readLayout(plain, expressions));
  return mark + (isWindows ? text.replaceAll('\n', '\r\n') : text);
}

function read(path: string, text: string): YamlFile {
  return readYaml(path, new TextEncoder().encode(text));
}
