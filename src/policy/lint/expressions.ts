import type { Environment } from '../../cel/check/environment.ts';
import type { ConstantPart } from '../../cel/interpret/constant-parts.ts';
import { type ExpressionFindings, lintExpression } from '../../cel/lint.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { rangeIn } from '../compile/expressions.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { KNOWLEDGE } from './known-values.ts';
import type { LintInput } from './lint-input.ts';

/** Claims that every token has that is accepted, whether or not an issuer requires them. */
const VERIFIED: ReadonlySet<string> = new Set(['iss', 'aud', 'exp']);

/** How many expressions are read in one step. */
const BUNDLE = 20;

/** Tells of conditions that do not depend on the request, and of claims that may be missing. */
export function* lintExpressions({ written, expressions, issuers }: LintInput): Generator<undefined, void> {
  const ruleConditions = new Set(
    written.flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ when }) => when ?? [])),
  );
  const accepted = new Map(written.flatMap((policy) => conditionsWithIssuers(policy, issuers)));
  const segments = new Map(written.flatMap(expressionsWithSegments));
  const read = new Map<Environment, Map<string, ExpressionFindings>>();
  for (const [index, { expression, environment }] of expressions.entries()) {
    const known = read.get(environment) ?? new Map<string, ExpressionFindings>();
    read.set(environment, known);
    const lint = known.get(expression.source) ?? lintExpression(expression.source, environment, KNOWLEDGE);
    known.set(expression.source, lint);
    tellConstants(expression, lint, ruleConditions.has(expression));
    const from = accepted.get(expression);
    if (from !== undefined) tellClaims(expression, lint, from);
    const named = segments.get(expression);
    if (named !== undefined) tellParameters(expression, lint, named);
    if (index % BUNDLE === BUNDLE - 1) yield;
  }
}

function tellConstants(
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
      ? ', so that the rule never matches'
      : decides && !isWhole
        ? `, and so the whole is always ${whole}`
        : '';
    const help = part.why === undefined && isWhole && whole === true ? NEEDLESS : part.why?.help;
    report(expression.at, code, `${sentence(part)}${rest}`, help, rangeIn(expression, start, end));
  }
}

const NEEDLESS = 'leave it out: a missing condition is true';

function sentence({ outcome, why }: ConstantPart): string {
  const reason = why === undefined ? ' whatever the request' : `: ${why.reason}`;
  switch (outcome) {
    case 'absent':
      return `there is never such a key${reason}`;
    case 'unequal':
      return `nothing ever equals this${reason}`;
    default:
      return `this is always ${outcome}${why?.except === undefined ? '' : ` but for ${why.except}`}${reason}`;
  }
}

/** The conditions of a policy that see a token, with the issuers whose tokens it accepts. */
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

function tellClaims(expression: Expression, lint: ExpressionFindings, issuers: readonly Issuer[]): void {
  const reads = lint.keys('jwt.claims');
  const known = new Set([
    ...VERIFIED,
    ...reads.flatMap(({ key, isPresenceTest }) => (isPresenceTest ? [key] : [])),
  ]);
  for (const { key, start, end } of reads) {
    if (known.has(key) || issuers.some(({ requireClaims }) => requireClaims.includes(key))) continue;
    known.add(key);
    const message = `a token without the claim \`${key}\` is refused with \`policy_error\``;
    const names = listed(issuers.map(({ name }) => name));
    const help = `put it into \`requireClaims\` of ${names}, or ask for it: \`has(jwt.claims.${key})\``;
    report(expression.at, 'claim_not_required', message, help, rangeIn(expression, start, end));
  }
}

/** The expressions of a policy, with the names that segments of its paths have. */
function expressionsWithSegments({
  spec,
}: WrittenPolicy): readonly (readonly [Expression, ReadonlySet<string>])[] {
  const { match = [], rules = [], schemas = [] } = spec;
  const entries = [...match, ...[...rules, ...schemas].flatMap((part) => part.match ?? [])];
  const segments = entries.flatMap(({ paths }) => (paths ?? []).flatMap((pattern) => pattern.segments));
  const names = new Set(segments.flatMap((segment) => (segment.kind === 'param' ? [segment.name] : [])));
  return expressionsIn(spec).map((expression) => [expression, names] as const);
}

/** Every expression in what was read of a document. */
function expressionsIn(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isExpression(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(expressionsIn);
  // Where something stands holds the whole file.
  const within = Object.entries(value).filter(([name]) => name !== 'at' && name !== 'origin');
  return within.flatMap(([, each]) => expressionsIn(each));
}

function isExpression(value: object): value is Expression {
  return 'source' in value && typeof value.source === 'string' && 'at' in value;
}

function tellParameters(expression: Expression, lint: ExpressionFindings, names: ReadonlySet<string>): void {
  for (const { key, start, end } of lint.keys('request.params')) {
    if (names.has(key)) continue;
    const message = `no path of the policy has a segment \`{${key}}\``;
    const near = nearest(key, [...names]);
    const help = near === undefined ? `name the segment so in \`paths\`` : `did you mean \`${near}\`?`;
    report(expression.at, 'unnamed_segment', message, help, rangeIn(expression, start, end));
  }
}
