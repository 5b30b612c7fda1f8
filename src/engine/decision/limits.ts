import type { Activation, Value } from '../../cel/interpret/program.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import { evaluate, holds, policyError } from './evaluate.ts';
import type { Hearing } from './hearing.ts';
import type { Ledger } from './ledger.ts';
import type { Refusal } from './refusal.ts';
import type { Applying } from './select.ts';

/**
 * Asks the limits of one phase, of every policy that applies, in order; the first that is used up refuses.
 * What the first phase takes is never given back: it is there to blunt floods of requests that are refused later.
 */
export async function takeLimits(
  phase: 'first' | 'last',
  applying: readonly Applying[],
  { facts, tokens, ledger }: Hearing,
): Promise<Refusal | undefined> {
  for (const { policy, params } of applying) {
    const limits = phase === 'first' ? policy.firstLimits : policy.lastLimits;
    if (limits.length === 0) continue;
    const activation = facts.activation(policy, tokens.of(policy), params);
    for (const limit of limits) {
      const refusal = await takeLimit(limit, policy, activation, facts.now, ledger, phase === 'last');
      if (refusal !== undefined) return { ...refusal, rule: limit };
    }
  }
  return undefined;
}

async function takeLimit(
  limit: CompiledLimit,
  policy: CompiledPolicy,
  activation: Activation,
  now: number,
  ledger: Ledger,
  returnable: boolean,
): Promise<Refusal | undefined> {
  const asked = holds(limit.when, activation, policy);
  if (asked !== true) return asked === false ? undefined : asked;
  const cost = costOf(limit, policy, activation);
  if (typeof cost !== 'number') return cost;
  const key = bucketKey(limit, policy, activation);
  if (typeof key !== 'string') return key;
  const taken = await ledger.take(policy, limit, key, cost, now, returnable);
  if (limit.headers === 'always' || !taken.allowed) rateLimitFields(limit, taken, ledger.headers);
  return taken.allowed ? undefined : rateLimited(policy, limit, taken);
}

function rateLimited(policy: CompiledPolicy, limit: CompiledLimit, taken: Taken): Refusal {
  const seconds = Math.max(1, Math.ceil(taken.retryAfter / 1000));
  return {
    reason: 'rate_limited',
    detail: `the limit \`${limit.name}\` is used up; try again in ${seconds} s`,
    policy,
    headers: new Map([['retry-after', String(seconds)]]),
  };
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10: `q` units, whole again after `w` s. */
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

function costOf(limit: CompiledLimit, policy: CompiledPolicy, activation: Activation): number | Refusal {
  if (limit.cost === undefined) return 1;
  const { value, refusal } = evaluate(limit.cost, activation, policy);
  if (refusal !== undefined) return refusal;
  if (typeof value === 'number' && value >= 0 && value <= limit.burst) return value;
  return policyError(
    policy,
    new EvaluationError(`the cost of limit ${limit.name} is below 0 or above its burst`),
  );
}

/** Equal keys share a bucket; a shadow policy counts in buckets of its own, so enforcing it later starts afresh. */
function bucketKey(limit: CompiledLimit, policy: CompiledPolicy, activation: Activation): string | Refusal {
  let key = `${policy.mode}/${policy.name}/${limit.name}`;
  for (const program of limit.key) {
    const { value, refusal } = evaluate(program, activation, policy);
    if (refusal !== undefined) return refusal;
    key += keyPart(value);
  }
  return key;
}

/** Type and length stand before each part, so that two different lists of values never make the same key. */
function keyPart(value: Value): string {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return `/${typeof value}:${text.length}:${text}`;
}
