import type { ConstantPart } from '../../cel/interpret/constant-parts.ts';
import type { ExpressionFindings } from '../../cel/lint.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { rangeIn } from '../compile/report-problem.ts';
import { listed } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import type { Analyses } from './analyses.ts';
import type { LintInput } from './lint-input.ts';

/** Claims that every accepted token has, even if no issuer requires them. */
const VERIFIED: ReadonlySet<string> = new Set(['iss', 'aud', 'exp']);

/** Expressions per step. */
const BATCH = 20;

/**
 * Reports conditions that do not depend on the request, and reads of claims and path parameters that may be missing.
 */
export function* lintExpressions(
  { written, expressions, issuers }: LintInput,
  analyses: Analyses,
): Generator<undefined, void> {
  const ruleConditions = new Set(
    written.flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ when }) => when ?? [])),
  );
  const accepted = new Map(written.flatMap((policy) => conditionsWithIssuers(policy, issuers)));
  const segments = new Map(written.flatMap(expressionsWithSegments));
  for (const [index, { expression, environment }] of expressions.entries()) {
    const lint = analyses.of({ expression, environment });
    reportConstants(expression, lint, ruleConditions.has(expression));
    const from = accepted.get(expression);
    if (from !== undefined) reportClaims(expression, lint, from);
    const named = segments.get(expression);
    if (named !== undefined) reportParameters(expression, lint, named);
    if (index % BATCH === BATCH - 1) yield;
  }
}

function reportConstants(
  expression: Expression,
  { constant, whole }: ExpressionFindings,
  isRule: boolean,
): void {
  for (const part of constant) {
    const { start, end, decides } = part;
    const isWhole = start === 0 && end === expression.source.trimEnd().length;
    const isNever = isRule && decides && whole === false;
    const code = isNever ? 'rule_never_matches' : 'constant_condition';
    const rest = isNever
      ? ', so the rule never matches'
      : decides && !isWhole
        ? `, so the whole condition is always ${whole}`
        : '';
    const help = part.why === undefined && isWhole && whole === true ? NEEDLESS : part.why?.help;
    report(expression.at, code, `${sentence(part)}${rest}`, help, rangeIn(expression, start, end));
  }
}

const NEEDLESS = 'remove it: a missing condition is true';

function sentence({ outcome, why }: ConstantPart): string {
  if (why === undefined) return `this is ${outcome} for every request`;
  switch (outcome) {
    case 'absent':
      return `this key never exists: ${why.reason}`;
    case 'unequal':
      return `no value ever equals this: ${why.reason}`;
    default:
      return `this is always ${outcome}${why.except === undefined ? '' : `, except for ${why.except}`}: ${why.reason}`;
  }
}

/** The conditions of a policy that are evaluated after authentication, with the issuers that it accepts. */
function conditionsWithIssuers(
  { spec }: WrittenPolicy,
  known: LintInput['issuers'],
): readonly (readonly [Expression, readonly Issuer[]])[] {
  const { rules = [] } = spec;
  const names = spec.authenticate?.jwt?.issuers ?? [];
  const issuers = names.flatMap(({ value }) => known.get(value) ?? []);
  if (issuers.length === 0 || issuers.length < names.length) return [];
  const matches = [...rules, ...(spec.schemas ?? [])].flatMap(({ match }) => match ?? []);
  const conditions = [...rules, ...matches, ...(spec.limits ?? [])].flatMap(({ when }) => when ?? []);
  return conditions.map((condition) => [condition, issuers] as const);
}

function reportClaims(expression: Expression, lint: ExpressionFindings, issuers: readonly Issuer[]): void {
  const reads = lint.keys('jwt.claims');
  const known = new Set([
    ...VERIFIED,
    ...reads.flatMap(({ key, isPresenceTest }) => (isPresenceTest ? [key] : [])),
  ]);
  for (const { key, start, end } of reads) {
    if (known.has(key) || issuers.some(({ requireClaims }) => requireClaims.includes(key))) continue;
    known.add(key);
    const message = `without the claim \`${key}\` this expression fails, and the request is denied with \`policy_error\``;
    const names = listed(issuers.map(({ name }) => name));
    const help = `add it to \`requireClaims\` of ${names}, or test for it: \`has(jwt.claims.${key})\``;
    report(expression.at, 'claim_not_required', message, help, rangeIn(expression, start, end));
  }
}

/** The expressions of a policy, with the names of the path parameters in its patterns. */
function expressionsWithSegments({
  spec,
}: WrittenPolicy): readonly (readonly [Expression, ReadonlySet<string>])[] {
  const { match = [], rules = [], schemas = [] } = spec;
  const entries = [...match, ...[...rules, ...schemas].flatMap((part) => part.match ?? [])];
  const segments = entries.flatMap(({ paths }) => (paths ?? []).flatMap((pattern) => pattern.segments));
  const names = new Set(segments.flatMap((segment) => (segment.kind === 'param' ? [segment.name] : [])));
  return expressionsIn(spec).map((expression) => [expression, names] as const);
}

function reportParameters(
  expression: Expression,
  lint: ExpressionFindings,
  names: ReadonlySet<string>,
): void {
  for (const { key, start, end } of lint.keys('request.params')) {
    if (names.has(key)) continue;
    const message = `no path of the policy has a parameter \`{${key}}\``;
    const near = nearest(key, [...names]);
    const help =
      near === undefined ? `write \`{${key}}\` in a pattern of \`paths\`` : `did you mean \`${near}\`?`;
    report(expression.at, 'unnamed_segment', message, help, rangeIn(expression, start, end));
  }
}
