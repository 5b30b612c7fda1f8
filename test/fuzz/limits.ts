import assert from 'node:assert/strict';
import { type Rate, type Take, takeFrom } from '../../src/engine/limit/limit.ts';
import { createLocalStore } from '../../src/engine/limit/local-store.ts';
import { mostPer } from '../../src/engine/limit/rate.ts';
import { exceedsBound, ReferenceBucket, type ReferenceTake } from '../support/reference-bucket.ts';
import { pick } from '../support/seeded.ts';

/** Steps of a schedule. */
const STEPS = 40;
/** Milliseconds of one tick: a binary fraction and 15,625 ns, so that the store and the reference read the same time. */
const TICK = 1 / 64;
const NANOSECONDS = 1_000_000n;
const SECOND = 1000;
const PERIODS = [1, 1, 1, 2, 5, 60, 300, 3600, 5400, 86_400, 7 * 86_400, 366 * 86_400] as const;
const KEYS = ['a', 'b', 'c'] as const;

export interface LimitRun {
  readonly schedules: number;
  readonly allowed: number;
  readonly refused: number;
  readonly returned: number;
  readonly jumps: number;
}

/** A take that was allowed and can still be given back. */
interface Held {
  readonly take: Take;
  readonly reference: ReferenceTake;
  readonly key: string;
  readonly kept: { readonly at: bigint; readonly cost: number };
}

/**
 * Random schedules of takes, give backs and clock jumps on buckets of random limits. Each answer must be that of the
 * reference, to the unit and the nanosecond; what was kept must be within the bound. Throws at the first difference.
 */
export function runSchedules(
  count: number,
  random: () => number,
  progress: (round: number) => void = () => undefined,
): LimitRun {
  const run = { schedules: 0, allowed: 0, refused: 0, returned: 0, jumps: 0 };
  for (let round = 0; round < count; round++) {
    progress(round);
    runSchedule(random, run);
    run.schedules += 1;
  }
  return run;
}

function runSchedule(random: () => number, run: { -readonly [K in keyof LimitRun]: number }): void {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const rate: Rate = { count: 1, period: SECOND * pick(random, PERIODS) };
  const most = mostPer(rate.period);
  const anyUpTo = (bound: number) => Math.min(bound, Math.ceil(Math.exp(random() * Math.log(bound + 1))));
  const counted: Rate = { ...rate, count: random() < 0.6 ? 1 + upTo(20) : anyUpTo(most) };
  const burst = random() < 0.4 ? counted.count : random() < 0.7 ? 1 + upTo(6) : anyUpTo(most);
  const limit = { id: 'orders/each', rate: counted, burst };
  const store = createLocalStore({ maxKeys: 1000, seed: [upTo(2 ** 31), 1] });
  const buckets = new Map(KEYS.map((key) => [key, new ReferenceBucket(counted, burst)]));
  const kept = new Map(KEYS.map((key) => [key, new Set<Held['kept']>()]));
  const held: Held[] = [];
  const interval = counted.period / counted.count;
  const isFine = interval * burst * 1e6 < 2 ** 51;
  let ticks = 64 * SECOND * upTo(1_000_000);
  let latest = 0;
  for (let step = 0; step < STEPS; step++) {
    if (random() < 0.05) {
      // The clock goes back, or far ahead: a bucket is at most full.
      ticks += random() < 0.5 ? -upTo(128) : upTo(Math.min(2 ** 36, 128 * burst * interval));
      run.jumps += 1;
    } else ticks += upTo(Math.ceil(128 * interval * pick(random, [0, 0.1, 1, 3])));
    latest = Math.max(latest, ticks);
    // Limits whose burst takes longer than 26 days count in coarser units.
    const reading = (BigInt(latest) * NANOSECONDS) / 64n;
    const at = isFine ? reading : reading - (reading % coarse(interval * burst));
    if (random() < 0.25 && held.length > 0) {
      const [last] = held.splice(upTo(held.length - 1), 1);
      if (last === undefined) continue;
      store.giveBack([last.take], ticks * TICK);
      buckets.get(last.key as 'a')?.giveBack(last.reference, at);
      kept.get(last.key as 'a')?.delete(last.kept);
      run.returned += 1;
      continue;
    }
    const key = pick(random, KEYS);
    const cost = random() < 0.5 ? 1 : random() < 0.5 ? upTo(burst) : Math.min(burst, upTo(3));
    const take = takeFrom(limit, key, cost);
    const bucket = buckets.get(key);
    assert(bucket !== undefined);
    const wanted = bucket.ask(cost, at);
    const taken = store.take(take, ticks * TICK);
    const told = `${JSON.stringify({ counted, burst, key, cost, step })}: ${JSON.stringify(taken)}`;
    assert.equal(taken.allowed, wanted.allowed, told);
    assert.equal(taken.remaining, wanted.remaining, told);
    run[taken.allowed ? 'allowed' : 'refused'] += 1;
    if (!taken.allowed && isFine)
      assert.equal(BigInt(Math.round(taken.retryAfter * 1e6)), bucket.wait(cost, at), told);
    if (!taken.allowed || cost === 0) continue;
    const one = { at, cost };
    kept.get(key)?.add(one);
    held.push({ take, reference: bucket.take(cost, at), key, kept: one });
  }
  for (const [key, takes] of kept)
    assert(
      !exceedsBound([...takes], counted, burst),
      `${key} got more than ${burst} and ${JSON.stringify(counted)}`,
    );
}

/**
 * Random takes from one bucket while its rate and burst change. What is allowed must be allowed by a bucket that keeps
 * exactly the used units, and by one that is full two units of time later after each change, what is refused refused.
 */
export function runReloads(
  count: number,
  random: () => number,
): { readonly reloads: number; readonly refused: number } {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const anyLimit = () => {
    const rate = { count: 1 + upTo(pick(random, [3, 20, 100_000])), period: SECOND * pick(random, PERIODS) };
    return { id: 'orders/each', rate, burst: random() < 0.5 ? rate.count : 1 + upTo(9) };
  };
  let reloads = 0;
  let refused = 0;
  for (let round = 0; round < count; round++) {
    const store = createLocalStore({ maxKeys: 1000, seed: [round, 1] });
    let limit = anyLimit();
    let ticks = 64 * SECOND * upTo(1_000_000);
    store.follow([limit], ticks * TICK);
    let exact = new ReferenceBucket(limit.rate, limit.burst);
    let late = new ReferenceBucket(limit.rate, limit.burst);
    for (let step = 0; step < STEPS; step++) {
      const interval = limit.rate.period / limit.rate.count;
      ticks += upTo(Math.ceil(128 * interval * pick(random, [0, 0.1, 1])));
      const at = (BigInt(ticks) * NANOSECONDS) / 64n;
      if (random() < 0.15) {
        const before = limit;
        limit = anyLimit();
        store.follow([limit], ticks * TICK);
        const unit = [before, limit].map(unitOf).reduce((a, b) => (a > b ? a : b));
        exact = exact.converted(limit.rate, limit.burst, at);
        late = late.converted(limit.rate, limit.burst, at, 2n * unit);
        reloads += 1;
        continue;
      }
      const cost = random() < 0.7 ? 1 : Math.min(limit.burst, upTo(4));
      const take = takeFrom(limit, 'a', cost);
      const { allowed } = store.take(take, ticks * TICK);
      const told = JSON.stringify({ round, step, limit, cost, allowed });
      if (allowed) assert(exact.ask(cost, at).allowed, told);
      // A bucket of coarser units reads the time up to one of them early.
      else assert(!late.ask(cost, at - unitOf(limit)).allowed, told);
      if (!allowed) refused += 1;
      if (!allowed || cost === 0) continue;
      exact.take(cost, at);
      late.take(cost, at);
    }
  }
  return { reloads, refused };
}

/** Nanoseconds of the unit in which a limit counts. */
function unitOf({ rate, burst }: { readonly rate: Rate; readonly burst: number }): bigint {
  const window = (burst * rate.period) / rate.count;
  return window * 1e6 < 2 ** 51 ? 1n : coarse(window);
}

/** Nanoseconds of the unit in which a limit counts that fills in so many milliseconds. */
function coarse(milliseconds: number): bigint {
  if (milliseconds * 1e3 < 2 ** 51) return 1000n;
  return milliseconds < 2 ** 51 ? NANOSECONDS : 1000n * NANOSECONDS;
}
