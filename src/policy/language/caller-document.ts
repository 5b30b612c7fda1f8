import type { PrincipalPattern } from '../../engine/identity/principal.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { plainNumber } from '../../engine/request/json-number.ts';
import type { Cursor, MappingTree } from '../yaml/tree.ts';
import { callerHelp, textCallerHelp } from './caller-hints.ts';
import { type Fields, mapping, type Read } from './fields.ts';
import {
  child,
  type Located,
  list,
  located,
  nonEmptyText,
  report,
  shape,
  someOf,
  written,
} from './reader.ts';
import { type Reader, shaped, shapeOf } from './shape.ts';
import { longCaller } from './short-form.ts';
import { principal } from './values.ts';

/** The Dataset in a list of principals. */
export const DATA_FIELDS = {
  data: {
    read: located(nonEmptyText),
    doc: 'the name of a Dataset: a list of principals, or a mapping whose keys are principals',
    required: true,
  },
} as const satisfies Fields;

/** The Dataset of `{data: NAME}` in a list of principals. */
export interface DatasetReference {
  readonly dataset: Located<string>;
}

/** A pattern of principals, or a Dataset of principals. */
export type PrincipalDocument = PrincipalPattern | DatasetReference;

const dataset = mapping(DATA_FIELDS);

function readPrincipal(at: Cursor): PrincipalDocument | undefined {
  if (at.tree.kind !== 'mapping') return principal(at);
  const named = dataset(at)?.data;
  return named && { dataset: named };
}

const onePrincipal = located(
  shaped<PrincipalDocument>(readPrincipal, { kind: 'either', of: [principal, dataset] }),
);

/** Reader of the principals of `mtls`. */
export const principals = someOf(onePrincipal);

/** `*` of Istio, which no caller has as its name here. */
function readCallerPrincipal(at: Cursor): PrincipalDocument | undefined {
  const { tree } = at;
  if (tree.kind !== 'scalar' || (tree.value !== '*' && tree.value !== '**')) return readPrincipal(at);
  const help =
    'for every peer, write `mtls: {}` under `authenticate` and remove the entry; for every caller, remove `from`';
  return report(at, 'invalid_principal', `\`${tree.value}\` is not a principal`, help);
}

/** Reader of the principals of a caller. A template's parameter may be an empty list. */
const oneCallerPrincipal = located(
  shaped<PrincipalDocument>(readCallerPrincipal, { kind: 'either', of: [principal, dataset] }),
);

const callerPrincipals = shaped<readonly Located<PrincipalDocument>[]>(
  (at) => (at.tree.isParameter === true ? list(oneCallerPrincipal) : someOf(oneCallerPrincipal))(at),
  shapeOf(principals),
);

/** A claim with the values that it may have, or with the members that it must have. */
export interface ClaimDocument {
  readonly name: string;
  readonly at: Cursor;
  readonly values: readonly JsonValue[];
  readonly members: readonly ClaimDocument[];
}

/** Reader of the claims that a token must have, with their values. */
export const claimDocuments: Reader<readonly ClaimDocument[]> = (at) => {
  const { tree } = at;
  if (tree.kind !== 'mapping') {
    const help = 'write each claim with its value, such as `claims: {tenant: acme}`';
    return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`, help);
  }
  if (tree.entries.size === 0 && tree.invalidKeys.size === 0) {
    const message = 'the mapping is empty, so that every token has these claims';
    return report(at, 'missing_field', message, 'add a claim, or remove `claims`');
  }
  return [...tree.entries.keys()].flatMap((name) => {
    const value = child(at, name);
    return (value && readClaim(name, value)) ?? [];
  });
};

function readClaim(name: string, at: Cursor): ClaimDocument | undefined {
  const { tree } = at;
  if (tree.kind === 'mapping') {
    const members = claimDocuments(at);
    return members && { name, at, values: [], members };
  }
  const values = tree.kind === 'list' ? someOf(claimValue)(at) : oneValue(at);
  return values && { name, at, values, members: [] };
}

function oneValue(at: Cursor): readonly JsonValue[] | undefined {
  const value = claimValue(at);
  return value === undefined ? undefined : [value];
}

/** A text, number or boolean. */
function claimValue(at: Cursor): JsonValue | undefined {
  const { tree } = at;
  if (tree.kind !== 'scalar' || tree.value === null) {
    const message = `expected text, a number or a boolean, found ${shape(at)}`;
    const isMissing = tree.kind === 'scalar';
    const help = isMissing ? 'a claim that is `null` or absent never matches' : undefined;
    return report(at, 'wrong_type', message, help);
  }
  if (typeof tree.value !== 'number' && typeof tree.value !== 'bigint') return tree.value;
  if (Number.isFinite(Number(tree.value))) return plainNumber(tree.value);
  const message = `no claim can have the value \`${written(at)}\``;
  return report(at, 'out_of_range', message, 'the numbers of claims are finite');
}

/** Levels of members that the JSON Schema describes; below them it accepts any mapping. */
const DESCRIBED_LEVELS = 3;

function claimsSchema(levels: number): JsonObject {
  const one: JsonObject = { type: ['string', 'number', 'boolean'] };
  const several: JsonObject = { type: 'array', minItems: 1, items: one };
  const members = levels > 1 ? claimsSchema(levels - 1) : { type: 'object' };
  return { type: 'object', minProperties: 1, additionalProperties: { anyOf: [one, several, members] } };
}

shaped(claimDocuments, { kind: 'value', schema: claimsSchema(DESCRIBED_LEVELS) });

/** One entry of `from` or `except`. */
export const CALLER_FIELDS = {
  principals: {
    read: callerPrincipals,
    doc: 'principals of the authenticated peer, of which one must match: SPIFFE IDs with `*` and `**`, other names, or `{data: NAME}`',
  },
  issuers: {
    read: someOf(located(nonEmptyText)),
    doc: 'names of Issuers, of which one must have issued the token',
  },
  scopes: { read: someOf(located(nonEmptyText)), doc: 'scopes that the token must all have' },
  roles: {
    read: someOf(located(nonEmptyText)),
    doc: 'roles of which the token must have one; the Issuer says by `rolesPath` where they are',
  },
  claims: {
    read: located(claimDocuments),
    doc: 'claims that the token must all have: a value, a list of possible values, or a mapping of members; a claim that is a list must contain one',
  },
} as const satisfies Fields;

export type CallerDocument = Read<typeof CALLER_FIELDS> & { readonly at: Cursor };

/** Reads one entry. An empty one is a mistake: it looks like a requirement and every caller meets it. */
function readCaller(at: Cursor): CallerDocument | undefined {
  const { tree } = at;
  if (tree.kind === 'mapping' && tree.entries.size === 0 && tree.invalidKeys.size === 0) {
    const help = 'name callers by `principals`, `issuers`, `scopes`, `roles` or `claims`';
    return report(at, 'missing_field', 'the entry is empty, so that every caller matches it', help);
  }
  if (tree.kind !== 'mapping') {
    const help =
      'write a principal, or a mapping with `principals`, `issuers`, `scopes`, `roles` or `claims`';
    return report(at, 'wrong_type', `expected text or a mapping, found ${shape(at)}`, help);
  }
  const text = tree.isImplied === true ? textIn(tree) : undefined;
  const help = text === undefined ? undefined : textCallerHelp(text, written(at));
  if (help !== undefined)
    return report(at, 'invalid_principal', `\`${text}\` does not look like a principal`, help);
  const caller = mapping(CALLER_FIELDS, callerHelp)(at);
  return caller && { ...caller, at };
}

/** The text that an entry is written as. */
function textIn({ entries }: MappingTree): string | undefined {
  const list = entries.get('principals')?.value;
  const [item] = list?.kind === 'list' ? list.items : [];
  return item?.kind === 'scalar' ? String(item.value) : undefined;
}

const caller = shaped<CallerDocument>(readCaller, {
  kind: 'either',
  // A text is read as the mapping that it stands for.
  of: [principal, mapping(CALLER_FIELDS)],
  longForm: longCaller,
});

const someCallers = someOf(caller);

/** A template's parameter may be an empty list. */
const callers = shaped<readonly CallerDocument[]>(
  (at) => (at.tree.isParameter === true ? list(caller) : someCallers)(at),
  shapeOf(someCallers),
);

/** The fields for the callers of a policy or rule. */
export const FROM_FIELDS = {
  from: {
    read: callers,
    doc: 'callers: any entry, of which all parts must hold; default: every caller',
  },
  except: {
    read: callers,
    doc: 'callers to take out of `from`; without `from`: every other caller',
  },
} as const satisfies Fields;

/** True for `{data: NAME}` in a list of principals. */
export function isDatasetReference(written: PrincipalDocument): written is DatasetReference {
  return 'dataset' in written;
}
