import type { Issuer } from '../../engine/identity/issuer.ts';
import { type CompiledOpenApi, compileOpenApi } from '../../engine/openapi/compile-openapi.ts';
import type { LoadFile } from '../../engine/openapi/documents.ts';
import type { OpenApiSchema } from '../../engine/openapi/operation.ts';
import type { Place } from '../../engine/openapi/problem.ts';
import type { OpenApiDocument } from '../language/openapi-document.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { Data, References } from './references.ts';
import { reportAt } from './schema-files.ts';

/** A document of a policy, with what the checks of a folder need of it. */
export interface OpenApiListing extends Pick<CompiledOpenApi, 'operations' | 'schemes'> {
  /** A place in one of its files. */
  readonly place: (place: Place) => Cursor;
}

/** By compiled document; a server does not need it. */
const LISTINGS = new WeakMap<OpenApiSchema, OpenApiListing>();

/** The operations of a document that was compiled from files, for warnings. */
export function listingOf(schema: OpenApiSchema): OpenApiListing | undefined {
  return LISTINGS.get(schema);
}

/** Compiles the value of `openapi`, and reports the mistakes of the document and of the files that it refers to. */
export function compileOpenApiSchema(
  written: OpenApiDocument,
  issuers: readonly Issuer[],
  references: References,
): OpenApiSchema | undefined {
  const {
    document,
    unknown = 'deny',
    unknownQuery = 'allow',
    readOnly = 'deny',
    basePath,
    maxBytes,
  } = written;
  const root = document && references.read(document);
  if (document === undefined || root?.file === undefined) return undefined;
  const files = new DocumentFiles(root, document.at, references);
  const credentials = new Set(
    issuers.flatMap(({ from }) => from.flatMap((place) => ('query' in place ? [place.query] : []))),
  );
  const options = { unknown, unknownQuery, readOnly, basePath, maxBytes, credentials };
  const compiled = compileOpenApi({ file: root.file, value: root.value }, files.load, options);
  for (const { place, message, ...advice } of compiled.problems)
    reportAt(files.place(place), 'invalid_openapi', message, advice);
  for (const { code, place, message, ...advice } of compiled.warnings)
    reportAt(files.place(place), code, message, advice);
  if (compiled.schema !== undefined) LISTINGS.set(compiled.schema, { ...compiled, place: files.place });
  return compiled.schema;
}

/** The files of one document, by path. */
class DocumentFiles {
  readonly #at: Cursor;
  readonly #files: Map<string, Data>;
  readonly #references: References;

  constructor(root: Data, at: Cursor, references: References) {
    this.#at = at;
    this.#files = new Map([[root.file ?? '', root]]);
    this.#references = references;
  }

  readonly place = ({ file, pointer }: Place): Cursor => this.#files.get(file)?.place(pointer) ?? this.#at;

  readonly load: LoadFile = (reference, from) => {
    const data = this.#references.read({ value: reference, at: this.place(from) });
    if (data?.file === undefined) return undefined;
    this.#files.set(data.file, data);
    return { file: data.file, value: data.value };
  };
}
