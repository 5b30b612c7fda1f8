import { strict as assert } from 'node:assert';
import type { Limit, Taken } from '../../src/engine/limit/limit.ts';
import { createLocalStore, type LocalStore } from '../../src/engine/limit/local-store.ts';
import { limitOf, takeOf } from '../engine/limit/take-of.ts';
import { redisBinary } from '../support/tools.ts';
import { decisionsWithLimits } from './limit-decisions.ts';
import { CLOCK, type Contender, type Effort, measure, table } from './measure.ts';
import { sharedLimitPart } from './shared-limits.ts';

const MILLION = 1_000_000;
/** More than the benchmark uses up. */
const PLENTY = limitOf({ count: 100_000_000, period: 60_000 });
/** A unit takes no whole number of nanoseconds. */
const UNEVEN = limitOf({ count: 99_999_999, period: 60_000 });
const DAILY = limitOf({ count: 5, period: 86_400_000 });

/** Runs of a row for each of other parts: V8 has then compiled what a sidecar runs all day. */
const LONGER = 10;

/**
 * Cost of a take from a local limit and of a limit in a decision, memory of a million keys, effect of invented keys, and
 * costs of shared limits.
 */
export async function limitPart({ rounds, runs }: Effort): Promise<string> {
  const effort = { rounds, runs: runs * LONGER };
  return [
    table(
      'limit: a take from a key that is there, with its reading of the clock',
      await measure(takes(), effort),
    ),
    await decisionsWithLimits(effort),
    memory(),
    hostile(),
    await shared(effort),
  ].join('\n');
}

/** The rows of shared limits, which need the Redis of `make tools`. */
async function shared(effort: Effort): Promise<string> {
  try {
    redisBinary();
  } catch (error) {
    return `limit: shared limits are not measured: ${error instanceof Error ? error.message : String(error)}\n`;
  }
  return sharedLimitPart(effort);
}

function createStore(maxKeys = MILLION): LocalStore {
  return createLocalStore({ maxKeys, seed: [16, 61] });
}

/** Keys as a decoder makes them: flat texts. */
function keysOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) =>
    Buffer.from(`spiffe://acme.example/ns/shop/sa/caller-${at}`).toString('latin1'),
  );
}

function takes(): readonly Contender[] {
  return [
    CLOCK,
    plain('a Map of tokens in floating point, 1,000 keys', keysOf(1000)),
    taking('one key', keysOf(1)),
    taking('1,000 keys', keysOf(1000)),
    taking('1,000 keys, a rate with a fraction', keysOf(1000), UNEVEN),
    taking('100,000 keys', keysOf(100_000)),
    taking('a million keys', keysOf(MILLION)),
    refused(),
    together(),
    givingBack(),
  ];
}

function taking(name: string, keys: readonly string[], limit: Limit = PLENTY): Contender {
  const store = createStore();
  // Filled, and in another order than in memory.
  for (const key of keys) store.take(takeOf(limit, key, 1000), performance.now());
  let at = 0;
  return {
    name,
    run: () => {
      at = (at + 7919) % keys.length;
      return store.take(takeOf(limit, keys[at] ?? ''), performance.now()).allowed;
    },
  };
}

/** The way of many programs: inexact, and each key stays in memory. */
function plain(name: string, keys: readonly string[]): Contender {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMillisecond = PLENTY.rate.count / PLENTY.rate.period;
  let at = 0;
  return {
    name,
    run: () => {
      at = (at + 7919) % keys.length;
      const key = `${PLENTY.id}/${keys[at] ?? ''}`;
      const now = performance.now();
      const bucket = buckets.get(key);
      if (bucket === undefined) {
        buckets.set(key, { tokens: PLENTY.burst - 1, at: now });
        return true;
      }
      bucket.tokens = Math.min(PLENTY.burst, bucket.tokens + (now - bucket.at) * perMillisecond);
      bucket.at = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}

function refused(): Contender {
  const store = createStore();
  const take = () => store.take(takeOf(DAILY, 'spiffe://acme.example/ns/shop/sa/caller'), performance.now());
  for (let count = 0; count < 5; count += 1) take();
  assert.equal(take().allowed, false);
  return { name: 'one key, refused', run: take };
}

function together(): Contender {
  const store = createStore();
  const other = limitOf(PLENTY.rate, PLENTY.burst, 'orders/all');
  const key = 'spiffe://acme.example/ns/shop/sa/caller';
  return {
    name: 'two limits together',
    run: () => store.takeAll([takeOf(PLENTY, key), takeOf(other, 'all')], performance.now()),
  };
}

function givingBack(): Contender {
  const store = createStore();
  return {
    name: 'one key, given back',
    run: () => {
      const take = takeOf(PLENTY, 'spiffe://acme.example/ns/shop/sa/caller');
      store.take(take, performance.now());
      store.giveBack([take], performance.now());
    },
  };
}

function memory(): string {
  const store = createStore();
  const before = process.memoryUsage();
  let longest = 0;
  for (let key = 0; key < MILLION; key += 1) {
    const began = process.threadCpuUsage();
    store.take(takeOf(DAILY, `spiffe://acme.example/ns/shop/sa/caller-${key}`), performance.now());
    const { user, system } = process.threadCpuUsage(began);
    longest = Math.max(longest, user + system);
  }
  const after = process.memoryUsage();
  const [use] = store.uses();
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return [
    'limit: a million keys in use',
    `  ${use?.keys ?? 0} keys counted exactly, ${use?.estimated ?? 0} takes estimated`,
    `  ${mebibytes(after.arrayBuffers - before.arrayBuffers)} MiB of buckets, ${mebibytes(after.rss - before.rss)} MiB more of the process`,
    `  the longest take while they came: ${(longest / 1000).toFixed(2)} ms of CPU, collections of garbage included\n`,
  ].join('\n');
}

/** A thousand accounts use up their tries, then an attacker invents keys. */
function hostile(): string {
  const rows = [1000, 10_000, 100_000].map((room) => {
    const store = createStore(room);
    const answers = (cost: number): readonly Taken[] =>
      Array.from({ length: 1000 }, (_, at) =>
        store.take(takeOf(DAILY, `account-${at}`, cost), performance.now()),
      );
    answers(5);
    const before = process.cpuUsage();
    for (let key = 0; key < 100_000; key += 1)
      store.take(takeOf(DAILY, `invented-${key}`), performance.now());
    const { user, system } = process.cpuUsage(before);
    const freed = answers(1).filter(({ allowed }) => allowed).length;
    const [use] = store.uses();
    return `  ${String(room).padStart(9)}  ${String(freed).padStart(14)}  ${String(use?.estimated ?? 0).padStart(9)}  ${((user + system) / 100_000).toFixed(2).padStart(8)} µs`;
  });
  return `limit: 1,000 accounts used up, then 100,000 invented keys\n  room for   accounts freed  estimated       a take\n${rows.join('\n')}\n`;
}
