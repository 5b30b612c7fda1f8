import { strict as assert } from 'node:assert';
import { setInterval, setImmediate as turn } from 'node:timers/promises';
import type { Limit, Taken } from '../../src/engine/limit/limit.ts';
import { createLocalStore } from '../../src/engine/limit/local-store.ts';
import type { SharedStore } from '../../src/sidecar/limit-redis/shared-store.ts';
import { takeOf } from '../engine/limit/take-of.ts';
import { connected, openStore, sharedLimit } from '../sidecar/limit-redis/open-store.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { redisBinary } from '../support/tools.ts';
import { CLOCK, type Contender, type Effort, measure, table } from './measure.ts';
import { at } from './rows.ts';

const KEY = 's39:spiffe://acme.example/ns/shop/sa/caller';
/** More than the benchmark uses up. */
const PLENTY = sharedLimit(100_000_000, 60_000, { mode: 'leased' });
/** Concurrent checks of each process. */
const LANES = 8;
/** Milliseconds that a row of commands takes. */
const ROW = 2000;
/** Checks in a second, and their keys. */
const PACES = [1000, 5000, 20_000] as const;
const KEYS = 100;

/** Costs of shared limits: leased ones from memory beside local ones, and commands for each check. */
export async function sharedLimitPart(effort: Effort): Promise<string> {
  if (redisBinary() === undefined) return 'limit: there is no Redis for this machine\n';
  await using stack = new AsyncDisposableStack();
  const redis = await startRedis(await scratchFolder(stack), stack);
  const title = 'limit: a take from memory, local and leased, with its reading of the clock';
  const memory = table(title, await measure([CLOCK, local(), await leased(redis, stack)], effort));
  const rows: string[] = [];
  for (const mode of ['exact', 'leased'] as const) {
    for (const replicas of [1, 4]) rows.push(await commandRow(redis, mode, replicas));
  }
  const head = '         replicas  checks/s allowed/s     median        p99  commands/check';
  const paced: string[] = [];
  for (const mode of ['local', 'exact'] as const) {
    for (const perSecond of PACES) paced.push(await pacedRow(redis, mode, perSecond));
  }
  const pacedHead = '         checks/s  without Redis  commands/check    sidecar µs      Redis µs';
  return [
    memory,
    `limit: one key at 2,000/s in Redis, ${LANES} checks at once in each replica\n${head}\n${rows.join('\n')}\n`,
    `limit: CPU of a check, those of each millisecond together, ${KEYS} keys\n${pacedHead}\n${paced.join('\n')}\n`,
  ].join('\n');
}

function local(): Contender {
  const store = createLocalStore({ maxKeys: 1000, seed: [1, 2] });
  const limit: Limit = { ...PLENTY, shared: undefined };
  return { name: 'local', run: () => store.take(takeOf(limit, KEY), performance.now()).allowed };
}

/** A lease of millions of units, at a time that stands still for the store, so that it never ends. */
async function leased(redis: RedisServer, stack: AsyncDisposableStack): Promise<Contender> {
  const began = performance.now();
  let isFrozen = false;
  const clock = () => (isFrozen ? began : performance.now());
  const store = await openStore(redis.url, stack, { clock });
  await connected(store);
  isFrozen = true;
  for (let count = 0; count < 10; count += 1) {
    await Promise.all(
      Array.from({ length: 20 }, async () => await store.take(takeOf(PLENTY, KEY, 100_000), began)),
    );
  }
  const name = 'leased, from memory';
  return {
    name,
    run: () => {
      // The time is read as for the local limit.
      const taken = store.take(takeOf(PLENTY, KEY), Math.min(began, performance.now()));
      assert(!(taken instanceof Promise), 'the lease is used up');
      return taken.allowed;
    },
  };
}

async function commandRow(redis: RedisServer, mode: 'exact' | 'leased', replicas: number): Promise<string> {
  await using stack = new AsyncDisposableStack();
  await redis.client.flushall();
  const stores: SharedStore[] = [];
  for (let i = 0; i < replicas; i += 1) stores.push(await openStore(redis.url, stack));
  for (const store of stores) await connected(store);
  const limit = { ...sharedLimit(2000, 1000, { mode }), id: `bench/${mode}-${replicas}` };
  const before = await redis.calls('evalsha');
  const times: number[] = [];
  let allowed = 0;
  const until = performance.now() + ROW;
  const lane = async (store: SharedStore): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now();
      const taken = await store.take(takeOf(limit, KEY), began);
      times.push(performance.now() - began);
      if (taken.allowed) allowed += 1;
      // A process decides other checks meanwhile, and reads its sockets.
      await turn();
    }
  };
  await Promise.all(stores.flatMap((store) => Array.from({ length: LANES }, () => lane(store))));
  const commands = (await redis.calls('evalsha')) - before;
  const perSecond = (count: number) => String(Math.round((count * 1000) / ROW)).padStart(10);
  const micros = (share: number) => `${(at(times, share) * 1000).toFixed(1)} µs`.padStart(12);
  const perCheck = (commands / times.length).toFixed(4);
  return `  ${mode.padEnd(7)}${String(replicas).padStart(8)}${perSecond(times.length)}${perSecond(allowed)}${micros(0.5)}${micros(0.99)}          ${perCheck}`;
}

/** CPU of this process, without the timer that makes the pace, and of Redis for each check at a steady pace. */
async function pacedRow(redis: RedisServer, mode: 'local' | 'exact', perSecond: number): Promise<string> {
  await using stack = new AsyncDisposableStack();
  await redis.client.flushall();
  const shared = await openStore(redis.url, stack);
  await connected(shared);
  const store = mode === 'exact' ? shared : createLocalStore({ maxKeys: 1000, seed: [1, 2] });
  const limit: Limit = { ...PLENTY, id: `bench/${mode}-${perSecond}`, shared: SHARED[mode] };
  const take = (check: number) => store.take(takeOf(limit, `${KEY}-${check % KEYS}`), performance.now());
  await atPace(perSecond, take);
  const idle = [(await atPace(0, take)).cpu];
  const commands = await redis.calls('evalsha');
  const before = await redis.cpu();
  const { checks, cpu, withoutStore } = await atPace(perSecond, take);
  const ofRedis = (await redis.cpu()) - before;
  const sent = (await redis.calls('evalsha')) - commands;
  idle.push((await atPace(0, take)).cpu);
  const number = (value: number, digits: number) => value.toFixed(digits).padStart(14);
  return `  ${mode.padEnd(7)}${String(perSecond).padStart(8)}${number(withoutStore, 0)}${number(sent / checks, 3)}${moreThanIdle(cpu, idle, checks).padStart(14)}${number(ofRedis / checks, 1)}`;
}

/** CPU of a check besides that of an idle process; a bound on it if two idle processes differ by more. */
function moreThanIdle(cpu: number, idle: readonly number[], checks: number): string {
  const least = Math.min(...idle);
  const noise = Math.max(...idle) - least;
  const more = cpu - least;
  return more > noise ? (more / checks).toFixed(1) : `≤ ${(noise / checks).toFixed(1)}`;
}

const SHARED = { local: undefined, exact: { mode: 'exact', onStoreFailure: 'local' } } as const;

interface Paced {
  readonly checks: number;
  /** Microseconds of this process. */
  readonly cpu: number;
  /** Checks that were decided without Redis. */
  readonly withoutStore: number;
}

/** Checks at a pace for the time of a row, those of each millisecond together, as a busy sidecar reads them. */
async function atPace(perSecond: number, take: (check: number) => Taken | Promise<Taken>): Promise<Paced> {
  const waiting: (Taken | Promise<Taken>)[] = [];
  const before = process.cpuUsage();
  const began = performance.now();
  for await (const _ of setInterval(1)) {
    const passed = performance.now() - began;
    const due = (Math.min(passed, ROW) / 1000) * perSecond;
    while (waiting.length < due) waiting.push(take(waiting.length));
    if (passed >= ROW) break;
  }
  const answers = await Promise.all(waiting.map(async (taken) => await taken));
  const { user, system } = process.cpuUsage(before);
  const withoutStore = answers.filter((taken) => taken.withoutStore !== undefined).length;
  return { checks: answers.length, cpu: user + system, withoutStore };
}
