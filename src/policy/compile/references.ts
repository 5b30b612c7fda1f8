import { Lines } from '../../diagnostic/lines.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { type Located, report } from '../language/reader.ts';
import type { PolicyFiles } from '../yaml/policy-files.ts';
import type { Cursor } from '../yaml/tree.ts';
import { follow, plainJson } from '../yaml/tree.ts';
import type { readYaml, YamlFile } from '../yaml/yaml-file.ts';
import { type CsvRows, csvRows } from './csv-file.ts';
import { countValues, TOO_MANY_VALUES, takeValues, type ValueRoom } from './value-room.ts';

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

/**
 * Reader of the files that documents refer to, with a record of their paths. A file is parsed once, whatever number of
 * documents refer to it, and its value is the same object for all of them.
 */
export class References {
  readonly #files: PolicyFiles;
  readonly #parse: typeof readYaml;
  readonly #used = new Set<string>();
  /** By path; undefined for a file whose mistakes are reported. */
  readonly #data = new Map<string, Data | undefined>();
  readonly #tables = new Map<string, CsvRows | undefined>();
  readonly #room: ValueRoom;

  /** `parse` reads YAML, and the positions in JSON; `room` is the room for values that the folder has left. */
  constructor(files: PolicyFiles, parse: typeof readYaml, room: ValueRoom) {
    this.#files = files;
    this.#parse = parse;
    this.#room = room;
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
    if (this.#data.has(path)) return this.#data.get(path);
    const isYaml = /\.ya?ml$/.test(path);
    const parse = (): YamlFile => this.#parse(path, bytes);
    const data = isYaml ? yamlData(path, parse(), at) : this.#json(path, bytes, reference, at, parse);
    this.#data.set(path, data);
    return data;
  }

  /** The values of a YAML file are counted when it is parsed. */
  #json(
    path: string,
    bytes: Uint8Array,
    reference: string,
    at: Cursor,
    parse: () => YamlFile,
  ): Data | undefined {
    const data = jsonData(path, bytes, reference, at, parse);
    return data && this.#takeRoom(countValues(data.value), reference, at) ? data : undefined;
  }

  /** False, and reported, if the folder has no room for the values of a file. */
  #takeRoom(values: number, reference: string, at: Cursor): boolean {
    if (takeValues(this.#room, values)) return true;
    report(at, 'folder_too_large', `with \`${reference}\` ${TOO_MANY_VALUES}`);
    return false;
  }

  /** The content of a file; undefined after a reported mistake. */
  bytes({ value: reference, at }: Located<string>): Uint8Array | undefined {
    return this.#open(reference, at)?.bytes;
  }

  /** The content of a file, without a report of a mistake. */
  peek({ value: reference, at }: Located<string>): Uint8Array | undefined {
    const file = this.#files.read(at.context.path, reference);
    return file.problem === undefined ? file.bytes : undefined;
  }

  /** The rows of a CSV file; undefined after a reported mistake. */
  csv(file: Located<string>): CsvRows | undefined {
    const { value: reference, at } = file;
    const found = this.#open(reference, at);
    if (found === undefined) return undefined;
    const { path, bytes } = found;
    if (this.#tables.has(path)) return this.#tables.get(path);
    const text = decode(bytes, reference, at);
    const rows = text === undefined ? undefined : csvRows(path, text, file);
    const table =
      rows && this.#takeRoom(rows.value.length * rows.columns.length, reference, at) ? rows : undefined;
    this.#tables.set(path, table);
    return table;
  }

  #open(reference: string, at: Cursor): { readonly path: string; readonly bytes: Uint8Array } | undefined {
    const file = this.#files.read(at.context.path, reference);
    if (file.problem !== undefined) {
      const message = `\`${reference}\` ${file.problem}`;
      const help =
        file.near === undefined
          ? 'a path is relative to the file that names it'
          : `did you mean \`${file.near}\`?`;
      return report(at, 'invalid_reference', message, help);
    }
    this.#used.add(file.path);
    return file;
  }
}

function yamlData(path: string, { documents, lines, mistakes }: YamlFile, at: Cursor): Data | undefined {
  const { diagnostics } = at.context;
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

function jsonData(
  path: string,
  bytes: Uint8Array,
  reference: string,
  at: Cursor,
  parse: () => YamlFile,
): Data | undefined {
  const text = decode(bytes, reference, at);
  if (text === undefined) return undefined;
  const { value, fault } = parseJson(text);
  if (fault !== undefined) {
    const context = { path, lines: new Lines(text), diagnostics: at.context.diagnostics };
    const range = { start: fault.at, end: fault.at + 1 };
    const { line } = at.context.lines.position(at.tree.range.start);
    const message = isPem(text)
      ? 'the file is PEM, not JSON: a key set is a JWK Set (RFC 7517), `{"keys": [...]}`'
      : `the file is not valid JSON: ${fault.what}`;
    const help = `the file is referenced at ${at.context.path}:${line}`;
    return report({ ...at, context, path: '' }, 'invalid_reference', message, help, range);
  }
  let parsed: YamlFile | undefined;
  const place = (pointer: string): Cursor => {
    parsed ??= parse();
    return placeInJson(path, parsed, pointer, at);
  };
  return { value, file: path, place };
}

/** RFC 7468, section 2: keys and certificates. */
function isPem(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN ');
}

function decode(bytes: Uint8Array, reference: string, at: Cursor): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return report(at, 'invalid_reference', `\`${reference}\` is not UTF-8 text`);
  }
}

/** The location of a part of a JSON file, from the YAML parser, which reads JSON and keeps positions. */
function placeInJson(path: string, { documents, lines }: YamlFile, pointer: string, at: Cursor): Cursor {
  const tree = documents[0]?.tree;
  if (tree === undefined) return at;
  const { diagnostics } = at.context;
  return { context: { path, lines, diagnostics }, tree: follow(tree, pointer), path: '', key: undefined };
}
