import type { Doubt } from '../../cel/check/doubts.ts';
import type { ConstantPart } from '../../cel/interpret/constant-parts.ts';
import type { ExpressionFindings } from '../../cel/lint.ts';
import type { Advice } from '../../diagnostic/advice.ts';
import type { Edit, Range } from '../../diagnostic/range.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { rangeIn, replacePart } from '../compile/report-problem.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { editScalar } from '../yaml/edit-scalar.ts';
import type { Analyses } from './analyses.ts';
import type { LintInput } from './lint-input.ts';

/** Expressions per step. */
const BATCH = 20;

/**
 * Reports conditions that do not depend on the request, and reads of path parameters that no path has.
 */
export function* lintExpressions(
  { written, expressions }: LintInput,
  analyses: Analyses,
): Generator<undefined, void> {
  const ruleConditions = new Set(
    written.flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ when }) => when ?? [])),
  );
  const segments = new Map(written.flatMap(expressionsWithSegments));
  for (const [index, { expression, environment }] of expressions.entries()) {
    const lint = analyses.of({ expression, environment });
    reportConstants(expression, lint, ruleConditions.has(expression));
    for (const doubt of lint.doubts) reportDoubt(expression, doubt);
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
    const edit = readInstead(expression, part) ?? textInstead(expression, part);
    const advice = help === undefined || edit === undefined ? help : { help, edit };
    report(expression.at, code, `${sentence(part)}${rest}`, advice, rangeIn(expression, start, end));
  }
}

function reportDoubt(expression: Expression, { kind, message, instead, ...part }: Doubt): void {
  const edit = instead === undefined ? undefined : replacePart(expression, part, instead).edit;
  const help =
    instead === undefined
      ? "write a block: `cidr('10.0.0.0/8').containsIP(source.ip)`"
      : `did you mean \`${instead}\`?`;
  report(expression.at, kind, message, { help, edit }, rangeIn(expression, part.start, part.end));
}

/** The condition that was meant, or the name that has the value of a header that Envoy does not send. */
function readInstead(expression: Expression, { start, end, why, outcome }: ConstantPart): Edit | undefined {
  if (why?.instead !== undefined) return replacePart(expression, { start, end }, why.instead).edit;
  const read = expression.source.slice(start, end);
  const isPlain = /^request\s*\.\s*headers\b/.test(read) && !read.includes('?');
  if (outcome !== 'absent' || why?.name === undefined || !isPlain) return undefined;
  return replacePart(expression, { start, end }, why.name).edit;
}

/** The text that help writes in place of the only literal of the part. */
function textInstead({ source, at }: Expression, { start, end, why }: ConstantPart): Edit | undefined {
  const [, text] = /^write `([^`'"\\]+)`$/.exec(why?.help ?? '') ?? [];
  const [literal, other] = source.slice(start, end).matchAll(/'[^'"\\]*'|"[^'"\\]*"/g);
  if (text === undefined || literal === undefined || other !== undefined || at.tree.kind !== 'scalar')
    return undefined;
  const first = start + literal.index + 1;
  const range = { start: first, end: first + literal[0].length - 2 };
  return editScalar(at.context.lines.text, at.tree, { ...range, text });
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
    const [only, other] = names;
    const meant = nearest(key, [...names]) ?? (other === undefined ? only : undefined);
    const help =
      meant === undefined
        ? `write \`{${key}}\` in a pattern of \`paths\``
        : readParameter(expression, { start, end }, meant);
    report(expression.at, 'unnamed_segment', message, help, rangeIn(expression, start, end));
  }
}

/** Help for a read of a parameter that is near, or the only one that the paths have. */
function readParameter(expression: Expression, range: Range, name: string): Advice {
  const text = `request.params.${name}`;
  const { edit } = replacePart(expression, range, text);
  const isRead = expression.source.startsWith('request.params', range.start);
  return { help: `did you mean \`${text}\`?`, edit: isRead ? edit : undefined };
}
