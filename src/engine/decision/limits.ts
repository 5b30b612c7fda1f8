import type { Activation, Value } from '../../cel/interpret/program.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import { evaluate, holds, policyError } from './evaluate.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { LimitReservations } from './limit-reservations.ts';
import type { RequestContext } from './request-context.ts';
import type { ApplicablePolicy } from './select.ts';
import type { DecisionTrace } from './trace.ts';

/**
 * Takes from the limits of one phase, of every applicable policy in order; the first that is exhausted denies.
 * Units taken in the first phase are never given back: it bounds floods of requests that later steps deny.
 */
export async function takeLimits(
  phase: 'first' | 'last',
  policies: readonly ApplicablePolicy[],
  { request, identities, reservations }: EvaluationContext,
): Promise<DenialCause | undefined> {
  for (const { policy, params } of policies) {
    const limits = phase === 'first' ? policy.firstLimits : policy.lastLimits;
    if (limits.length === 0) continue;
    const activation = request.activation(policy, identities.of(policy), params);
    for (const limit of limits) {
      const taking = { limit, policy, phase, activation, request };
      const result = await takeLimit(taking, reservations);
      if (request.trace !== undefined) reportLimit(taking, result, request.trace);
      if (result.cause !== undefined) return { ...result.cause, rule: limit };
    }
  }
  return undefined;
}

/** One limit and the request that takes from it. */
interface Taking {
  readonly limit: CompiledLimit;
  readonly policy: CompiledPolicy;
  readonly phase: 'first' | 'last';
  readonly activation: Activation;
  readonly request: RequestContext;
}

/** Without `taken`, the bucket was not touched. */
interface TakingResult {
  readonly taken?: Taken;
  readonly cause?: DenialCause;
}

const NOT_COUNTED: TakingResult = {};

async function takeLimit(taking: Taking, reservations: LimitReservations): Promise<TakingResult> {
  const { limit, policy, phase, activation, request } = taking;
  const counts = holds(limit.when, activation, policy, request.trace);
  if (counts !== true) return counts === false ? NOT_COUNTED : { cause: counts };
  const cost = costOf(taking);
  if (typeof cost !== 'number') return { cause: cost };
  const key = bucketKey(taking);
  if (typeof key !== 'string') return { cause: key };
  const taken = await reservations.take(policy, limit, key, cost, request.now, phase === 'last');
  if (limit.headers === 'always' || !taken.allowed) rateLimitFields(limit, taken, reservations.headers);
  return taken.allowed ? { taken } : { taken, cause: rateLimited(policy, limit, taken) };
}

function reportLimit(
  { limit, policy, phase }: Taking,
  { taken, cause }: TakingResult,
  trace: DecisionTrace,
): void {
  const step = phase === 'first' ? 'first_limits' : 'limits';
  const unasked = cause === undefined ? 'not_counted' : 'failed';
  const result = taken === undefined ? unasked : taken.allowed ? 'taken' : 'exhausted';
  trace.report({ kind: 'limit', step, policy, limit, result, remaining: taken?.remaining });
}

function rateLimited(policy: CompiledPolicy, limit: CompiledLimit, taken: Taken): DenialCause {
  const seconds = Math.max(1, Math.ceil(taken.retryAfter / 1000));
  return {
    reason: 'rate_limited',
    detail: `the limit \`${limit.name}\` is used up; try again in ${seconds} s`,
    policy,
    headers: new Map([['retry-after', String(seconds)]]),
  };
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10: `q` units, all back after `w` s. */
function rateLimitFields(limit: CompiledLimit, taken: Taken, headers: Map<string, string>): void {
  const window = Math.max(1, Math.ceil((limit.burst * limit.rate.period) / limit.rate.count / 1000));
  const reset = Math.ceil((taken.allowed ? taken.resetAfter : taken.retryAfter) / 1000);
  append(headers, 'ratelimit-policy', `"${limit.name}";q=${limit.burst};w=${window}`);
  append(headers, 'ratelimit', `"${limit.name}";r=${taken.remaining};t=${reset}`);
}

function append(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}

function costOf({ limit, policy, activation, request }: Taking): number | DenialCause {
  if (limit.cost === undefined) return 1;
  const { value, cause } = evaluate(limit.cost, activation, policy, request.trace);
  if (cause !== undefined) return cause;
  if (typeof value === 'number' && value >= 0 && value <= limit.burst) return value;
  return policyError(
    policy,
    new EvaluationError(`the cost of limit ${limit.name} is below 0 or above its burst`),
  );
}

/** Equal keys share a bucket; shadow policies have buckets of their own, so enforcing one later starts with full ones. */
function bucketKey({ limit, policy, activation, request }: Taking): string | DenialCause {
  let key = `${policy.mode}/${policy.name}/${limit.name}`;
  for (const program of limit.key) {
    const { value, cause } = evaluate(program, activation, policy, request.trace);
    if (cause !== undefined) return cause;
    key += keyPart(value);
  }
  return key;
}

/** JSON has no integers beyond the safe range; no other value of an expression has this form. */
function intAsObject(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { 'int\u0000': String(value) } : value;
}

/** A part with its type and length, so that two different lists of values never make the same key. */
function keyPart(value: Value): string {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value, intAsObject);
  return `/${typeof value}:${text.length}:${text}`;
}
