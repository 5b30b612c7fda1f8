import type { Part, Program } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type {
  AuthenticationEvent,
  DecisionTrace,
  Effect,
  EvaluationEvent,
  RuleEvent,
  TraceEvent,
} from '../../engine/decision/trace.ts';
import type { CompiledPolicy, CompiledRule, SourceLocation } from '../../engine/set/policy-set.ts';
import type { LocatedExpression } from '../../policy/compile/expression-location.ts';
import type { CallerSubject } from '../../policy/compile/pattern-locations.ts';
import type { AdoptedTemplate, PolicyParts } from '../../policy/compile/policy-compiler.ts';
import { type PatternCount, PatternCounts } from './pattern-count.ts';
import { ReachingCases } from './reaching-cases.ts';

/** Counts of one rule over the cases of a run. */
export interface RuleCount {
  readonly name: string;
  readonly effect: Effect;
  readonly source: SourceLocation;
  readonly expressions: readonly ExpressionCount[];
  /** Cases in which it matched. */
  readonly cases: ReachingCases;
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
  /** Cases in which it was evaluated. */
  readonly cases: ReachingCases;
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

/** Counts of one policy, those of the parts of its template included. */
export interface PolicyCount {
  readonly name: string;
  readonly source: SourceLocation;
  readonly template: AdoptedTemplate | undefined;
  readonly rules: readonly RuleCount[];
  readonly expressions: readonly ExpressionCount[];
  readonly patterns: readonly PatternCount[];
  applied: number;
}

/** The policies of a folder, and the locations of their parts. */
export interface CountedFolder extends PolicyParts {
  readonly policies: readonly CompiledPolicy[];
}

/**
 * Counts which policies, rules, patterns and outcomes the cases of a run reach, from the trace of their decisions. Each
 * policy has its own counts, also of what it has from a template.
 */
export class CoverageCount implements DecisionTrace {
  readonly wantsParts = true;
  /** In the order of the policy set. */
  readonly policies: readonly PolicyCount[];
  readonly #byPolicy = new Map<string, PolicyCount>();
  readonly #rules = new Map<CompiledRule, RuleCount>();
  readonly #expressions = new Map<Program, ExpressionCount>();
  readonly #conditions = new Map<ExpressionCount, Map<string, ConditionCount>>();
  readonly #patterns = new PatternCounts();
  #case = '';

  constructor(folder: CountedFolder) {
    this.policies = folder.policies.map((policy) => this.#policy(policy, folder));
  }

  /** Names the case that the decisions from now on belong to. */
  beginCase(name: string): void {
    this.#case = name;
  }

  report(event: TraceEvent): void {
    switch (event.kind) {
      case 'policy':
        if (event.result === 'applies') this.#applied(event.policy);
        this.#patterns.selected(event.entries, this.#case);
        break;
      case 'authentication':
        this.#authenticated(event);
        break;
      case 'rule':
        this.#tried(event);
        this.#patterns.selected(event.entries, this.#case);
        if (event.result !== 'expired' && event.result !== 'not_selected')
          this.#patterns.called(event.rule.callers, subjectOf(event.identity), this.#case);
        break;
      case 'schema':
        this.#patterns.selected(event.entries, this.#case);
        break;
      case 'evaluation':
        this.#evaluated(event);
        break;
      default:
    }
  }

  #policy(policy: CompiledPolicy, folder: CountedFolder): PolicyCount {
    const { name, source } = policy;
    const expressions = folder.expressionsOf(name).map((each) => this.#expression(each));
    const rules = [
      ...policy.denyRules.map((rule) => this.#rule(rule, 'deny')),
      ...policy.allowRules.map((rule) => this.#rule(rule, 'allow')),
      ...policy.shadowRules.map(({ rule, effect }) => this.#rule(rule, effect)),
    ].toSorted((a, b) => a.source.line - b.source.line || a.source.column - b.source.column);
    const patterns = this.#patterns.add(folder.patternsOf(name));
    const count = {
      name,
      source,
      template: folder.templateOf(name),
      rules,
      expressions,
      patterns,
      applied: 0,
    };
    this.#byPolicy.set(name, count);
    return count;
  }

  #expression(located: LocatedExpression): ExpressionCount {
    const count = newExpression(located);
    this.#expressions.set(located.program, count);
    this.#conditions.set(count, new Map(count.conditions.map((one) => [keyOf(one.part), one])));
    return count;
  }

  #rule(rule: CompiledRule, effect: Effect): RuleCount {
    const programs = [...rule.match.map(({ when }) => when), rule.when];
    const expressions = programs.flatMap((program) => (program && this.#expressions.get(program)) ?? []);
    const { name, source } = rule;
    const cases = new ReachingCases();
    const count = { name, effect, source, expressions, cases, tried: 0, matched: 0, failed: 0 };
    this.#rules.set(rule, count);
    return count;
  }

  #applied({ name }: CompiledPolicy): void {
    const count = this.#byPolicy.get(name);
    if (count !== undefined) count.applied += 1;
  }

  #authenticated(event: AuthenticationEvent): void {
    const { policy, cause } = event;
    if (event.requirement === 'mtls' && cause === undefined)
      this.#patterns.authenticated(policy.mtls, event.principal, this.#case);
    if (event.requirement === 'from')
      this.#patterns.called(policy.callers, subjectOf(event.identity), this.#case);
  }

  #tried({ rule, result }: RuleEvent): void {
    const count = this.#rules.get(rule);
    if (count === undefined || result === 'expired') return;
    count.tried += 1;
    if (result === 'failed') count.failed += 1;
    if (result !== 'matched') return;
    count.matched += 1;
    count.cases.add(this.#case);
  }

  #evaluated({ program, parts }: EvaluationEvent): void {
    const count = this.#expressions.get(program);
    if (count === undefined) return;
    count.evaluated += 1;
    count.cases.add(this.#case);
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

function subjectOf({ token, caller }: RuleEvent['identity']): CallerSubject {
  return { principal: caller?.principal ?? '', token };
}

function newExpression({ program, location }: LocatedExpression): ExpressionCount {
  const conditions = program.parts
    .filter(({ isBool, isLiteral }) => isBool && !isLiteral)
    .map((part) => ({ part, range: location.locate(part.start, part.end), true: 0, false: 0, error: 0 }));
  const { file, lines, range } = location;
  const body = location.locate(0, program.source.length);
  return { file, lines, range, body, conditions, cases: new ReachingCases(), evaluated: 0 };
}

function keyOf({ start, end, depth }: Part): string {
  return `${start} ${end} ${depth}`;
}
