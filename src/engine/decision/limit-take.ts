import { type Activation, EvaluationError, type Value } from '../../cel/interpret/program.ts';
import type { Take } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import { causeOf, evaluate, holds, policyError } from './evaluate.ts';
import { keyOfOne, keyOfSeveral } from './limit-key.ts';
import { type DecisionTrace, evaluateTraced } from './trace.ts';

/** The cost that one limit of a policy takes for a request, and its bucket. */
export class LimitTake implements Take {
  readonly policy: CompiledPolicy;
  readonly limit: CompiledLimit;
  readonly key: string;
  readonly cost: number;
  hashHigh = 0;
  hashLow = 0;
  heldUntil = 0;
  heldFraction = 0;
  heldFrame = 0;
  heldReturns = 0;

  constructor(policy: CompiledPolicy, limit: CompiledLimit, key: string, cost: number) {
    this.policy = policy;
    this.limit = limit;
    this.key = key;
    this.cost = cost;
  }
}

/** Evaluates `when`, `cost` and `key` of a limit; undefined if it does not count the request. */
export function limitTake(
  limit: CompiledLimit,
  policy: CompiledPolicy,
  activation: Activation,
  trace: DecisionTrace | undefined,
): LimitTake | DenialCause | undefined {
  const counts = holds(limit.when, activation, policy, trace);
  if (counts !== true) return counts === false ? undefined : counts;
  const cost = costOf(limit, policy, activation, trace);
  if (typeof cost !== 'number') return cost;
  const key = keyOf(limit, policy, activation, trace);
  return typeof key === 'string' ? new LimitTake(policy, limit, key, cost) : key;
}

function costOf(
  limit: CompiledLimit,
  policy: CompiledPolicy,
  activation: Activation,
  trace: DecisionTrace | undefined,
): number | DenialCause {
  if (limit.cost === undefined) return 1;
  const { value, cause } = evaluate(limit.cost, activation, policy, trace);
  if (cause !== undefined) return cause;
  if (typeof value === 'number' && value >= 0 && value <= limit.burst) return value;
  return policyError(
    policy,
    new EvaluationError(`the cost of limit ${limit.name} is below 0 or above its burst`),
  );
}

function keyOf(
  limit: CompiledLimit,
  policy: CompiledPolicy,
  activation: Activation,
  trace: DecisionTrace | undefined,
): string | DenialCause {
  const values: Value[] = [];
  for (const program of limit.key) {
    const value = evaluateTraced(program, activation, trace);
    if (value instanceof EvaluationError) return causeOf(value, policy);
    if (limit.key.length === 1) return keyOfOne(value);
    values.push(value);
  }
  return keyOfSeveral(values);
}
