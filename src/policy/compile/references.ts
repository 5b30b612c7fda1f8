import { Lines } from '../../diagnostic/lines.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { type Located, report } from '../language/reader.ts';
import type { PolicyFiles } from '../yaml/policy-files.ts';
import type { Cursor } from '../yaml/tree.ts';
import { follow, plainJson } from '../yaml/tree.ts';
import { readYaml } from '../yaml/yaml-file.ts';

/** JSON data that a document brings, inline or from a file beside it. */
export interface Data {
  readonly value: JsonValue;
  /** The file that it comes from; undefined: the document itself. */
  readonly file: string | undefined;
  /** Where a part of it stands, by JSON pointer (RFC 6901), for messages about it. */
  place(pointer: string): Cursor;
}

export function inlineData(at: Cursor): Data {
  return {
    value: plainJson(at.tree),
    file: undefined,
    place: (pointer) => {
      const tree = follow(at.tree, pointer);
      return { ...at, context: tree.context ?? at.context, tree };
    },
  };
}

/** Reads the files that documents refer to, and remembers which they were. */
export class References {
  readonly #files: PolicyFiles;
  readonly #used = new Set<string>();

  constructor(files: PolicyFiles) {
    this.#files = files;
  }

  /** Paths of the files that some document refers to. */
  get used(): ReadonlySet<string> {
    return this.#used;
  }

  /** A JSON file, or YAML that says the same. Undefined: it cannot be used, and that was reported. */
  read({ value: reference, at }: Located<string>): Data | undefined {
    const file = this.#open(reference, at);
    if (file === undefined) return undefined;
    const { path, bytes } = file;
    return /\.ya?ml$/.test(path) ? yamlData(path, bytes, at) : jsonData(path, bytes, reference, at);
  }

  /** A file of text. Undefined: it cannot be used, and that was reported. */
  readText({
    value: reference,
    at,
  }: Located<string>): { readonly path: string; readonly text: string } | undefined {
    const file = this.#open(reference, at);
    const text = file && decode(file.bytes, reference, at);
    return file === undefined || text === undefined ? undefined : { path: file.path, text };
  }

  #open(reference: string, at: Cursor): { readonly path: string; readonly bytes: Uint8Array } | undefined {
    const file = this.#files.read(at.context.path, reference);
    if (file.problem !== undefined) {
      const message = `\`${reference}\` ${file.problem}`;
      return report(at, 'invalid_reference', message, 'paths are relative to this file');
    }
    this.#used.add(file.path);
    return file;
  }
}

function yamlData(path: string, bytes: Uint8Array, at: Cursor): Data | undefined {
  const { diagnostics } = at.context;
  const { documents, lines, mistakes } = readYaml(path, bytes);
  for (const mistake of mistakes) diagnostics.add(mistake);
  if (mistakes.length > 0) return undefined;
  const [first, second] = documents;
  if (first?.tree === undefined || second !== undefined) {
    return report(
      at,
      'invalid_reference',
      `\`${path}\` holds ${second ? 'more than one document' : 'nothing'}`,
    );
  }
  const whole: Cursor = { context: { path, lines, diagnostics }, tree: first.tree, path: '', key: undefined };
  return { ...inlineData(whole), file: path };
}

function jsonData(path: string, bytes: Uint8Array, reference: string, at: Cursor): Data | undefined {
  const text = decode(bytes, reference, at);
  if (text === undefined) return undefined;
  const { value, fault } = parseJson(text);
  if (fault !== undefined) {
    const context = { path, lines: new Lines(text), diagnostics: at.context.diagnostics };
    const range = { start: fault.at, end: fault.at + 1 };
    const { line } = at.context.lines.position(at.tree.range.start);
    const message = `the file is no JSON: ${fault.what}`;
    const help = `it is named at ${at.context.path}:${line}`;
    return report({ ...at, context, path: '' }, 'invalid_reference', message, help, range);
  }
  return { value, file: path, place: (pointer) => placeInJson(path, bytes, pointer, at) };
}

function decode(bytes: Uint8Array, reference: string, at: Cursor): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return report(at, 'invalid_reference', `\`${reference}\` is not UTF-8 text`);
  }
}

/** JSON is YAML, which knows where things stand. */
function placeInJson(path: string, bytes: Uint8Array, pointer: string, at: Cursor): Cursor {
  const { documents, lines } = readYaml(path, bytes);
  const tree = documents[0]?.tree;
  if (tree === undefined) return at;
  const { diagnostics } = at.context;
  return { context: { path, lines, diagnostics }, tree: follow(tree, pointer), path: '', key: undefined };
}
