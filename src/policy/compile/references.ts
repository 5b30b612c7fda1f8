import { Lines } from '../../diagnostic/lines.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { type Located, report } from '../language/reader.ts';
import type { PolicyFiles } from '../yaml/policy-files.ts';
import type { Cursor } from '../yaml/tree.ts';
import { follow, plainJson } from '../yaml/tree.ts';
import { readYaml } from '../yaml/yaml-file.ts';

/** JSON data of a document, inline or from a referenced file. */
export interface Data {
  readonly value: JsonValue;
  /** Path of the file; undefined for inline data. */
  readonly file: string | undefined;
  /** Location of a part of the data, by JSON pointer (RFC 6901), for diagnostics. */
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

/** Reader of the files that documents refer to, with a record of their paths. */
export class References {
  readonly #files: PolicyFiles;
  readonly #used = new Set<string>();

  constructor(files: PolicyFiles) {
    this.#files = files;
  }

  /** Paths of the files that some document refers to, of those read so far. */
  get used(): ReadonlySet<string> {
    return this.#used;
  }

  /** The data of a JSON or YAML file; undefined after a reported mistake. */
  read({ value: reference, at }: Located<string>): Data | undefined {
    const file = this.#open(reference, at);
    if (file === undefined) return undefined;
    const { path, bytes } = file;
    return /\.ya?ml$/.test(path) ? yamlData(path, bytes, at) : jsonData(path, bytes, reference, at);
  }

  /** The content of a text file; undefined after a reported mistake. */
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
      return report(at, 'invalid_reference', message, 'a path is relative to the file that names it');
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
      `\`${path}\` ${second ? 'has more than one YAML document' : 'is empty'}`,
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
    const message = `the file is not valid JSON: ${fault.what}`;
    const help = `the file is referenced at ${at.context.path}:${line}`;
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

/** The location of a part of a JSON file, from the YAML parser, which reads JSON and keeps positions. */
function placeInJson(path: string, bytes: Uint8Array, pointer: string, at: Cursor): Cursor {
  const { documents, lines } = readYaml(path, bytes);
  const tree = documents[0]?.tree;
  if (tree === undefined) return at;
  const { diagnostics } = at.context;
  return { context: { path, lines, diagnostics }, tree: follow(tree, pointer), path: '', key: undefined };
}
