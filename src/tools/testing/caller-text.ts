import type { Identity } from '../../engine/decision/identities.ts';
import {
  type CallerCondition,
  type CallerEntry,
  type ClaimTest,
  hasClaim,
  matchingEntry,
  type PrincipalSet,
  unmetPart,
} from '../../engine/set/callers.ts';
import { oneOf } from './one-of.ts';

/** The principals of a set, by pattern or Dataset. */
export function principalsText({ patterns, datasets }: PrincipalSet): string {
  return oneOf([
    ...patterns.map(({ source }) => source),
    ...datasets.map(({ name }) => `one of data ${name}`),
  ]);
}

/** The callers that a condition lets through, as a phrase after "a caller". */
export function callersText({ from, except }: CallerCondition): string {
  const wanted = from === undefined ? [] : [from.map(entryText).join('; or ')];
  const left = except === undefined ? [] : [`except ${except.map(entryText).join('; or ')}`];
  return [...wanted, ...left].join(', ');
}

function entryText({ principals, issuers, scopes, claims }: CallerEntry): string {
  return [
    ...(principals === undefined ? [] : [principalsText(principals)]),
    ...(issuers === undefined ? [] : [`a token of ${oneOf([...issuers])}`]),
    ...(scopes === undefined ? [] : [`${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}`]),
    ...(claims === undefined ? [] : [claims.map(claimText).join(', ')]),
  ].join(' with ');
}

function claimText(test: ClaimTest): string {
  if (test.members !== undefined)
    return test.members.map((member) => `${test.name}.${claimText(member)}`).join(', ');
  return `${test.name} ${oneOf([...test.values].map(String))}`;
}

/** The entry of `from` that a caller matches; empty without `from`. */
export function admittedText({ from }: CallerCondition, identity: Identity): string {
  if (from === undefined) return '';
  return from.length === 1
    ? '`from` names the caller'
    : `entry ${entryOf(from, identity) + 1} of \`from\` names the caller`;
}

/**
 * The part of each entry of `from` that a caller does not meet, or the entry of `except` that names it. The text has no
 * value of a token.
 */
export function refusedText({ from, except }: CallerCondition, identity: Identity): string {
  if (from !== undefined && entryOf(from, identity) === -1) {
    const reasons = from.map((entry) => unmetText(entry, identity));
    const [only] = reasons;
    if (reasons.length === 1) return `\`from\`: ${only}`;
    return `\`from\`: ${reasons.map((reason, index) => `entry ${index + 1}: ${reason}`).join('; ')}`;
  }
  const index = entryOf(except ?? [], identity);
  return (except ?? []).length === 1
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
  const claim = (entry.claims ?? []).find((test) => !hasClaim(token.claims, test));
  if (claim === undefined) return 'the caller matches';
  return `the claim ${claim.name} is not ${claimText(claim).slice(claim.name.length + 1)}`;
}
