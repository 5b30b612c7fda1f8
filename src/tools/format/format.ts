import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';
import { expressionsOf } from './expression-places.ts';
import { readLayout } from './read-layout.ts';
import { differenceOf } from './same-meaning.ts';
import { writeLayout } from './write-layout.ts';

export type FormatResult = {
  /** False for a YAML file without policy documents. */
  readonly holdsPolicies: boolean;
} & (
  | { readonly kind: 'formatted'; readonly text: string; readonly isChanged: boolean }
  /** The file is not valid YAML, or not text. */
  | { readonly kind: 'broken'; readonly mistakes: readonly Diagnostic[]; readonly lines: Lines }
  /** INVARIANT: a text with a different meaning is never returned. */
  | { readonly kind: 'fault'; readonly problem: string }
);

/** Formats a YAML file in the canonical layout. Never throws. `path` is for messages. */
export function format(path: string, bytes: Uint8Array): FormatResult {
  const file = readYaml(path, bytes);
  const base = { holdsPolicies: holdsPolicies(file) };
  if (file.mistakes.length > 0) {
    return { ...base, kind: 'broken', mistakes: file.mistakes, lines: file.lines };
  }
  const original = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  try {
    const text = formatText(file, original);
    const isChanged = text !== original;
    const problem = isChanged ? differenceOf(file, read(path, text)) : undefined;
    if (problem !== undefined) return { ...base, kind: 'fault', problem };
    return { ...base, kind: 'formatted', text, isChanged };
  } catch (error) {
    return { ...base, kind: 'fault', problem: errorMessage(error) };
  }
}

/** Keeps a byte-order mark, and writes all line ends in the style of the first one. */
function formatText(file: YamlFile, original: string): string {
  const byteOrderMark = original.startsWith('\uFEFF') ? '\uFEFF' : '';
  const isWindows = /^[^\n]*\r\n/.test(original);
  const plain = original.slice(byteOrderMark.length).replaceAll('\r\n', '\n');
  // Offsets refer to the text that is formatted: without a mark and `\r\n`, that is the file as read before.
  const expressions = expressionsOf(plain === original ? file : read(file.path, plain));
  const text = writeLayout(readLayout(plain, expressions));
  return byteOrderMark + (isWindows ? text.replaceAll('\n', '\r\n') : text);
}

function read(path: string, text: string): YamlFile {
  return readYaml(path, new TextEncoder().encode(text));
}
