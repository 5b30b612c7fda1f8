import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

/** A run of several sidecars that share one bucket. */
export interface Scenario {
  readonly mode: 'exact' | 'leased';
  readonly onStoreFailure: 'local' | 'deny';
  readonly replicas: number;
  /** Units a second, and at once. */
  readonly rate: number;
  readonly burst: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Concurrent checks to each sidecar, and the pause of each after an answer, in milliseconds. */
  readonly lanes: number;
  readonly rest: number;
  /** As for `--redis-timeout`. */
  readonly timeout: string;
  /** Disturbs Redis; the run goes on until it has ended. */
  readonly disturb?: (redis: RedisServer) => Promise<void>;
}

/** A check that was allowed: decided between these times, in milliseconds. */
export interface Allowed {
  readonly sent: number;
  readonly answered: number;
}

export interface Outcome {
  readonly checks: number;
  readonly allowed: readonly Allowed[];
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Decisions without Redis. */
  readonly withoutStore: number;
  /** Scripts that Redis has run; 0 if it was started anew. */
  readonly commands: number;
  /** Milliseconds from the first check to the last answer. */
  readonly span: number;
  /** Longest time for an answer, milliseconds. */
  readonly slowest: number;
}

function policyOf({ mode, onStoreFailure, rate, burst }: Scenario): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  rules: [{name: everybody, effect: allow}]
  limits:
    - name: all
      key: ["'one'"]
      rate: ${rate}/s
      burst: ${burst}
      scope: shared
      mode: ${mode}
      onStoreFailure: ${onStoreFailure}
`;
}

/** Runs sidecars as processes against a Redis of their own. */
export async function runReplicas(folder: string, scenario: Scenario): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const redis = await startRedis(folder, stack);
  const policies = join(folder, 'policies');
  await mkdir(policies, { recursive: true });
  await writeFile(join(policies, 'shop.yaml'), policyOf(scenario));
  const args = ['--redis', redis.url, '--redis-timeout', scenario.timeout];
  const sidecars = await Promise.all(
    Array.from({ length: scenario.replicas }, (_, i) =>
      startLictor({ folder: join(folder, `r${i}`), policies, args }),
    ),
  );
  const askers = sidecars.map((lictor) => {
    stack.defer(lictor.stop);
    const asker = connectAsker(lictor.listen);
    stack.defer(asker.close);
    return asker;
  });
  await waitFor(() => allKnown(sidecars, scenario.replicas), {
    what: 'sidecars that know each other',
    timeout: 30_000,
  });
  const before = await redis.calls('evalsha');
  const tally = await underLoad(askers, scenario, redis);
  const commands = await redis.calls('evalsha').catch(() => 0);
  const withoutStore = (await Promise.all(sidecars.map(undecided))).reduce((sum, each) => sum + each, 0);
  return { ...tally, withoutStore, commands: Math.max(0, commands - before) };
}

/** True if each sidecar counts in Redis and knows the number of all. */
async function allKnown(sidecars: readonly Lictor[], replicas: number): Promise<true | undefined> {
  for (const { admin } of sidecars) {
    const { limits } = (await (await fetch(`${admin}/v1/status`)).json()) as {
      readonly limits: { readonly healthy: boolean; readonly redis: { readonly replicas: number } | null };
    };
    if (!limits.healthy || (limits.redis?.replicas ?? 0) < replicas) return undefined;
  }
  return true;
}

/** Decisions that a sidecar has made without Redis. */
async function undecided({ admin }: Lictor): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const lines = text.matchAll(/^lictor_limit_without_store_total\{.*\} (\d+)$/gm);
  return lines.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function underLoad(
  askers: readonly Asker[],
  { duration, lanes, rest, disturb }: Scenario,
  redis: RedisServer,
): Promise<Omit<Outcome, 'withoutStore' | 'commands'>> {
  const allowed: Allowed[] = [];
  const statuses: Record<string, number> = {};
  const began = performance.now();
  let [checks, slowest, last] = [0, 0, began];
  const ending = new AbortController();

  async function lane(asker: Asker): Promise<void> {
    while (!ending.signal.aborted) {
      const sent = performance.now();
      const answer = await asker.check({ host: 'shop.acme.svc', path: '/' });
      const answered = performance.now();
      checks += 1;
      slowest = Math.max(slowest, answered - sent);
      last = answered;
      const reason = said(answer, 'reason');
      statuses[reason] = (statuses[reason] ?? 0) + 1;
      if (reason === 'allowed') allowed.push({ sent, answered });
      await pause(rest);
    }
  }

  const running = askers.flatMap((asker) => Array.from({ length: lanes }, () => lane(asker)));
  await Promise.all([pause(duration), disturb?.(redis)]);
  ending.abort();
  await Promise.all(running);
  return { checks, allowed, statuses, span: last - began, slowest };
}

/**
 * The largest number of units by which any span of time had more than `burst + rate × time`. A check counts in each
 * span that has both its times, so that a check that was decided outside of a span never counts there.
 */
export function excessOf(allowed: readonly Allowed[], rate: number, burst: number): number {
  const byAnswer = [...allowed].sort((a, b) => a.answered - b.answered);
  let most = Number.NEGATIVE_INFINITY;
  for (const { sent: from } of allowed) {
    let count = 0;
    for (const { sent, answered } of byAnswer) {
      if (sent < from) continue;
      count += 1;
      most = Math.max(most, count - burst - (rate * (answered - from)) / 1000);
    }
  }
  return most;
}
