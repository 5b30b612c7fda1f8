import type { Advice } from '../../diagnostic/advice.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';
import type { Cursor } from '../yaml/tree.ts';
import {
  type DatasetSpec,
  type EnvironmentSpec,
  readDatasetSpec,
  readEnvironmentSpec,
} from './data-document.ts';
import { type Fields, mapping, type Read, suggestion } from './fields.ts';
import { type FixturesSpec, readFixturesSpec } from './fixtures-document.ts';
import { type IssuerSpec, readIssuerSpec } from './issuer-document.ts';
import type { PolicySpec } from './policy-document.ts';
import { child, type Located, list, located, nonEmptyText, report, text, written } from './reader.ts';
import type { Reader } from './shape.ts';
import { readTemplateSpec, type TemplateSpec } from './template-document.ts';
import { readTestSpec, type TestSpec } from './test-document.ts';
import { dnsLabel } from './values.ts';

export const API_VERSION = 'lictor/v1';

/** Kinds of the language. */
export const KINDS = {
  Policy: {
    doc: 'the requests it selects, their callers, and the requirements for content, rate and answer',
  },
  Issuer: { doc: 'a login service: its tokens are accepted, verified with its keys' },
  PolicyTest: { doc: 'test cases for the policies' },
  TestFixtures: { doc: 'callers and requests that every PolicyTest may name' },
  Dataset: { doc: 'a named table or list, inline or from a file' },
  Environment: {
    doc: 'values that differ between staging and production, and the policies that are only shadow policies there',
  },
  PolicyTemplate: { doc: 'a policy with typed parameters, which other policies adopt by `uses`' },
} as const satisfies Record<string, { readonly doc: string }>;

type Kind = keyof typeof KINDS;

const NAMED = {
  name: { read: located(dnsLabel), doc: 'DNS label, unique within its kind', required: true },
  description: { read: text, doc: 'a description in one line' },
  owner: { read: text, doc: 'the team or person that is responsible' },
} as const satisfies Fields;

export const METADATA_FIELDS = {
  ...NAMED,
  controls: {
    read: list(nonEmptyText),
    doc: 'compliance controls that a Policy or PolicyTemplate implements',
  },
} as const satisfies Fields;

export const DOCUMENT_FIELDS = {
  apiVersion: { read: readVersion, doc: `\`${API_VERSION}\``, required: true, missing: missingVersion },
  kind: { read: readKind, doc: 'the kind of the document, such as `Policy`', required: true },
  metadata: { read: (at: Cursor) => at, doc: 'the name of the document, and its owner', required: true },
  spec: { read: (at: Cursor) => at, doc: 'the content of the document, by its kind', required: true },
} as const satisfies Fields;

/** Parts that documents of every kind have. */
export interface Named {
  readonly name: Located<string>;
  readonly metadata: Read<typeof METADATA_FIELDS>;
  /** The whole document. */
  readonly at: Cursor;
}

/** The `spec` of each kind, as read. */
interface Specs {
  /** Unread, since it is read together with the template. */
  readonly Policy: Cursor;
  readonly Issuer: IssuerSpec;
  readonly PolicyTest: TestSpec;
  readonly TestFixtures: FixturesSpec;
  readonly Dataset: DatasetSpec;
  readonly Environment: EnvironmentSpec;
  readonly PolicyTemplate: TemplateSpec;
}

/** A document of one kind; `spec` is undefined if it is missing or not a mapping. */
export type DocumentOf<K extends Kind> = Named & { readonly kind: K; readonly spec: Specs[K] | undefined };

/** A document of any kind. */
export type PolicyDocument = { [K in Kind]: DocumentOf<K> }[Kind];

const SPECS: { readonly [K in Kind]: Reader<Specs[K]> } = {
  Policy: (at) => at,
  Issuer: readIssuerSpec,
  PolicyTest: readTestSpec,
  TestFixtures: readFixturesSpec,
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

/** Reads a document by its kind and reports every mistake in it. Undefined without a kind and a name. */
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

/** Help for a document without `apiVersion`. */
function missingVersion({ context, tree }: Cursor): Advice {
  const line = `apiVersion: ${API_VERSION}`;
  const { start } = tree.range;
  const isFlow = context.lines.text[start] === '{';
  const edit = isFlow
    ? { start: start + 1, end: start + 1, text: `${line}, ` }
    : { start, end: start, text: `${line}\n` };
  return { help: `write \`${line}\``, edit };
}

/** A name that is reported as not a DNS label, kept so that it does not hide other mistakes of the document. */
function misnamed(metadata: Cursor | undefined): Located<string> | undefined {
  const at = metadata && child(metadata, 'name');
  if (at?.tree.kind !== 'scalar' || typeof at.tree.value !== 'string') return undefined;
  return { value: at.tree.value, at };
}

/** The fields of `metadata` for a kind. */
export function metadataFields(kind: Kind): typeof METADATA_FIELDS | typeof NAMED {
  return kind === 'Policy' || kind === 'PolicyTemplate' ? METADATA_FIELDS : NAMED;
}

function readMetadata(kind: Kind, at: Cursor | undefined): Named['metadata'] | undefined {
  if (at === undefined) return undefined;
  if (metadataFields(kind) === METADATA_FIELDS) return mapping(METADATA_FIELDS)(at);
  const metadata = mapping(NAMED)(at);
  return metadata === undefined ? undefined : { ...metadata, controls: undefined };
}

/** The `apiVersion` of a document as written; undefined if it is missing or not text. */
export function versionOf(at: Cursor): string | undefined {
  const version = child(at, 'apiVersion')?.tree;
  return version?.kind === 'scalar' && typeof version.value === 'string' ? version.value : undefined;
}

/** True if a document has a kind of the language. */
export function isKindOf(at: Cursor): boolean {
  const kind = child(at, 'kind')?.tree;
  return kind?.kind === 'scalar' && typeof kind.value === 'string' && isKind(kind.value);
}

/** True if the policy, or a rule or limit of it, lacks a name or could not be read, which is reported. */
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

/** The location of a value in its file. */
export function sourceOf({ context, tree }: Cursor): SourceLocation {
  return { file: context.path, ...context.lines.position(tree.range.start) };
}

function readVersion(at: Cursor): string | undefined {
  const { tree } = at;
  if (tree.kind !== 'scalar' || tree.value === null) return text(at);
  if (tree.value === API_VERSION) return API_VERSION;
  return report(at, 'unknown_version', `unknown version \`${written(at)}\``, {
    help: `write \`${API_VERSION}\``,
    edit: { ...tree.range, text: API_VERSION },
  });
}

function readKind(at: Cursor): Kind | undefined {
  const kind = text(at);
  if (kind === undefined || isKind(kind)) return kind;
  return report(at, 'unknown_kind', `unknown kind \`${kind}\``, suggestion(kind, Object.keys(KINDS)));
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}
