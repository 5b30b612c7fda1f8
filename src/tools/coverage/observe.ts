import {
  EvaluationError,
  evaluatedBy,
  type Part,
  type Program,
  type Value,
} from '../../cel/interpret/program.ts';
import type { CompiledMatch, CompiledPolicy, CompiledRule } from '../../engine/set/policy-set.ts';
import type { ExpressionLocation, Instrument } from '../../policy/compile/instrument.ts';

/** An expression at the place where it is written. */
export interface PlacedExpression {
  readonly program: Program;
  readonly place: ExpressionLocation;
  /** What stands for it in the policy. */
  readonly observed: Program;
}

export type Effect = 'allow' | 'deny';

/** What a part of an expression came to. */
export interface PartOutcome {
  readonly part: Part;
  readonly outcome: Value | EvaluationError;
}

/** Is told what the policies of a set do while requests are decided by it. */
export interface Observer {
  /** Once for each policy, when it is compiled. */
  compiled?(policy: CompiledPolicy, expressions: readonly PlacedExpression[]): void;
  /** The policy governs the request. */
  applies(policy: CompiledPolicy): void;
  /** A rule's turn has come; without a `came` behind it, the rule's own match did not select the request. */
  tried?(policy: CompiledPolicy, rule: CompiledRule, effect: Effect): void;
  /** Whether it matched, or what failed. */
  came?(policy: CompiledPolicy, rule: CompiledRule, outcome: boolean | EvaluationError): void;
  /** An expression was evaluated. Without this, expressions run as when serving, without being traced. */
  evaluated?(expression: PlacedExpression, parts: readonly PartOutcome[]): void;
}

/** Compiles a folder so that `observer` is told what its policies do. They decide as they would without. */
export function instrumentFor(observer: Observer): Instrument {
  let expressions: PlacedExpression[] = [];
  return {
    program(program, place) {
      const observed: Program = evaluatedBy(program, (activation) => {
        if (observer.evaluated === undefined) return program.evaluate(activation);
        const parts: PartOutcome[] = [];
        const outcome = program.trace(activation, (part, value) => void parts.push({ part, outcome: value }));
        observer.evaluated(placed, parts);
        return outcome;
      });
      const placed: PlacedExpression = { program, place, observed };
      expressions.push(placed);
      return observed;
    },
    policy(policy) {
      observer.compiled?.(policy, expressions);
      expressions = [];
      return observePolicy(policy, observer);
    },
  };
}

function observePolicy(policy: CompiledPolicy, observer: Observer): CompiledPolicy {
  const observeRules = (rules: readonly CompiledRule[], effect: Effect): readonly CompiledRule[] =>
    rules.map((rule) => observeRule(policy, rule, effect, observer));
  return {
    ...policy,
    denyRules: observeRules(policy.denyRules, 'deny'),
    allowRules: observeRules(policy.allowRules, 'allow'),
    firstLimits: observed(policy.firstLimits, () => observer.applies(policy)),
  };
}

/**
 * A list that tells when somebody asks how long it is, as is done first with the limits of a policy that governs the
 * request. A copy of the policy, such as one for an environment, tells too.
 */
function observed<T>(list: readonly T[], asked: () => void): readonly T[] {
  return new Proxy(list, {
    get(target, key): unknown {
      if (key === 'length') asked();
      return Reflect.get(target, key);
    },
  });
}

function observeRule(
  policy: CompiledPolicy,
  rule: CompiledRule,
  effect: Effect,
  observer: Observer,
): CompiledRule {
  const { when } = rule;
  const came = (outcome: Value | EvaluationError): void => {
    if (typeof outcome === 'boolean' || outcome instanceof EvaluationError)
      observer.came?.(policy, rule, outcome);
  };
  const condition = evaluatedBy(when ?? ALWAYS, (activation) => {
    const outcome = when === undefined ? true : when.evaluate(activation);
    came(outcome);
    return outcome;
  });
  const match = rule.match.map((entry) => observeEntry(entry, came));
  return {
    ...rule,
    when: condition,
    // Read once, when the rule's turn has come.
    get match() {
      observer.tried?.(policy, rule, effect);
      return match;
    },
  };
}

/** A condition that fails within a rule's match ends the rule as one of its own would. */
function observeEntry(entry: CompiledMatch, came: (failure: EvaluationError) => void): CompiledMatch {
  const { when } = entry;
  if (when === undefined) return entry;
  const observed = evaluatedBy(when, (activation) => {
    const outcome = when.evaluate(activation);
    if (outcome instanceof EvaluationError) came(outcome);
    return outcome;
  });
  return { ...entry, when: observed };
}

/** The condition of a rule without one. */
const ALWAYS: Program = {
  source: 'true',
  type: { kind: 'bool' },
  reads: new Set(),
  parts: [],
  evaluate: () => true,
  trace: () => true,
};
