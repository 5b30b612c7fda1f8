import type { Part, Program } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type {
  DecisionTrace,
  Effect,
  EvaluationEvent,
  RuleEvent,
  TraceEvent,
} from '../../engine/decision/trace.ts';
import type { CompiledPolicy, CompiledRule, SourceLocation } from '../../engine/set/policy-set.ts';
import type { LocatedExpression } from '../../policy/compile/expression-location.ts';

/** Counts of one rule over the cases of a run. */
export interface RuleCount {
  readonly name: string;
  readonly effect: Effect;
  readonly source: SourceLocation;
  readonly expressions: readonly ExpressionCount[];
  tried: number;
  matched: number;
  failed: number;
}

/** Counts of one expression over the cases of a run. */
export interface ExpressionCount {
  readonly file: string;
  readonly lines: Lines;
  /** With the key that holds it. */
  readonly range: Range;
  /** The expression alone. */
  readonly body: Range;
  /** Its parts of type bool that are not literals, each before those that it consists of. */
  readonly conditions: readonly ConditionCount[];
  evaluated: number;
}

/** Counts of the outcomes of a condition, or of a part of one. */
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

/** The policies of a folder, and the locations of their expressions. */
export interface CountedFolder {
  readonly policies: readonly CompiledPolicy[];
  expressionsOf(policy: string): readonly LocatedExpression[];
}

/**
 * Counts which policies, rules and outcomes the cases of a run reach, from the trace of their decisions. Several
 * policies of one template share the counts of its expressions.
 */
export class CoverageCount implements DecisionTrace {
  readonly wantsParts = true;
  /** In the order of the policy set. */
  readonly policies: readonly PolicyCount[];
  readonly #byPolicy = new Map<string, PolicyCount>();
  readonly #rules = new Map<CompiledRule, RuleCount>();
  readonly #expressions = new Map<Program, ExpressionCount>();
  readonly #byLocation = new Map<string, ExpressionCount>();
  readonly #conditions = new Map<ExpressionCount, Map<string, ConditionCount>>();

  constructor({ policies, expressionsOf }: CountedFolder) {
    this.policies = policies.map((policy) => this.#policy(policy, expressionsOf(policy.name)));
  }

  report(event: TraceEvent): void {
    switch (event.kind) {
      case 'policy':
        if (event.result === 'applies') this.#applied(event.policy);
        break;
      case 'rule':
        this.#tried(event);
        break;
      case 'evaluation':
        this.#evaluated(event);
        break;
      default:
    }
  }

  #policy(policy: CompiledPolicy, located: readonly LocatedExpression[]): PolicyCount {
    const own = located.flatMap((each) => this.#expression(each));
    const { name, source } = policy;
    const rules = [
      ...policy.denyRules.map((rule) => this.#rule(rule, 'deny')),
      ...policy.allowRules.map((rule) => this.#rule(rule, 'allow')),
    ].toSorted((a, b) => a.source.line - b.source.line || a.source.column - b.source.column);
    const count = { name, source, rules, expressions: own, applied: 0 };
    this.#byPolicy.set(name, count);
    return count;
  }

  /** The count of an expression; empty if another policy of the same template has it already. */
  #expression(located: LocatedExpression): readonly ExpressionCount[] {
    const { program, location } = located;
    const key = `${location.file}:${location.range.start}`;
    const known = this.#byLocation.get(key);
    const count = known ?? newExpression(located);
    this.#expressions.set(program, count);
    if (known !== undefined) return [];
    this.#byLocation.set(key, count);
    this.#conditions.set(count, new Map(count.conditions.map((one) => [keyOf(one.part), one])));
    return [count];
  }

  #rule(rule: CompiledRule, effect: Effect): RuleCount {
    const programs = [...rule.match.map(({ when }) => when), rule.when];
    const expressions = programs.flatMap((program) => (program && this.#expressions.get(program)) ?? []);
    const { name, source } = rule;
    const count = { name, effect, source, expressions, tried: 0, matched: 0, failed: 0 };
    this.#rules.set(rule, count);
    return count;
  }

  #applied({ name }: CompiledPolicy): void {
    const count = this.#byPolicy.get(name);
    if (count !== undefined) count.applied += 1;
  }

  #tried({ rule, result }: RuleEvent): void {
    const count = this.#rules.get(rule);
    if (count === undefined || result === 'expired') return;
    count.tried += 1;
    if (result === 'matched') count.matched += 1;
    else if (result === 'failed') count.failed += 1;
  }

  #evaluated({ program, parts }: EvaluationEvent): void {
    const count = this.#expressions.get(program);
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

function newExpression({ program, location }: LocatedExpression): ExpressionCount {
  const conditions = program.parts
    .filter(({ isBool, isLiteral }) => isBool && !isLiteral)
    .map((part) => ({ part, range: location.locate(part.start, part.end), true: 0, false: 0, error: 0 }));
  const { file, lines, range } = location;
  const body = location.locate(0, program.source.length);
  return { file, lines, range, body, conditions, evaluated: 0 };
}

function keyOf({ start, end, depth }: Part): string {
  return `${start} ${end} ${depth}`;
}
