import type { Activation, Value } from '../../cel/interpret/program.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import { causeOf, evaluate, holds, policyError } from './evaluate.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type Awaitable, firstOf } from './first-of.ts';
import type { LimitReservations } from './limit-reservations.ts';
import type { RequestContext } from './request-context.ts';
import { type DecisionTrace, evaluateTraced } from './trace.ts';

/** Phase of a limit: before everything else, or after all other steps. */
type Phase = 'first' | 'last';

/**
 * Takes from the limits of one phase, of every applicable policy in order; the first that is exhausted denies.
 * Units taken in the first phase are never given back: it bounds floods of requests that later steps deny.
 */
export function takeLimits(
  phase: Phase,
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  return firstOf(policies, phase === 'first' ? takeFirst : takeLast, context);
}

function takeFirst(applicable: ApplicablePolicy, context: EvaluationContext) {
  return takeOf(applicable.policy.firstLimits, 'first', applicable, context);
}

function takeLast(applicable: ApplicablePolicy, context: EvaluationContext) {
  return takeOf(applicable.policy.lastLimits, 'last', applicable, context);
}

function takeOf(
  limits: readonly CompiledLimit[],
  phase: Phase,
  applicable: ApplicablePolicy,
  { request, identities, reservations }: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  if (limits.length === 0) return undefined;
  const activation = applicable.activation(request, identities);
  return firstOf(limits, takeLimit, { policy: applicable.policy, phase, activation, request, reservations });
}

/** The policy and the request that take from a limit. */
interface Taking {
  readonly policy: CompiledPolicy;
  readonly phase: Phase;
  readonly activation: Activation;
  readonly request: RequestContext;
  readonly reservations: LimitReservations;
}

function takeLimit(limit: CompiledLimit, taking: Taking): Awaitable<DenialCause | undefined> {
  const { policy, phase, activation, request, reservations } = taking;
  const counts = holds(limit.when, activation, policy, request.trace);
  if (counts !== true) return concluded(limit, taking, counts === false ? undefined : counts);
  const cost = costOf(limit, taking);
  if (typeof cost !== 'number') return concluded(limit, taking, cost);
  const key = bucketKey(limit, taking);
  if (typeof key !== 'string') return concluded(limit, taking, key);
  const taken = reservations.take(policy, limit, key, cost, request.now, phase === 'last');
  if (taken instanceof Promise) return taken.then((late) => judged(limit, taking, late));
  return judged(limit, taking, taken);
}

/** The denial if the bucket did not hold enough. */
function judged(limit: CompiledLimit, taking: Taking, taken: Taken): DenialCause | undefined {
  if (limit.headers === 'always' || !taken.allowed)
    rateLimitFields(limit, taken, taking.reservations.headers);
  return concluded(
    limit,
    taking,
    taken.allowed ? undefined : rateLimited(taking.policy, limit, taken),
    taken,
  );
}

/** Reports the result. Without `taken`, the bucket was not touched. */
function concluded(
  limit: CompiledLimit,
  taking: Taking,
  cause: DenialCause | undefined,
  taken?: Taken,
): DenialCause | undefined {
  const { trace } = taking.request;
  if (trace !== undefined) reportLimit(limit, taking, taken, cause, trace);
  return cause === undefined ? undefined : { ...cause, rule: limit };
}

function reportLimit(
  limit: CompiledLimit,
  { policy, phase }: Taking,
  taken: Taken | undefined,
  cause: DenialCause | undefined,
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

function costOf(limit: CompiledLimit, { policy, activation, request }: Taking): number | DenialCause {
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
function bucketKey(limit: CompiledLimit, { policy, activation, request }: Taking): string | DenialCause {
  let key = `${policy.mode}/${policy.name}/${limit.name}`;
  for (const program of limit.key) {
    const value = evaluateTraced(program, activation, request.trace);
    if (value instanceof EvaluationError) return causeOf(value, policy);
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
  if (typeof value === 'string') return `/string:${value.length}:${value}`;
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value, intAsObject);
  return `/${typeof value}:${text.length}:${text}`;
}
