import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Awaitable } from './first-of.ts';
import { rateLimitFields, windowOf } from './limit-fields.ts';
import { LimitTake, limitTake } from './limit-take.ts';
import type { LimitVerdict } from './outcome.ts';
import type { DecisionTrace, LimitEvent } from './trace.ts';

/** Phase of a limit: before everything else, or after all other steps. */
type Phase = 'first' | 'last';

/**
 * Takes from the limits of one phase, of every applicable policy: from all that count the request, or from none if one
 * of them is used up, which denies. Conditions, costs and keys are evaluated before anything is taken.
 * Units taken in the first phase are never given back: it bounds floods of requests that later steps deny.
 */
export function takeLimits(
  phase: Phase,
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  let only: LimitTake | undefined;
  let several: LimitTake[] | undefined;
  for (const applicable of policies) {
    const { policy } = applicable;
    for (const limit of phase === 'first' ? policy.firstLimits : policy.lastLimits) {
      const take = evaluated(limit, phase, applicable, context);
      if (take === undefined) continue;
      if (!(take instanceof LimitTake)) return { ...take, rule: limit };
      if (only === undefined) only = take;
      else if (several === undefined) several = [only, take];
      else several.push(take);
    }
  }
  if (several !== undefined) return takeAll(several, phase, context);
  return only === undefined ? undefined : takeOne(only, phase, context);
}

/** The take of the limit; reports if it takes nothing. */
function evaluated(
  limit: CompiledLimit,
  phase: Phase,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
): LimitTake | DenialCause | undefined {
  const { policy } = applicable;
  const take = limitTake(limit, policy, applicable.activation(request, identities), request.trace);
  if (request.trace !== undefined && !(take instanceof LimitTake))
    reportLimit(
      limit,
      policy,
      phase,
      take === undefined ? 'not_counted' : 'failed',
      undefined,
      request.trace,
    );
  return take;
}

function takeOne(
  take: LimitTake,
  phase: Phase,
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  const { store, now } = context.reservations;
  const taken = store.take(take, now);
  if (taken instanceof Promise) return taken.then((late) => judgedAlone(take, late, phase, context));
  return judgedAlone(take, taken, phase, context);
}

function judgedAlone(
  take: LimitTake,
  taken: Taken,
  phase: Phase,
  context: EvaluationContext,
): DenialCause | undefined {
  const { allowed, retryAfter } = taken;
  context.reservations.note([take], [verdictOf(take, taken)], allowed && phase === 'last');
  return judged(take, taken, allowed, retryAfter, phase, context);
}

function takeAll(
  takes: readonly LimitTake[],
  phase: Phase,
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  const { store, now } = context.reservations;
  const taken = store.takeAll(takes, now);
  if (taken instanceof Promise) return taken.then((late) => allJudged(takes, late, phase, context));
  return allJudged(takes, taken, phase, context);
}

/** The denial by the first limit that is used up, to be tried again when none is. */
function allJudged(
  takes: readonly LimitTake[],
  answers: readonly (Taken | undefined)[],
  phase: Phase,
  context: EvaluationContext,
): DenialCause | undefined {
  const verdicts: LimitVerdict[] = [];
  let isTaken = true;
  let longest = 0;
  for (let at = 0; at < takes.length; at++) {
    const take = takes[at];
    const taken = answers[at];
    isTaken &&= taken?.allowed === true;
    if (take === undefined || taken === undefined) continue;
    verdicts.push(verdictOf(take, taken));
    longest = Math.max(longest, taken.retryAfter);
  }
  context.reservations.note(takes, verdicts, isTaken && phase === 'last');
  let first: DenialCause | undefined;
  for (let at = 0; at < takes.length; at++) {
    const take = takes[at];
    const taken = answers[at];
    if (take === undefined || taken === undefined) continue;
    const cause = judged(take, taken, isTaken, longest, phase, context);
    first ??= cause;
  }
  if (first === undefined && !isTaken) throw new Error('the store of limits left out an answer');
  return first;
}

function verdictOf({ policy, limit }: LimitTake, { allowed, remaining, withoutStore }: Taken): LimitVerdict {
  return { policy: policy.name, name: limit.name, allowed, remaining, withoutStore };
}

/**
 * The denial if the bucket does not hold enough. `isTaken`: the cost was taken from it, and from all others.
 * `retryAfter`: time until all of them hold theirs, in milliseconds.
 */
function judged(
  take: LimitTake,
  taken: Taken,
  isTaken: boolean,
  retryAfter: number,
  phase: Phase,
  { request, reservations }: EvaluationContext,
): DenialCause | undefined {
  const { limit, policy } = take;
  const { allowed, remaining } = taken;
  const isCounted = taken.withoutStore !== 'unavailable';
  if (isCounted && (limit.headers === 'always' || !allowed))
    rateLimitFields(limit, taken, retryAfter, reservations.headers);
  if (request.trace !== undefined) {
    const result = !allowed ? 'exhausted' : isTaken ? 'taken' : 'not_taken';
    reportLimit(limit, policy, phase, result, remaining, request.trace);
  }
  if (allowed) return undefined;
  const cause =
    taken.withoutStore === 'unavailable'
      ? unavailable(policy, limit)
      : rateLimited(policy, limit, retryAfter);
  return { ...cause, rule: limit };
}

function reportLimit(
  limit: CompiledLimit,
  policy: CompiledPolicy,
  phase: Phase,
  result: LimitEvent['result'],
  remaining: number | undefined,
  trace: DecisionTrace,
): void {
  const step = phase === 'first' ? 'first_limits' : 'limits';
  trace.report({ kind: 'limit', step, policy, limit, result, remaining });
}

function rateLimited(policy: CompiledPolicy, limit: CompiledLimit, retryAfter: number): DenialCause {
  // A reload may have lowered the burst below the cost of a request that is on its way.
  const wait = Number.isFinite(retryAfter) ? retryAfter : windowOf(limit);
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return {
    reason: 'rate_limited',
    detail: `the limit \`${limit.name}\` is used up; try again in ${seconds} s`,
    policy,
    headers: new Map([['retry-after', String(seconds)]]),
  };
}

/** Seconds after which a caller may try again while the shared store does not answer: it is asked again sooner. */
const STORE_RETRY = '1';

function unavailable(policy: CompiledPolicy, limit: CompiledLimit): DenialCause {
  return {
    reason: 'limit_unavailable',
    detail: `the shared store of the limit \`${limit.name}\` does not answer; try again in ${STORE_RETRY} s`,
    policy,
    headers: new Map([['retry-after', STORE_RETRY]]),
  };
}
