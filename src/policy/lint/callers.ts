import type { PrincipalPattern } from '../../engine/identity/principal.ts';
import { containsPrincipal, principalsOverlap } from '../../engine/identity/principal-contains.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { type CallerDocument, isDatasetReference } from '../language/caller-document.ts';
import { type Located, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { reportDotted } from './caller-claims.ts';
import type { LintInput } from './lint-input.ts';
import { datasetsOf, reportDataTexts, reportLiterals } from './literal-callers.ts';

/** Most pairs of patterns that are compared. */
const MOST_PAIRS = 10_000;

/** Reports entries of `from` and `except` that no caller meets, and an `except` that takes out none or all. */
export function* lintCallers(input: LintInput): Generator<undefined, void> {
  const { written, policies, issuers } = input;
  const datasets = datasetsOf(input);
  for (const policy of written) {
    const accepted =
      policies.get(policy.name)?.jwt?.issuers ?? [...issuers.values()].filter((each) => each !== undefined);
    const claims = new Set(accepted.flatMap(({ requireClaims }) => requireClaims));
    const isScope = accepted.every(({ scopesClaim }) => scopesClaim === 'scope');
    for (const { from = [], except = [] } of [policy.spec, ...(policy.spec.rules ?? [])]) {
      for (const entry of [...from, ...except]) {
        reportDotted(entry.claims?.value ?? [], claims);
        reportLiterals(entry, { isExcept: except.includes(entry), datasets });
        if (isScope) reportSpaces(entry.scopes ?? []);
      }
    }
    reportDataTexts(policy.spec.authenticate?.mtls?.principals ?? [], datasets);
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

/** Reports an `except` that has no effect on the `from` beside it or of the policy, and callers of which none is left. */
function reportExcept({ spec }: WrittenPolicy): void {
  const own = principalsOf(spec.from);
  for (const entry of spec.except ?? []) reportNeedless(entry, own);
  for (const { from, except = [], at } of spec.rules ?? []) {
    const named = principalsOf(from);
    const callers = named ?? own;
    for (const entry of except) reportNeedless(entry, callers);
    if (callers !== undefined && excludesAll(except, callers)) {
      const message = '`except` takes out every caller that `from` names, so the rule never matches';
      reportNobody(at, 'except', message, 'narrow `except`, or remove the rule');
    } else if (named !== undefined) reportOutside(at, named, own, spec.except ?? []);
  }
}

/** Reports a `from` of a rule whose callers the `from` or `except` of the policy denies before any rule. */
function reportOutside(
  at: Cursor,
  named: readonly PrincipalPattern[],
  own: readonly PrincipalPattern[] | undefined,
  except: readonly CallerDocument[],
): void {
  if (excludesAll(except, named)) {
    const message =
      '`except` of the policy takes out every caller that `from` names, so the rule never matches';
    reportNobody(at, 'from', message, 'narrow `except` of the policy, or remove the rule');
  }
  if (own === undefined || own.length * named.length > MOST_PAIRS) return;
  if (own.some((outer) => named.some((inner) => principalsOverlap(outer, inner)))) return;
  const message = '`from` of the policy names no caller that `from` names here, so the rule never matches';
  reportNobody(at, 'from', message, 'add the callers to `from` of the policy, or remove the rule');
}

function reportNobody(rule: Cursor, field: 'from' | 'except', message: string, help: string): void {
  const at = placeOf(rule, field) ?? rule;
  report(at, 'rule_never_matches', message, help, at.key);
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

/** True if entries that name principals alone take out all of `from`. */
function excludesAll(except: readonly CallerDocument[], from: readonly PrincipalPattern[]): boolean {
  const excluded = except.flatMap((entry) => (namesOnlyPrincipals(entry) ? (entry.principals ?? []) : []));
  const patterns = excluded.flatMap(({ value }) => (isDatasetReference(value) ? [] : [value]));
  if (from.length * patterns.length > MOST_PAIRS || patterns.length === 0) return false;
  return from.every((each) => patterns.some((outer) => containsPrincipal(outer, each)));
}

function namesOnlyPrincipals(entry: CallerDocument): boolean {
  return Object.entries(entry).every(
    ([part, value]) => part === 'principals' || part === 'at' || value === undefined,
  );
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
