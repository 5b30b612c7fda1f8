import { isJsonObject } from '../request/json-value.ts';
import type { Documents, Part } from './documents.ts';

/** A security scheme of a document. */
export interface SecurityScheme {
  readonly name: string;
  /** `token`: OAuth 2, OpenID Connect and bearer tokens; `mtls`: a client certificate. */
  readonly kind: 'token' | 'mtls' | 'other';
  /** Name of the query parameter with an API key; undefined for other schemes. */
  readonly queryName: string | undefined;
}

/** Scopes by the name of their scheme: all schemes must hold. */
export type Requirement = ReadonlyMap<string, readonly string[]>;

/** One of the requirements must hold; an empty list, or an empty requirement, asks for nothing. */
export interface Security {
  readonly requirements: readonly Requirement[];
  /** Place of `security`; undefined if the document has none for the operation. */
  readonly part: Part | undefined;
}

/** The security of an operation: its own, or that of the document. Mistakes are reported. */
export function readSecurity(
  documents: Documents,
  root: Part,
  operation: Part,
  schemes: ReadonlyMap<string, SecurityScheme>,
): Security {
  const part = documents.member(operation, 'security') ?? documents.member(root, 'security');
  if (part === undefined) return { requirements: [], part };
  if (!Array.isArray(part.value)) {
    documents.problems.add(part, '`security` must be a list');
    return { requirements: [], part };
  }
  const requirements = documents.items(part).map((item) => readRequirement(documents, item, schemes));
  return { requirements, part };
}

function readRequirement(
  documents: Documents,
  item: Part,
  schemes: ReadonlyMap<string, SecurityScheme>,
): Requirement {
  if (!isJsonObject(item.value)) documents.problems.add(item, 'an element of `security` must be a mapping');
  const requirement = new Map<string, readonly string[]>();
  for (const [name, scopes] of documents.members(item)) {
    if (!schemes.has(name)) {
      const known = [...schemes.keys()].map((each) => `\`${each}\``).join(', ');
      const help =
        known === '' ? 'define it under `components.securitySchemes`' : `the document has ${known}`;
      documents.problems.add(scopes, `the security scheme \`${name}\` is not defined`, help);
    }
    const texts = documents.items(scopes).map(({ value }) => value);
    if (!Array.isArray(scopes.value) || texts.some((each) => typeof each !== 'string'))
      documents.problems.add(
        scopes,
        `the scopes of \`${name}\` must be a list of texts`,
        'write `[]` for none',
      );
    requirement.set(
      name,
      texts.filter((each) => typeof each === 'string'),
    );
  }
  return requirement;
}

/** The security schemes of a document, by name. */
export function schemesOf(documents: Documents, root: Part): ReadonlyMap<string, SecurityScheme> {
  const components = documents.member(root, 'components');
  const table = components && documents.member(components, 'securitySchemes');
  const schemes = new Map<string, SecurityScheme>();
  for (const [name, written] of documents.members(table)) {
    const part = documents.mapping(written, 'a security scheme');
    if (part === undefined) continue;
    const { type, scheme, in: place, name: key } = part.value;
    const queryName = type === 'apiKey' && place === 'query' && typeof key === 'string' ? key : undefined;
    schemes.set(name, { name, kind: kindOf(type, scheme), queryName });
  }
  return schemes;
}

function kindOf(type: unknown, scheme: unknown): SecurityScheme['kind'] {
  if (type === 'oauth2' || type === 'openIdConnect') return 'token';
  if (type === 'mutualTLS') return 'mtls';
  return type === 'http' && typeof scheme === 'string' && scheme.toLowerCase() === 'bearer'
    ? 'token'
    : 'other';
}
