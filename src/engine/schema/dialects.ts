/** Dialects of JSON Schema, the oldest first. */
export const DIALECT_NAMES = ['draft-04', 'draft-06', 'draft-07', '2019-09', '2020-12'] as const;

export type DialectName = (typeof DIALECT_NAMES)[number];

/** Rules of a dialect that the table of keywords does not have. */
export interface Dialect {
  readonly name: DialectName;
  /** Place in `DIALECT_NAMES`. */
  readonly order: number;
  /** URI of its schema of schemas, without a fragment. */
  readonly uri: string;
  /** Keyword that names a schema. */
  readonly id: 'id' | '$id';
  /** True if every keyword beside `$ref` is ignored. */
  readonly isReferenceAlone: boolean;
}

const URIS: Readonly<Record<DialectName, string>> = {
  'draft-04': 'http://json-schema.org/draft-04/schema',
  'draft-06': 'http://json-schema.org/draft-06/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

const DIALECTS: ReadonlyMap<DialectName, Dialect> = new Map(
  DIALECT_NAMES.map((name, order) => [
    name,
    { name, order, uri: URIS[name], id: order === 0 ? 'id' : '$id', isReferenceAlone: order < 3 },
  ]),
);

/** The dialect of a document that does not name one. */
export const DEFAULT_DIALECT: DialectName = '2020-12';

export function dialectNamed(name: DialectName): Dialect {
  const dialect = DIALECTS.get(name);
  if (dialect === undefined) throw new Error(`there is no dialect ${name}`);
  return dialect;
}

/** The dialect that `$schema` names, with or without an empty fragment, by `http` or `https`; undefined for another. */
export function dialectOf($schema: string): Dialect | undefined {
  const plain = (uri: string): string => uri.replace(/^https?:/, '').replace(/#$/, '');
  return DIALECTS.values().find(({ uri }) => plain(uri) === plain($schema));
}

/** URIs of all dialects, for a message. */
export const DIALECT_URIS: readonly string[] = Object.values(URIS);
