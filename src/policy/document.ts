import { type Fields, mapping, notSupported, type Read, suggestion } from './fields.ts';
import { type IssuerSpec, readIssuerSpec } from './issuer-document.ts';
import { type PolicySpec, readPolicySpec } from './policy-document.ts';
import type { Source } from './policy-set.ts';
import { type Cursor, child, type Located, list, located, nonEmptyText, report, text } from './reader.ts';
import { readTestSpec, type TestSpec } from './test-document.ts';
import { dnsLabel } from './values.ts';

export const API_VERSION = 'lictor/v1';

/** Kinds of the language; those with `later` are not in this version. */
export const KINDS = {
  Policy: { doc: 'which requests it governs, who may send them, what they must look like, how many' },
  Issuer: { doc: 'whose JWTs are accepted, with which keys' },
  PolicyTest: { doc: 'cases that prove the policies' },
  Dataset: { doc: 'a named table or list', later: true },
  Environment: { doc: 'values that differ between staging and production', later: true },
  PolicyTemplate: { doc: 'a Policy with typed parameters', later: true },
} as const satisfies Record<string, { readonly doc: string; readonly later?: true }>;

type Kind = keyof typeof KINDS;

const NAMED = {
  name: { read: located(dnsLabel), doc: 'DNS label, unique within its kind', required: true },
  description: { read: text, doc: 'one line for people' },
  owner: { read: text, doc: 'who answers for it' },
} as const satisfies Fields;

export const METADATA_FIELDS = {
  ...NAMED,
  controls: { read: list(nonEmptyText), doc: 'compliance controls that a Policy implements' },
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

/** One document; `spec` is undefined where it is no mapping at all. */
export type PolicyDocument =
  | (Named & { readonly kind: 'Policy'; readonly spec: PolicySpec | undefined })
  | (Named & { readonly kind: 'Issuer'; readonly spec: IssuerSpec | undefined })
  | (Named & { readonly kind: 'PolicyTest'; readonly spec: TestSpec | undefined });

/** Reads a document by its kind; everything in it that is wrong is reported. Undefined without a kind and a name. */
export function readDocument(at: Cursor): PolicyDocument | undefined {
  const document = mapping(DOCUMENT_FIELDS)(at);
  const kind = document?.kind;
  if (kind === undefined) return undefined;
  const metadata = readMetadata(kind, document?.metadata);
  const spec = document?.spec === undefined ? undefined : { ...document.spec, path: '' };
  const read = readSpec(kind, spec);
  const name = metadata?.name ?? misnamed(document?.metadata);
  return metadata === undefined || name === undefined ? undefined : { ...read, name, metadata, at };
}

/** A name that is no DNS label was reported, and must not hide what else is wrong with its document. */
function misnamed(metadata: Cursor | undefined): Located<string> | undefined {
  const at = metadata && child(metadata, 'name');
  if (at?.tree.kind !== 'scalar' || typeof at.tree.value !== 'string') return undefined;
  return { value: at.tree.value, at };
}

function readSpec(
  kind: 'Policy' | 'Issuer' | 'PolicyTest',
  at: Cursor | undefined,
):
  | { readonly kind: 'Policy'; readonly spec: PolicySpec | undefined }
  | { readonly kind: 'Issuer'; readonly spec: IssuerSpec | undefined }
  | { readonly kind: 'PolicyTest'; readonly spec: TestSpec | undefined } {
  switch (kind) {
    case 'Policy':
      return { kind, spec: at && readPolicySpec(at) };
    case 'Issuer':
      return { kind, spec: at && readIssuerSpec(at) };
    case 'PolicyTest':
      return { kind, spec: at && readTestSpec(at) };
  }
}

function readMetadata(kind: Kind, at: Cursor | undefined): Named['metadata'] | undefined {
  if (at === undefined) return undefined;
  if (kind === 'Policy') return mapping(METADATA_FIELDS)(at);
  const metadata = mapping(NAMED)(at);
  return metadata === undefined ? undefined : { ...metadata, controls: undefined };
}

/** The `apiVersion` of a document as written, when it has one that is text. */
export function versionOf(at: Cursor): string | undefined {
  const version = child(at, 'apiVersion')?.tree;
  return version?.kind === 'scalar' && typeof version.value === 'string' ? version.value : undefined;
}

/** Whether a document is of a kind that the language has and this version does not. */
export function isOfLaterKind(at: Cursor): boolean {
  const kind = child(at, 'kind')?.tree;
  return kind?.kind === 'scalar' && LATER_KINDS.has(String(kind.value));
}

const LATER_KINDS: ReadonlySet<string> = new Set(['Dataset', 'Environment', 'PolicyTemplate']);

/** Whether some rule or limit of a policy was wrong to where it is left out, which was reported. */
export function isPartial({ at, spec }: PolicyDocument & { readonly kind: 'Policy' }): boolean {
  const written = child(at, 'spec');
  if (spec === undefined || written === undefined) return true;
  const count = (name: string): number => {
    const tree = child(written, name)?.tree;
    return tree?.kind === 'list' ? tree.items.length : tree === undefined ? 0 : Number.NaN;
  };
  const rules = (spec.rules ?? []).filter(({ name }) => name !== undefined);
  const limits = (spec.limits ?? []).filter(({ name, rate }) => name !== undefined && rate !== undefined);
  return rules.length !== count('rules') || limits.length !== count('limits');
}

/** Where a value was written. */
export function sourceOf({ origin, tree }: Cursor): Source {
  return { file: origin.path, ...origin.lines.position(tree.mark.start) };
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

function readKind(at: Cursor): 'Policy' | 'Issuer' | 'PolicyTest' | undefined {
  const kind = text(at);
  switch (kind) {
    case undefined:
    case 'Policy':
    case 'Issuer':
    case 'PolicyTest':
      return kind;
    case 'Dataset':
    case 'Environment':
    case 'PolicyTemplate':
      return notSupported({ ...at, key: at.tree.mark }, `\`${kind}\``);
    default:
      return report(at, 'unknown_kind', `unknown kind \`${kind}\``, suggestion(kind, Object.keys(KINDS)));
  }
}
