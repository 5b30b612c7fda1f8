import type { EvaluationError, Part } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { CompiledPolicy, CompiledRule, SourceLocation } from '../../engine/set/policy-set.ts';
import type { Effect, Observer, PartOutcome, PlacedExpression } from './observe.ts';

/** What was seen of a rule, in times. */
export interface RuleCount {
  readonly name: string;
  readonly effect: Effect;
  readonly source: SourceLocation;
  readonly expressions: readonly ExpressionCount[];
  tried: number;
  matched: number;
  failed: number;
}

/** What was seen of an expression, in times. */
export interface ExpressionCount {
  readonly file: string;
  readonly lines: Lines;
  /** With the key that holds it. */
  readonly range: Range;
  /** The expression alone. */
  readonly body: Range;
  /** Those that come to a bool and are no literals, each before those that it consists of. */
  readonly conditions: readonly ConditionCount[];
  evaluated: number;
}

/** How often a condition, or a part of one, came to what. */
export interface ConditionCount {
  readonly part: Part;
  readonly range: Range;
  true: number;
  false: number;
  error: number;
}

export interface PolicyCount {
  readonly name: string;
  readonly source: SourceLocation;
  readonly rules: readonly RuleCount[];
  readonly expressions: readonly ExpressionCount[];
  applied: number;
}

/** Counts what the cases of a run reach of the policies that are compiled with it. */
export class CoverageCount implements Observer {
  /** In order of compilation. */
  readonly policies: PolicyCount[] = [];
  readonly #byPolicy = new Map<string, PolicyCount>();
  readonly #rules = new Map<CompiledRule, RuleCount>();
  readonly #expressions = new Map<PlacedExpression, ExpressionCount>();
  readonly #places = new Map<string, ExpressionCount>();
  readonly #conditions = new Map<ExpressionCount, Map<string, ConditionCount>>();

  compiled(policy: CompiledPolicy, placed: readonly PlacedExpression[]): void {
    const own: ExpressionCount[] = [];
    for (const each of placed) {
      const key = `${each.place.file}:${each.place.range.start}`;
      let count = this.#places.get(key);
      if (count === undefined) {
        count = newExpression(each);
        this.#places.set(key, count);
        this.#conditions.set(count, new Map(count.conditions.map((one) => [keyOf(one.part), one])));
        own.push(count);
      }
      this.#expressions.set(each, count);
    }
    const ruleOf = (rule: CompiledRule, effect: Effect): RuleCount => {
      const within = new Set([rule.when, ...rule.match.map(({ when }) => when)]);
      const expressions = placed.flatMap((each) =>
        within.has(each.observed) ? (this.#expressions.get(each) ?? []) : [],
      );
      const { name, source } = rule;
      const count = { name, effect, source, expressions, tried: 0, matched: 0, failed: 0 };
      this.#rules.set(rule, count);
      return count;
    };
    const rules = [
      ...policy.denyRules.map((rule) => ruleOf(rule, 'deny')),
      ...policy.allowRules.map((rule) => ruleOf(rule, 'allow')),
    ].toSorted((a, b) => a.source.line - b.source.line || a.source.column - b.source.column);
    const { name, source } = policy;
    const count = { name, source, rules, expressions: own, applied: 0 };
    this.policies.push(count);
    this.#byPolicy.set(name, count);
  }

  applies({ name }: CompiledPolicy): void {
    const count = this.#byPolicy.get(name);
    if (count !== undefined) count.applied += 1;
  }

  tried(_policy: CompiledPolicy, rule: CompiledRule): void {
    const count = this.#rules.get(rule);
    if (count !== undefined) count.tried += 1;
  }

  came(_policy: CompiledPolicy, rule: CompiledRule, outcome: boolean | EvaluationError): void {
    const count = this.#rules.get(rule);
    if (count === undefined) return;
    if (outcome === true) count.matched += 1;
    else if (outcome !== false) count.failed += 1;
  }

  evaluated(placed: PlacedExpression, parts: readonly PartOutcome[]): void {
    const count = this.#expressions.get(placed);
    if (count === undefined) return;
    count.evaluated += 1;
    const conditions = this.#conditions.get(count);
    for (const { part, outcome } of parts) {
      const condition = conditions?.get(keyOf(part));
      if (condition === undefined) continue;
      if (outcome === true) condition.true += 1;
      else if (outcome === false) condition.false += 1;
      else condition.error += 1;
    }
  }
}

function newExpression({ program, place }: PlacedExpression): ExpressionCount {
  const conditions = program.parts
    .filter(({ isBool, isLiteral }) => isBool && !isLiteral)
    .map((part) => ({ part, range: place.locate(part.start, part.end), true: 0, false: 0, error: 0 }));
  const { file, lines, range } = place;
  const body = place.locate(0, program.source.length);
  return { file, lines, range, body, conditions, evaluated: 0 };
}

function keyOf({ start, end, depth }: Part): string {
  return `${start} ${end} ${depth}`;
}
