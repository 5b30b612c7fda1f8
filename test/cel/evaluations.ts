import { check } from '../../src/cel/check/check.ts';
import { createEnvironment, type Environment } from '../../src/cel/check/environment.ts';
import { parse } from '../../src/cel/syntax/parse.ts';
import { Failure } from '../../src/cel/value/failure.ts';
import { EVALUATORS, outcomeOf, same } from './conformance/run.ts';

const EMPTY = createEnvironment({});

/**
 * Outcome on which all evaluators agree; a failure as its code. Throws if the checker rejects the expression, or if
 * the evaluators differ.
 */
export function evaluated(
  source: string,
  environment: Environment = EMPTY,
  activation: Readonly<Record<string, unknown>> = {},
): unknown {
  const checked = check(source, parse(source), environment);
  if (checked.problems.length > 0) throw new Error(checked.problems.map(({ message }) => message).join('; '));
  const outcomes = Object.values(EVALUATORS).map((evaluate) => {
    const outcome = outcomeOf(() => evaluate(checked, activation));
    return outcome instanceof Failure ? { failure: outcome.code } : outcome;
  });
  const [first, ...others] = outcomes;
  for (const other of others) {
    const areFailures = isFailure(first) && isFailure(other) && first.failure === other.failure;
    if (!areFailures && !same(first, other)) throw new Error(`evaluators differ about ${source}`);
  }
  return first;
}

function isFailure(outcome: unknown): outcome is { readonly failure: string } {
  return typeof outcome === 'object' && outcome !== null && Object.hasOwn(outcome, 'failure');
}
