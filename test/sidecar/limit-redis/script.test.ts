import {
  type Ask,
  charged,
  levelOf,
  lifetimeOf,
  release,
  renew,
  returned,
  type SharedBucket,
  type SharedRate,
  settle,
  sharedRate,
  spent,
} from '../../../src/engine/limit/shared-bucket.ts';
import { bucketScript } from '../../../src/sidecar/limit-redis/script.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { pick, seeded } from '../../support/seeded.ts';

/** Seconds, minutes, and rates whose buckets cannot be counted in microseconds. */
const RATES: readonly [SharedRate, ...SharedRate[]] = [
  sharedRate({ count: 100, period: 1000 }, 100),
  sharedRate({ count: 7, period: 1000 }, 3),
  sharedRate({ count: 5, period: 3_600_000 }, 5),
  sharedRate({ count: 1, period: 86_400_000 * 366 }, 20),
  sharedRate({ count: 100_000_000, period: 86_400_000 }, 100_000_000),
  sharedRate({ count: 3, period: 7000 }, 20),
];

/** The script with a clock of the test, which passes its time last. Its keys stay: Redis expires by another clock. */
const UNDER_TEST = bucketScript('return tonumber(ARGV[#ARGV])').replace(
  ", 'PX', string.format('%.0f', lifetime)",
  '',
);

const REPLICAS: readonly [string, ...string[]] = ['a1', 'b2', 'c3'];

type Visit =
  | { readonly kind: 'take' | 'charge'; readonly cost: number }
  | { readonly kind: 'return'; readonly cost: number; readonly taken: number }
  | { readonly kind: 'renew'; readonly ask: Ask }
  | { readonly kind: 'release'; readonly ask: Ask };

/** The answer and the bucket as the engine's functions have them. */
function reference(
  stored: SharedBucket | undefined,
  rate: SharedRate,
  visit: Visit,
  now: number,
): { readonly reply: readonly number[]; readonly bucket: SharedBucket | undefined } {
  const bucket = settle(stored, rate, now);
  const told = (after: SharedBucket, cost: number) => {
    const { room, retryAfter, resetAfter } = levelOf(after, rate, cost);
    return [room, retryAfter, resetAfter];
  };
  switch (visit.kind) {
    case 'take': {
      const { cost } = visit;
      const allowed = levelOf(bucket, rate, cost).retryAfter === 0;
      const after = allowed ? spent(bucket, cost) : bucket;
      return {
        reply: told(after, allowed ? 0 : cost),
        bucket: allowed && cost > 0 ? after : stored,
      };
    }
    case 'return': {
      const after = returned(bucket, visit.cost, visit.taken);
      return { reply: told(after, 0), bucket: after };
    }
    case 'charge': {
      const after = charged(bucket, rate, visit.cost);
      return { reply: told(after, 0), bucket: after };
    }
    case 'renew': {
      const result = renew(bucket, rate, visit.ask, now);
      if (result === undefined) return { reply: [...told(bucket, visit.ask.cost), 0, -1, 0], bucket: stored };
      const { allowed, granted, isKnown, level } = result.grant;
      const { room, retryAfter, resetAfter } = level;
      return {
        reply: [room, retryAfter, resetAfter, allowed ? 1 : 0, granted, isKnown ? 1 : 0],
        bucket: result.bucket,
      };
    }
    case 'release': {
      const after = release(bucket, visit.ask);
      return { reply: told(after ?? bucket, 0), bucket: after ?? stored };
    }
  }
}

function argumentsOf(visit: Visit): readonly (string | number)[] {
  switch (visit.kind) {
    case 'take':
    case 'charge':
      return [visit.kind, visit.cost];
    case 'return':
      return ['return', visit.cost, visit.taken];
    case 'renew': {
      const { replica, request, known, left, cost, ahead } = visit.ask;
      return ['renew', replica, request, known, left, cost, ahead];
    }
    case 'release': {
      const { replica, request, known, left } = visit.ask;
      return ['release', replica, request, known, left];
    }
  }
}

function stateText(bucket: SharedBucket | undefined): string | null {
  if (bucket === undefined) return null;
  const { count, period, tick, used, at, leases } = bucket;
  const held = leases.flatMap((lease) => [
    lease.replica,
    lease.request,
    lease.granted,
    lease.held,
    lease.until,
  ]);
  return [count, period, tick, used, at, ...held].join(' ');
}

function randomVisit(random: () => number, rate: SharedRate, now: number): Visit {
  const below = (bound: number) => Math.floor(random() * bound);
  const cost = below(rate.burst + 2);
  const ask: Ask = {
    replica: pick(random, REPLICAS),
    request: below(30),
    known: below(30),
    left: below(Math.min(rate.burst, 50)),
    cost: below(3),
    ahead: below(rate.burst + 5),
  };
  const kind = pick(random, [
    'take',
    'take',
    'charge',
    'return',
    'renew',
    'renew',
    'renew',
    'release',
  ] as const);
  switch (kind) {
    case 'take':
    case 'charge':
      return { kind, cost };
    case 'return':
      return { kind, cost, taken: now - below(2_000_000) };
    case 'renew':
    case 'release':
      return { kind, ask };
  }
}

/** A step of the clock of the store: nothing, a bit, past the leases, or set back or forward. */
function step(random: () => number): number {
  const size = pick(random, [0, 10, 1000, 50_000, 800_000, 3_000_000, 90_000_000]);
  const sign = random() < 0.06 ? -1 : 1;
  return sign * Math.floor(random() * size);
}

describeWithRedis('the script of Redis', () => {
  let redis: RedisServer;
  let sha: string;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    redis = await startRedis(await scratchFolder(stack), stack);
    sha = String(await redis.client.script('LOAD', UNDER_TEST));
  });
  afterAll(() => stack.disposeAsync());

  test.each([1, 2, 3, 4, 5, 6])(
    'computes what the engine computes, on random schedules (seed %d)',
    async (seed) => {
      const random = seeded(seed);
      let rate = pick(random, RATES);
      let now = 1_790_000_000_000_000;
      let bucket: SharedBucket | undefined;
      const key = `lictor:${seed}`;
      const expected: unknown[] = [];
      const pipeline = redis.client.pipeline();
      for (let i = 0; i < 2000; i += 1) {
        now += step(random);
        if (random() < 0.02) rate = pick(random, RATES);
        const { count, period, burst, tick } = rate;
        const visits = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
          randomVisit(random, rate, now),
        );
        const args = visits.flatMap((visit) => {
          const [operation = '', ...rest] = argumentsOf(visit);
          return [operation, count, period, burst, tick, ...rest];
        });
        const keys = visits.map(() => key);
        pipeline.evalsha(sha, keys.length, ...keys, ...args, now);
        pipeline.get(key);
        const reply = [now];
        for (const visit of visits) {
          const result = reference(bucket, rate, visit, now);
          bucket = result.bucket;
          reply.push(...result.reply);
        }
        expected.push({ i, visits, reply, state: stateText(bucket) });
      }
      const replies = (await pipeline.exec()) ?? [];
      const seen = expected.map((entry, i) => ({
        ...(entry as object),
        reply: replies[2 * i]?.[1] ?? replies[2 * i]?.[0],
        state: replies[2 * i + 1]?.[1],
      }));
      expect(seen).toEqual(expected);
    },
  );

  test('keeps a bucket until it is full again and its leases have ended, and no longer', async () => {
    const rate = sharedRate({ count: 10, period: 1000 }, 10);
    const { count, period, burst, tick } = rate;
    const now = 1_790_000_000_000_000;
    const clocked = bucketScript('return tonumber(ARGV[#ARGV])');
    const head = [count, period, burst, tick];
    await redis.client.eval(clocked, 1, 'kept', 'take', ...head, 5, now);
    const ask = { replica: 'a1', request: 1, known: 0, left: 0, cost: 1, ahead: 1 };
    await redis.client.eval(clocked, 1, 'kept', 'renew', ...head, 'a1', 1, 0, 0, 1, 1, now);
    const bucket = renew(spent(settle(undefined, rate, now), 5), rate, ask, now)?.bucket;
    const lifetime = bucket === undefined ? 0 : lifetimeOf(bucket, rate, now);
    // A second for the lease, and 700 ms for seven units.
    expect(lifetime).toBe(1701);
    const left = await redis.client.pttl('kept');
    expect(left).toBeLessThanOrEqual(lifetime);
    expect(left).toBeGreaterThan(0);
  });

  test('takes from all buckets of a check or from none', async () => {
    const { count, period, burst, tick } = sharedRate({ count: 1, period: 60_000 }, 2);
    const rate = [count, period, burst, tick];
    const both = (one: number, two: number) => ['take', ...rate, one, 'with', ...rate, two];
    /** Room of both buckets, and whether each holds the cost, after each check of one command. */
    const told = async (...checks: readonly (readonly [number, number])[]) => {
      const keys = checks.flatMap(() => ['one', 'two']);
      const args = checks.flatMap(([one, two]) => both(one, two));
      const [, ...reply] = (await redis.client.eval(
        bucketScript(),
        keys.length,
        ...keys,
        ...args,
      )) as number[];
      return checks.map((_, i) => {
        const [roomOfOne, waitOfOne, , roomOfTwo, waitOfTwo] = reply.slice(6 * i);
        return [roomOfOne, waitOfOne === 0, roomOfTwo, waitOfTwo === 0];
      });
    };
    expect(await told([1, 2])).toEqual([[1, true, 0, true]]);
    expect(await told([1, 1])).toEqual([[1, true, 0, false]]);
    expect(await told([1, 1], [1, 0], [1, 0])).toEqual([
      [1, true, 0, false],
      [0, true, 0, true],
      [0, false, 0, true],
    ]);
  });
});
