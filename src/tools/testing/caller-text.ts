import type { Identity } from '../../engine/decision/identities.ts';
import { type ClaimTest, hasClaim } from '../../engine/identity/claim-test.ts';
import { memberOf } from '../../engine/identity/jwt.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import {
  type CallerCondition,
  type CallerEntry,
  matchingEntry,
  type PrincipalSet,
  unmetPart,
} from '../../engine/set/callers.ts';
import { oneOf } from './one-of.ts';

/** The principals of a set, by pattern or Dataset. */
export function principalsText({ patterns, datasets }: PrincipalSet): string {
  const named = [
    ...patterns.map(({ source }) => source),
    ...datasets.map(({ name }) => `one of data ${name}`),
  ];
  return named.length === 0 ? 'nobody' : oneOf(named);
}

/** The callers that a condition lets through, as a phrase after "a caller". */
export function callersText({ from, except }: CallerCondition): string {
  const wanted = from === undefined ? 'everybody' : entriesText(from);
  if (except === undefined || except.length === 0) return wanted;
  const separator = from === undefined ? ' ' : ', ';
  return `${wanted}${separator}except ${entriesText(except)}`;
}

/** An empty list comes from the parameter of a template. */
function entriesText(entries: readonly CallerEntry[]): string {
  return entries.length === 0 ? 'nobody' : together(entries).map(entryText).join('; or ');
}

/** The entries, as one if all of them name nothing but principals. */
function together(entries: readonly CallerEntry[]): readonly CallerEntry[] {
  const [first] = entries;
  const sets = entries.flatMap((entry) => (isOfPeer(entry) ? (entry.principals ?? []) : []));
  if (first === undefined || entries.length === 1 || sets.length < entries.length) return entries;
  const patterns = sets.flatMap((set) => set.patterns);
  return [{ ...first, principals: { patterns, datasets: sets.flatMap((set) => set.datasets) } }];
}

function isOfPeer({ principals: _, ...others }: CallerEntry): boolean {
  return Object.values(others).every((part) => part === undefined);
}

function entryText({ principals, issuers, scopes, roles, claims }: CallerEntry): string {
  const leaves = (claims ?? []).flatMap((test) => leavesOf(test));
  const token = [
    ...(issuers === undefined ? [] : [`a token of ${oneOf([...issuers])}`]),
    ...(scopes === undefined ? [] : [`${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}`]),
    ...(roles === undefined ? [] : [`the role ${oneOf(roles)}`]),
    ...(leaves.length === 0
      ? []
      : [`${leaves.length === 1 ? 'claim' : 'claims'} ${leaves.map(leafText).join(', ')}`]),
  ].join(' and ');
  const peer = principals === undefined ? ['callers'] : [principalsText(principals)];
  return [...peer, ...(token === '' ? [] : [`with ${token}`])].join(' ');
}

/** Claims with their values, as a phrase. */
export function claimsText(tests: readonly ClaimTest[]): string {
  return tests
    .flatMap(leavesOf)
    .map((leaf) => `claim ${leafText(leaf)}`)
    .join(', ');
}

/** A claim that has values, with its path. */
interface Leaf {
  readonly path: string;
  readonly values: ReadonlySet<JsonValue>;
}

function leavesOf({ name, values, members }: ClaimTest): readonly Leaf[] {
  if (members === undefined) return [{ path: name, values }];
  return members
    .flatMap((member) => leavesOf(member))
    .map((leaf) => ({ ...leaf, path: `${name}.${leaf.path}` }));
}

function leafText({ path, values }: Leaf): string {
  return `${path} ${oneOf([...values].map(String))}`;
}

/** The first claim that the claims do not have. */
function unmetLeaf(claims: JsonObject, tests: readonly ClaimTest[]): Leaf | undefined {
  const test = tests.find((each) => !hasClaim(claims, each));
  const inner = test && memberOf(claims, test.name);
  const within =
    test?.members !== undefined && isJsonObject(inner) ? unmetLeaf(inner, test.members) : undefined;
  if (test === undefined || within === undefined) return test && leavesOf(test)[0];
  return { ...within, path: `${test.name}.${within.path}` };
}

/** The entry of `from` that a caller matches, or that `except` alone does not name it. */
export function admittedText({ from }: CallerCondition, identity: Identity): string {
  if (from === undefined) return '`except` does not name the caller';
  return together(from).length === 1
    ? '`from` names the caller'
    : `entry ${entryOf(from, identity) + 1} of \`from\` names the caller`;
}

/**
 * The part of each entry of `from` that a caller does not meet, or the entry of `except` that names it. The text has no
 * value of a token.
 */
export function refusedText({ from, except }: CallerCondition, identity: Identity): string {
  if (from !== undefined && entryOf(from, identity) === -1) {
    const reasons = together(from).map((entry) => unmetText(entry, identity));
    const [only = 'it names nobody'] = reasons;
    if (reasons.length < 2) return `\`from\`: ${only}`;
    return `\`from\`: ${reasons.map((reason, index) => `entry ${index + 1}: ${reason}`).join('; ')}`;
  }
  const index = entryOf(except ?? [], identity);
  return together(except ?? []).length === 1
    ? '`except` names the caller'
    : `entry ${index + 1} of \`except\` names the caller`;
}

function entryOf(entries: readonly CallerEntry[], { caller, token }: Identity): number {
  return matchingEntry(entries, caller?.principal ?? '', token);
}

function unmetText(entry: CallerEntry, { caller, token }: Identity): string {
  const part = unmetPart(entry, caller?.principal ?? '', token);
  if (part === 'principals') {
    const wanted = entry.principals === undefined ? '' : principalsText(entry.principals);
    return caller === undefined
      ? 'no peer is authenticated'
      : `the caller ${caller.principal} is not ${wanted}`;
  }
  if (token === undefined) return 'there is no token';
  if (part === 'issuers')
    return `the token is of ${token.issuerName}, not of ${oneOf([...(entry.issuers ?? [])])}`;
  if (part === 'scopes') {
    const missing = (entry.scopes ?? []).filter((scope) => !token.scopes.includes(scope));
    return `the token lacks the ${missing.length === 1 ? 'scope' : 'scopes'} ${missing.join(', ')}`;
  }
  if (part === 'roles') return `the token does not have the role ${oneOf(entry.roles ?? [])}`;
  const claim = unmetLeaf(token.claims, entry.claims ?? []);
  if (claim === undefined) return 'the caller matches';
  return `the claim ${claim.path} is not ${oneOf([...claim.values].map(String))}`;
}
