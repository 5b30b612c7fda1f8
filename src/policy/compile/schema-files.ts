import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import type { SchemaAdvice, SchemaProblem, SchemaWarning } from '../../engine/schema/problem.ts';
import type { ReadDocument, ReadReference } from '../../engine/schema/schema-library.ts';
import { suggestion } from '../language/fields.ts';
import { inPlace } from '../language/inline.ts';
import { type Help, report } from '../language/reader.ts';
import { quoted } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import { type Data, inlineData, type References } from './references.ts';

/** A file that a schema refers to, as it was read. */
interface FollowedReference {
  readonly path: string;
  readonly document: string;
  readonly pointer: string;
  /** Content of the file as JSON; undefined if it could not be read. */
  readonly text: string | undefined;
}

/** Contents by value: a file is one object for all documents that refer to it. */
const contents = new WeakMap<object, string>();

/** Content of a document as JSON, written once for each document. */
export function contentOf(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return jsonText(value);
  const content = contents.get(value) ?? jsonText(value);
  contents.set(value, content);
  return content;
}

/** The document of a schema, and the files of the folder that it refers to. */
export class SchemaFiles {
  /** URI of the document. */
  readonly uri: string;
  readonly root: Data;
  readonly #references: References;
  readonly #files: Map<string, Data>;
  readonly #followed: FollowedReference[] = [];

  constructor(root: Data, at: Cursor, references: References) {
    this.root = root;
    this.uri = uriOf(root.file ?? at.context.path);
    this.#files = new Map([[this.uri, root]]);
    this.#references = references;
  }

  /** The files that were read for references so far. */
  get followed(): readonly FollowedReference[] {
    return this.#followed;
  }

  /** Reads a file of the folder for a reference; it then belongs to the policies. */
  readonly read: ReadReference = (path, document, pointer): ReadDocument | undefined => {
    const at = this.#files.get(document)?.place(pointer);
    const data = at && this.#references.read({ value: path, at });
    this.#followed.push({ path, document, pointer, text: data && contentOf(data.value) });
    if (data?.file === undefined) return undefined;
    const uri = uriOf(data.file);
    this.#files.set(uri, data);
    return { uri, value: data.value };
  };

  /** Reads the files of an earlier compilation; false if one of them is another now. */
  readAgain(followed: readonly FollowedReference[]): boolean {
    const isSame = followed.every(({ path, document, pointer, text }) => {
      this.read(path, document, pointer);
      return this.#followed.at(-1)?.text === text;
    });
    if (!isSame) this.#followed.length = 0;
    return isSame;
  }

  /** Reports problems and warnings at their places in these files. */
  report({
    problems,
    warnings,
  }: {
    readonly problems: readonly SchemaProblem[];
    readonly warnings: readonly SchemaWarning[];
  }): void {
    for (const { document, pointer, message, ...advice } of problems)
      reportAt(this.#place(document, pointer), 'invalid_schema', message, advice);
    for (const { code, document, pointer, message, ...advice } of warnings)
      reportAt(this.#place(document, pointer), code, message, advice);
  }

  #place(document: string, pointer: string): Cursor {
    return (this.#files.get(document) ?? this.root).place(pointer);
  }
}

/** Reports a mistake in a schema or in a document with schemas, at its place. */
export function reportAt(at: Cursor, code: DiagnosticCode, message: string, advice: SchemaAdvice): void {
  report(at, code, message, () => helpOf(advice, at));
}

function helpOf({ help, unknown, replacement }: SchemaAdvice, at: Cursor): Help | undefined {
  if (replacement !== undefined) return replacing(at, replacement);
  if (unknown === undefined) return help;
  const { name, known, written } = unknown;
  const near = written?.get(nearest(name, known) ?? '');
  return near === undefined ? suggestion(name, known) : `did you mean \`${near}\`?`;
}

/** Help to write a text in the place of the value of a member, in the same quotes. */
function replacing({ tree, context }: Cursor, text: string): Help {
  const style = tree.kind === 'scalar' ? tree.style : 'block';
  const written = style === 'double' ? JSON.stringify(text) : quoted(text, 'single', false);
  if (style === 'block') return `write \`${written}\``;
  const { start, end } = tree.range;
  const [key = ''] = /^[^:]*:\s*/.exec(context.lines.text.slice(start, end)) ?? [];
  return inPlace({ tree: { ...tree, range: { start: start + key.length, end } } }, written);
}

/** The schema of a field: the path of a file, or the document itself. Undefined after a reported mistake. */
export function schemaFiles(at: Cursor, references: References): SchemaFiles | undefined {
  const { tree } = at;
  const path = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const data = path === undefined ? inlineData(at) : references.read({ value: path, at });
  return data && new SchemaFiles(data, at, references);
}

/** The URI of a file of the folder, by which documents refer to each other. */
function uriOf(path: string): string {
  return `file:///${path.split('/').map(encodeURIComponent).join('/')}`;
}
