import type { PrincipalPattern } from '../../engine/identity/principal.ts';
import { containsPrincipal, principalsOverlap } from '../../engine/identity/principal-contains.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { type CallerDocument, isDatasetReference } from '../language/caller-document.ts';
import { type Located, report } from '../language/reader.ts';
import { reportDotted } from './caller-claims.ts';
import type { LintInput } from './lint-input.ts';

/** Most pairs of patterns that are compared. */
const MOST_PAIRS = 10_000;

/** Reports entries of `from` and `except` that no caller meets, and an `except` that takes out nobody or everybody. */
export function* lintCallers({ written, policies, issuers }: LintInput): Generator<undefined, void> {
  for (const policy of written) {
    const accepted =
      policies.get(policy.name)?.jwt?.issuers ?? [...issuers.values()].filter((each) => each !== undefined);
    const claims = new Set(accepted.flatMap(({ requireClaims }) => requireClaims));
    const isScope = accepted.every(({ scopesClaim }) => scopesClaim === 'scope');
    for (const { from = [], except = [] } of [policy.spec, ...(policy.spec.rules ?? [])]) {
      for (const entry of [...from, ...except]) {
        reportDotted(entry.claims?.value ?? [], claims);
        if (isScope) reportSpaces(entry.scopes ?? []);
      }
    }
    reportExcept(policy);
    yield;
  }
}

/** Reports `orders:read orders:write` as one scope: those of a token are separated by spaces (RFC 6749, section 3.3). */
function reportSpaces(scopes: readonly Located<string>[]): void {
  for (const { value, at } of scopes) {
    if (!/\s/.test(value)) continue;
    const message = 'a scope has no space in it, so that no token has this one';
    report(at, 'scope_with_space', message, 'write each scope as an element of its own');
  }
}

/** Reports an `except` that has no effect on the `from` beside it or of the policy, and one that leaves nobody. */
function reportExcept({ spec }: WrittenPolicy): void {
  const own = principalsOf(spec.from);
  for (const entry of spec.except ?? []) reportNeedless(entry, own);
  for (const { from, except, nameAt } of (spec.rules ?? []).map((rule) => ({
    ...rule,
    nameAt: placeOf(rule.at, 'except') ?? rule.at,
  }))) {
    const callers = principalsOf(from) ?? own;
    for (const entry of except ?? []) reportNeedless(entry, callers);
    if (callers === undefined || !excludesAll(except ?? [], callers)) continue;
    const message = '`except` takes out every caller that `from` names, so the rule never matches';
    report(nameAt, 'rule_never_matches', message, 'narrow `except`, or remove the rule', nameAt.key);
  }
}

/** Reports principals of `except` that `from` does not name. */
function reportNeedless(
  { principals = [] }: CallerDocument,
  from: readonly PrincipalPattern[] | undefined,
): void {
  if (from === undefined || from.length * principals.length > MOST_PAIRS) return;
  for (const { value, at } of principals) {
    if (isDatasetReference(value) || from.some((each) => principalsOverlap(each, value))) continue;
    const message = `\`except\` takes nobody out here: \`from\` names no caller that \`${value.source}\` matches`;
    report(at, 'needless_except', message, 'write a principal that `from` names, or remove it');
  }
}

function excludesAll(except: readonly CallerDocument[], from: readonly PrincipalPattern[]): boolean {
  const excluded = except.flatMap(({ principals, issuers, scopes, claims }) =>
    [issuers, scopes, claims].every((part) => part === undefined) ? (principals ?? []) : [],
  );
  const patterns = excluded.flatMap(({ value }) => (isDatasetReference(value) ? [] : [value]));
  if (from.length * patterns.length > MOST_PAIRS || patterns.length === 0) return false;
  return from.every((each) => patterns.some((outer) => containsPrincipal(outer, each)));
}

/** The patterns of all entries; undefined if an entry may name other callers as well. */
function principalsOf(from: readonly CallerDocument[] | undefined): readonly PrincipalPattern[] | undefined {
  const entries = (from ?? []).map(({ principals }) => {
    const patterns = (principals ?? []).flatMap(({ value }) => (isDatasetReference(value) ? [] : [value]));
    return principals === undefined || patterns.length < principals.length ? undefined : patterns;
  });
  const known = entries.filter((each) => each !== undefined);
  return known.length === 0 || known.length < entries.length ? undefined : known.flat();
}
