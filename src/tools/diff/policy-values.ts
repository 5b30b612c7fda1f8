import type { Program } from '../../cel/interpret/program.ts';
import type { ClaimTest } from '../../engine/identity/claim-test.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList } from '../../engine/request/json-value.ts';
import type { CallerCondition, CallerEntry, PrincipalSet } from '../../engine/set/callers.ts';
import type {
  CompiledMatch,
  CompiledPolicy,
  CompiledRule,
  PolicySet,
  ResponseValue,
} from '../../engine/set/policy-set.ts';
import { samplePrincipals } from '../../policy/lint/sample-caller.ts';
import type { Part } from './candidate.ts';
import { type ExpressionScope, type FieldValues, valuesIn } from './expression-values.ts';
import { type Field, keyOf } from './field.ts';

/** The values that a policy compares with a request, in its parts. */
export interface PolicyValues {
  readonly policy: CompiledPolicy;
  readonly fields: readonly FieldValues[];
  /** Parts of a request that fulfil the conditions of a rule, or of the policy itself, as far as they are known. */
  readonly bases: readonly (readonly Part[])[];
}

const PRINCIPAL: Field = { kind: 'principal', path: [] };
const ISSUER: Field = { kind: 'issuer', path: [] };
const SCOPES: Field = { kind: 'scopes', path: [] };
const ROLES: Field = { kind: 'roles', path: [] };
const NOW: Field = { kind: 'now', path: [] };
const VIA: Field = { kind: 'via', path: [] };
/** A peer that no policy names. */
const STRANGER = 'spiffe://example.org/x';

/** Reads a policy of a set; expressions see the values of that set. */
export function valuesOfPolicy(policy: CompiledPolicy, set: PolicySet): PolicyValues {
  const scope: ExpressionScope = {
    variables: new Map([...policy.variables].map(([name, { source }]) => [name, source])),
    constants: { data: set.data, env: set.env, params: policy.params },
  };
  const read = (program: Program | undefined) =>
    program === undefined ? [] : valuesIn(program.source, scope);
  const rules = [...policy.denyRules, ...policy.allowRules];
  const callers = [policy.callers, ...rules.map((rule) => rule.callers)];
  const required = requirements(policy);
  const fields = [
    ...policy.requiredHeaders.map(
      (name): FieldValues => ({ field: { kind: 'header', path: [name] }, values: ['x'] }),
    ),
    ...required.map(({ field, value }) => ({ field, values: [value] })),
    ...[policy.mtls?.principals, policy.namedPeers].flatMap((peers) =>
      peers === undefined ? [] : [{ field: PRINCIPAL, values: principalsOf(peers) }],
    ),
    ...callers.flatMap(entriesOf).flatMap(fieldsOfEntry),
    ...rules.flatMap(({ expires }) =>
      expires === undefined ? [] : [{ field: NOW, values: [expires, expires - 1] }],
    ),
    ...programsOf(policy, rules).flatMap(read),
  ];
  const isAboutPeers = fields.some(({ field }) => field.kind === 'principal') || policy.mtls !== undefined;
  const stranger = isAboutPeers ? [{ field: PRINCIPAL, values: [STRANGER] }] : [];
  const basesOf = (rule: CompiledRule | undefined): readonly (readonly Part[])[] => {
    const conditions = [
      ...(rule === undefined ? [] : conditionsOf(rule)),
      ...conditionsOfMatch(policy.match),
    ];
    const wanted = conditions.flatMap(read).flatMap(asWhole).flatMap(firstPart);
    const named = entriesOf(policy.callers).flatMap(partsOfEntry);
    const own = entriesOf(rule?.callers);
    const start = [...required, ...named.slice(0, MOST_PARTS), ...wanted];
    return own.length === 0 ? [start] : own.map((entry) => [...start, ...partsOfEntry(entry)]);
  };
  return { policy, fields: [...fields, ...stranger], bases: [undefined, ...rules].flatMap(basesOf) };
}

const MOST_PARTS = 50;

function firstPart({ field, values: [value] }: FieldValues): readonly Part[] {
  return value === undefined || ROUTE_KINDS.has(field.kind) ? [] : [{ field, value }];
}

/** Kinds of fields that are in the route of a candidate, and not among its parts. */
export const ROUTE_KINDS: ReadonlySet<Field['kind']> = new Set(['host', 'path', 'method', 'param']);

/** The peer and the token that a policy asks for. */
function requirements({ mtls, namedPeers, jwt }: CompiledPolicy): readonly Part[] {
  const peers = mtls === undefined ? namedPeers : mtls.principals;
  const [principal = STRANGER] = peers === undefined ? [] : samplePrincipals(peers);
  return [
    ...(mtls === undefined && namedPeers === undefined ? [] : [{ field: PRINCIPAL, value: principal }]),
    ...(mtls?.from === 'xfcc' ? [{ field: VIA, value: 'xfcc' }] : []),
    ...(jwt?.issuers ?? []).map(({ name }) => ({ field: ISSUER, value: name })),
  ];
}

function entriesOf(condition: CallerCondition | undefined): readonly CallerEntry[] {
  return [...(condition?.from ?? []), ...(condition?.except ?? [])];
}

function fieldsOfEntry(entry: CallerEntry): readonly FieldValues[] {
  const { principals, issuers, scopes = [], roles = [], claims = [] } = entry;
  return [
    ...(principals === undefined ? [] : [{ field: PRINCIPAL, values: principalsOf(principals) }]),
    ...(issuers === undefined ? [] : [{ field: ISSUER, values: [...issuers] }]),
    ...(scopes.length === 0
      ? []
      : [{ field: SCOPES, values: [[...scopes], ...scopes.map((each) => [each])] }]),
    ...(roles.length === 0 ? [] : [{ field: ROLES, values: roles.map((each) => [each]) }]),
    ...claims.flatMap((test) => fieldsOfClaim(test, [])),
  ];
}

function principalsOf(set: PrincipalSet): readonly string[] {
  return samplePrincipals(set).flatMap((principal) => [principal, `${principal}x`]);
}

function fieldsOfClaim(
  { name, values, members }: ClaimTest,
  outer: readonly string[],
): readonly FieldValues[] {
  const path = [...outer, name];
  if (members !== undefined) return members.flatMap((member) => fieldsOfClaim(member, path));
  return [{ field: { kind: 'claim', path }, values: [...values, 'x'] }];
}

/** Parts with which a caller matches an entry. */
function partsOfEntry(entry: CallerEntry): readonly Part[] {
  return fieldsOfEntry(entry).flatMap(firstPart);
}

/** Every expression on which the decision may depend; those of shadow rules are left out. */
function programsOf(policy: CompiledPolicy, rules: readonly CompiledRule[]): readonly Program[] {
  const { allow, deny } = policy.respond;
  const responses = [
    ...allow.requestHeaders.set.values(),
    ...allow.requestHeaders.append.values(),
    ...allow.responseHeaders.set.values(),
    ...allow.responseHeaders.append.values(),
    ...allow.query.set.values(),
    ...allow.metadata.values(),
    ...deny.headers.set.values(),
  ];
  return [
    ...conditionsOfMatch(policy.match),
    ...rules.flatMap(conditionsOf),
    ...policy.schemas.flatMap(({ match }) => conditionsOfMatch(match)),
    ...responses.filter((value): value is Exclude<ResponseValue, string> => typeof value !== 'string'),
  ];
}

function conditionsOf({ match, when }: CompiledRule): readonly Program[] {
  return [...(when === undefined ? [] : [when]), ...conditionsOfMatch(match)];
}

function conditionsOfMatch(match: readonly CompiledMatch[]): readonly Program[] {
  return match.flatMap(({ when }) => when ?? []);
}

/** The values of all policies for each field, in the order in which they are found; none twice. */
export function together(all: readonly FieldValues[]): readonly FieldValues[] {
  const fields = new Map<string, { readonly field: Field; readonly values: Map<string, JsonValue> }>();
  for (const { field, values } of all.flatMap(asWhole)) {
    const known = fields.get(keyOf(field)) ?? { field, values: new Map() };
    fields.set(keyOf(field), known);
    for (const value of values) known.values.set(JSON.stringify(value, plainBigint), value);
  }
  return [...fields.values()].map(({ field, values }) => ({
    field,
    values: combined(field, [...values.values()]),
  }));
}

/** Most principals, and endings of principals, that are combined. */
const MOST_COMBINED = 8;

/** The values with those that fulfil several conditions at once: all scopes, and a pattern with the ending of another. */
function combined({ kind }: Field, values: readonly JsonValue[]): readonly JsonValue[] {
  if (kind === 'scopes' || kind === 'roles' || kind === 'audiences') {
    const lists = values.map((value) => (isJsonList(value) ? value : [value]));
    const whole = [...new Set(lists.flat().filter((value) => typeof value === 'string'))];
    return whole.length < 2 ? lists : [...lists, whole];
  }
  if (kind !== 'principal') return values;
  const texts = values.map(String);
  const endings = texts.flatMap((text) => /^x?(\/.+)$/.exec(text)?.[1] ?? []).slice(0, MOST_COMBINED);
  const starts = texts.filter((text) => text.startsWith('spiffe://')).slice(0, MOST_COMBINED);
  return [...texts, ...starts.flatMap((start) => endings.map((ending) => start + ending))];
}

function plainBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** The principals with a part of a SPIFFE ID, in place of that part. */
function asWhole({ field, values }: FieldValues): readonly FieldValues[] {
  if (field.kind !== 'principal') return [{ field, values }];
  const texts = values.filter((value) => typeof value === 'string' && value !== '').map(String);
  return [{ field: PRINCIPAL, values: texts.map((text) => principalWith(field.path[0], text)) }];
}

function principalWith(part: string | undefined, text: string): string {
  switch (part) {
    case 'trust_domain':
      return `spiffe://${text}/x`;
    case 'path':
      return `spiffe://example.org${text.startsWith('/') ? '' : '/'}${text}`;
    case 'namespace':
      return `spiffe://example.org/ns/${text}/sa/x`;
    case 'service_account':
      return `spiffe://example.org/ns/x/sa/${text}`;
    default:
      return text;
  }
}
