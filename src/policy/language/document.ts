import type { SourceLocation } from '../../engine/set/policy-set.ts';
import type { Cursor } from '../yaml/tree.ts';
import {
  type DatasetSpec,
  type EnvironmentSpec,
  readDatasetSpec,
  readEnvironmentSpec,
} from './data-document.ts';
import { type Fields, mapping, type Read, suggestion } from './fields.ts';
import { type IssuerSpec, readIssuerSpec } from './issuer-document.ts';
import type { PolicySpec } from './policy-document.ts';
import { child, type Located, list, located, nonEmptyText, report, text } from './reader.ts';
import type { Reader } from './shape.ts';
import { readTemplateSpec, type TemplateSpec } from './template-document.ts';
import { readTestSpec, type TestSpec } from './test-document.ts';
import { dnsLabel } from './values.ts';

export const API_VERSION = 'lictor/v1';

/** Kinds of the language. */
export const KINDS = {
  Policy: { doc: 'which requests it governs, who may send them, what they must look like, how many' },
  Issuer: { doc: 'whose JWTs are accepted, with which keys' },
  PolicyTest: { doc: 'cases that prove the policies' },
  Dataset: { doc: 'a named table or list, inline or from a file' },
  Environment: { doc: 'values that differ between staging and production, and what only shadows there' },
  PolicyTemplate: { doc: 'a Policy with typed parameters, which Policies adopt by `uses`' },
} as const satisfies Record<string, { readonly doc: string }>;

type Kind = keyof typeof KINDS;

const NAMED = {
  name: { read: located(dnsLabel), doc: 'DNS label, unique within its kind', required: true },
  description: { read: text, doc: 'one line for people' },
  owner: { read: text, doc: 'who answers for it' },
} as const satisfies Fields;

export const METADATA_FIELDS = {
  ...NAMED,
  controls: {
    read: list(nonEmptyText),
    doc: 'compliance controls that a Policy or PolicyTemplate implements',
  },
} as const satisfies Fields;

export const DOCUMENT_FIELDS = {
  apiVersion: { read: readVersion, doc: `\`${API_VERSION}\``, required: true },
  kind: { read: readKind, doc: 'what the document says', required: true },
  metadata: { read: (at: Cursor) => at, doc: 'its name, and who answers for it', required: true },
  spec: { read: (at: Cursor) => at, doc: 'what it says', required: true },
} as const satisfies Fields;

/** What documents of every kind have. */
export interface Named {
  readonly name: Located<string>;
  readonly metadata: Read<typeof METADATA_FIELDS>;
  /** The document as a whole. */
  readonly at: Cursor;
}

/** What a document of each kind says. */
interface Specs {
  /** Read when the templates are known. */
  readonly Policy: Cursor;
  readonly Issuer: IssuerSpec;
  readonly PolicyTest: TestSpec;
  readonly Dataset: DatasetSpec;
  readonly Environment: EnvironmentSpec;
  readonly PolicyTemplate: TemplateSpec;
}

/** A document of one kind; `spec` is undefined where it is no mapping at all. */
export type DocumentOf<K extends Kind> = Named & { readonly kind: K; readonly spec: Specs[K] | undefined };

/** One document. */
export type PolicyDocument = { [K in Kind]: DocumentOf<K> }[Kind];

const SPECS: { readonly [K in Kind]: Reader<Specs[K]> } = {
  Policy: (at) => at,
  Issuer: readIssuerSpec,
  PolicyTest: readTestSpec,
  Dataset: readDatasetSpec,
  Environment: readEnvironmentSpec,
  PolicyTemplate: readTemplateSpec,
};

/** The documents of one kind. */
export function documentsOf<K extends Kind>(
  documents: readonly PolicyDocument[],
  kind: K,
): readonly DocumentOf<K>[] {
  return documents.filter((document): document is DocumentOf<K> & PolicyDocument => document.kind === kind);
}

/** Reads a document by its kind; everything in it that is wrong is reported. Undefined without a kind and a name. */
export function readDocument(at: Cursor): PolicyDocument | undefined {
  const document = mapping(DOCUMENT_FIELDS)(at);
  const kind = document?.kind;
  if (kind === undefined) return undefined;
  const metadata = readMetadata(kind, document?.metadata);
  const spec = document?.spec === undefined ? undefined : { ...document.spec, path: '' };
  const read = { kind, spec: spec && SPECS[kind](spec) };
  const name = metadata?.name ?? misnamed(document?.metadata);
  return metadata === undefined || name === undefined
    ? undefined
    : ({ ...read, name, metadata, at } as PolicyDocument);
}

/** A name that is no DNS label was reported, and must not hide what else is wrong with its document. */
function misnamed(metadata: Cursor | undefined): Located<string> | undefined {
  const at = metadata && child(metadata, 'name');
  if (at?.tree.kind !== 'scalar' || typeof at.tree.value !== 'string') return undefined;
  return { value: at.tree.value, at };
}

/** The fields of the metadata of a kind. */
export function metadataFields(kind: Kind): typeof METADATA_FIELDS | typeof NAMED {
  return kind === 'Policy' || kind === 'PolicyTemplate' ? METADATA_FIELDS : NAMED;
}

function readMetadata(kind: Kind, at: Cursor | undefined): Named['metadata'] | undefined {
  if (at === undefined) return undefined;
  if (metadataFields(kind) === METADATA_FIELDS) return mapping(METADATA_FIELDS)(at);
  const metadata = mapping(NAMED)(at);
  return metadata === undefined ? undefined : { ...metadata, controls: undefined };
}

/** The `apiVersion` of a document as written, when it has one that is text. */
export function versionOf(at: Cursor): string | undefined {
  const version = child(at, 'apiVersion')?.tree;
  return version?.kind === 'scalar' && typeof version.value === 'string' ? version.value : undefined;
}

/** Whether some rule or limit of a policy was wrong to where it is left out, which was reported. */
export function isPartial(written: Cursor, spec: PolicySpec | undefined): boolean {
  if (spec === undefined) return true;
  const count = (name: string): number => {
    const tree = child(written, name)?.tree;
    return tree?.kind === 'list' ? tree.items.length : tree === undefined ? 0 : Number.NaN;
  };
  const rules = (spec.rules ?? []).filter(({ name }) => name !== undefined);
  const limits = (spec.limits ?? []).filter(({ name, rate }) => name !== undefined && rate !== undefined);
  return rules.length !== count('rules') || limits.length !== count('limits');
}

/** Where a value was written. */
export function sourceOf({ context, tree }: Cursor): SourceLocation {
  return { file: context.path, ...context.lines.position(tree.range.start) };
}

function readVersion(at: Cursor): string | undefined {
  const version = text(at);
  if (version === undefined || version === API_VERSION) return version;
  return report(
    at,
    'unknown_version',
    `unknown version \`${version}\``,
    `this program reads \`${API_VERSION}\``,
  );
}

function readKind(at: Cursor): Kind | undefined {
  const kind = text(at);
  if (kind === undefined || isKind(kind)) return kind;
  return report(at, 'unknown_kind', `unknown kind \`${kind}\``, suggestion(kind, Object.keys(KINDS)));
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}
