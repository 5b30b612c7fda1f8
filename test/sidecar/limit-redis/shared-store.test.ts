import type { Limit, Taken } from '../../../src/engine/limit/limit.ts';
import { takeOf } from '../../engine/limit/take-of.ts';
import { collectedHeap } from '../../support/collected-heap.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';
import { connected, HOUR, now, type OpenedStore, openStore, sharedLimit } from './open-store.ts';

/** The answers to takes that begin at the same time. */
function answersOf(
  count: number,
  storeOf: (i: number) => OpenedStore | undefined,
  limit: Limit,
): Promise<readonly Taken[]> {
  const take = async (i: number): Promise<Taken> => {
    const taken = await storeOf(i)?.take(takeOf(limit), now());
    if (taken === undefined) throw new Error('there is no store');
    return taken;
  };
  return Promise.all(Array.from({ length: count }, (_, i) => take(i)));
}

describeWithRedis('shared limits in Redis', () => {
  let stack: AsyncDisposableStack;
  let redis: RedisServer;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    redis = await startRedis(await scratchFolder(stack), stack);
  });
  afterEach(() => stack.disposeAsync());

  test('concurrent checks of two processes never take one unit too many', async () => {
    const stores = [await openStore(redis.url, stack), await openStore(redis.url, stack)];
    for (const store of stores) await connected(store);
    const limit = sharedLimit(100, HOUR);
    const answers = await answersOf(300, (i) => stores[i % 2], limit);
    expect(answers.filter((taken) => taken.allowed)).toHaveLength(100);
    expect(answers.filter((taken) => taken.withoutStore)).toEqual([]);
    const refused = answers.find((taken) => !taken.allowed);
    expect(refused?.retryAfter).toBeGreaterThan(HOUR / 100 - 60_000);
    expect(refused?.retryAfter).toBeLessThanOrEqual(HOUR / 100);
    expect(refused?.remaining).toBe(0);
  });

  test('all limits of a request are one command, from all or from none', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const small = { ...sharedLimit(1, HOUR), id: 'orders/small' };
    const large = sharedLimit(10, HOUR);
    const before = await redis.calls('evalsha');
    const take = () => store.takeAll([takeOf(small), takeOf(large)], now());
    expect(await take()).toMatchObject([
      { allowed: true, remaining: 0 },
      { allowed: true, remaining: 9 },
    ]);
    expect(await take()).toMatchObject([
      { allowed: false, remaining: 0 },
      { allowed: true, remaining: 9 },
    ]);
    expect((await redis.calls('evalsha')) - before).toBeLessThanOrEqual(3);
  });

  test('checks of one turn of the event loop share commands, and each is decided by itself', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const small = { ...sharedLimit(30, HOUR), id: 'orders/small' };
    const large = sharedLimit(100, HOUR);
    const before = await redis.calls('evalsha');
    const answers = await Promise.all(
      Array.from({ length: 90 }, async (_, i) =>
        i % 2 === 0
          ? [await store.take(takeOf(large), now())]
          : await store.takeAll([takeOf(large), takeOf(small)], now()),
      ),
    );
    expect((await redis.calls('evalsha')) - before).toBeLessThanOrEqual(5);
    const allowed = answers.filter((taken) => taken.every((each) => each?.allowed === true));
    // 45 of the large one alone, and 30 with a unit of the small one.
    expect(allowed).toHaveLength(75);
    expect(await store.take(takeOf(large), now())).toMatchObject({ allowed: true, remaining: 24 });
    // What is held for one check is not given to another: a refused one takes nothing.
    expect(await store.take(takeOf(small), now())).toMatchObject({ allowed: false, remaining: 0 });
  });

  test('what is given back can be taken again, and the time since is not counted twice', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const limit = sharedLimit(2, HOUR);
    const take = takeOf(limit);
    await store.take(take, now());
    await store.take(takeOf(limit), now());
    store.giveBack([take], now());
    const again = async () => ((await store.take(takeOf(limit), now())).allowed ? true : undefined);
    await waitFor(again, { what: 'the unit that was given back', timeout: 5000 });
    expect((await store.take(takeOf(limit), now())).allowed).toBe(false);
  });

  test('a leased limit of two processes takes no unit too many, and few commands', async () => {
    const stores = [await openStore(redis.url, stack), await openStore(redis.url, stack)];
    for (const store of stores) await connected(store);
    const limit = sharedLimit(4000, HOUR, { mode: 'leased' });
    const before = await redis.calls('evalsha');
    let allowed = 0;
    let checks = 0;
    for (let i = 0; i < 400; i += 1) {
      const answers = await answersOf(40, (j) => stores[j % 2], limit);
      allowed += answers.filter((taken) => taken.allowed).length;
      checks += answers.length;
    }
    expect(checks).toBe(16_000);
    // Some units may be in the lease of the process that did not need them last.
    expect(allowed).toBeLessThanOrEqual(4000);
    expect(allowed).toBeGreaterThan(3000);
    expect((await redis.calls('evalsha')) - before).toBeLessThan(0.02 * checks);
  });

  test('a seldom used key of a leased limit costs one command, and nothing is taken ahead', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const limit = sharedLimit(100, HOUR, { mode: 'leased' });
    for (const key of ['a', 'b', 'c']) await store.take(takeOf(limit, key), now());
    expect(store.status()).toMatchObject({ leased_buckets: 3, leased_units: 0 });
    const other = await openStore(redis.url, stack);
    await connected(other);
    expect(await other.take(takeOf(limit, 'a'), now())).toMatchObject({ allowed: true, remaining: 98 });
  });

  test('a process that ends hands its units back', async () => {
    const limit = sharedLimit(100, HOUR, { mode: 'leased' });
    const first = await openStore(redis.url, stack);
    await connected(first);
    let spent = 0;
    for (; spent < 40; spent += 1) await first.take(takeOf(limit), now());
    await answersOf(10, () => first, limit);
    expect(first.status().leased_units).toBeGreaterThan(0);
    await first.close();
    const second = await openStore(redis.url, stack);
    await connected(second);
    expect(await second.take(takeOf(limit), now())).toMatchObject({ allowed: true, remaining: 49 });
  });

  test('a process that ends hands the units of thousands of buckets back, in few commands', async () => {
    const limit = sharedLimit(1000, HOUR, { mode: 'leased' });
    // The clock stands still, so that no lease ends meanwhile.
    const store = await openStore(redis.url, stack, { clock: () => 1000 });
    await connected(store);
    for (let at = 0; at < 1500; at += 100) {
      const takes = Array.from({ length: 2000 }, async (_, i) => {
        await store.take(takeOf(limit, `key ${at + (i % 100)}`), 1000);
      });
      await Promise.all(takes);
    }
    expect(store.status()).toMatchObject({ leased_buckets: 1500 });
    expect(store.status().leased_units).toBeGreaterThan(1500);
    const before = await redis.calls('evalsha');
    await store.close();
    expect(store.results).toMatchObject({ late: 0, failed: 0 });
    // 64 leases a command, and the end of the heartbeats.
    expect((await redis.calls('evalsha')) - before).toBe(25);
  }, 30_000);

  test('no text of a key is in Redis, and every key of it expires', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const key = 's5:alice';
    await store.take(takeOf(sharedLimit(10, 1000), key), now());
    await store.take(takeOf({ ...sharedLimit(10, 1000, { mode: 'leased' }), id: 'other/each' }, key), now());
    const keys = await redis.client.keys('*');
    expect(keys).toHaveLength(3);
    expect(keys.join()).not.toContain('alice');
    for (const each of keys) {
      expect(each).toMatch(/^lictor:\{[\w-]+\}$/);
      expect(await redis.client.pttl(each)).toBeGreaterThan(0);
    }
  });

  test.each(['exact', 'leased'] as const)(
    'a long key of an %s limit is one bucket, and is given back',
    async (mode) => {
      const store = await openStore(redis.url, stack);
      await connected(store);
      const limit = sharedLimit(2, HOUR, { mode });
      const [long, other] = ['a', 'b'].map((end) => 'x'.repeat(60_000) + end);
      const take = takeOf(limit, long);
      for (const each of [take, takeOf(limit, long)])
        expect((await store.take(each, now())).allowed).toBe(true);
      expect((await store.take(takeOf(limit, long), now())).allowed).toBe(false);
      expect((await store.take(takeOf(limit, other), now())).allowed).toBe(true);
      store.giveBack([take], now());
      if (mode === 'leased') return;
      const again = async () => ((await store.take(takeOf(limit, long), now())).allowed ? true : undefined);
      await waitFor(again, { what: 'the unit that was given back', timeout: 5000 });
    },
  );

  test('leased buckets do not keep the texts that their keys are parts of, nor long keys', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const limit = sharedLimit(100, HOUR, { mode: 'leased' });
    const before = collectedHeap();
    const takeBoth = async (at: number): Promise<void> => {
      const path = Buffer.from(
        `/accounts/${String(at).padStart(20, '0')}?padding=${'x'.repeat(50_000)}`,
      ).toString();
      for (const key of [path.slice(10, 30), path]) await store.take(takeOf(limit, key), now());
    };
    // Some at once, so that all are there before the first ones are forgotten, also on a busy machine.
    for (let from = 0; from < 400; from += 20)
      await Promise.all(Array.from({ length: 20 }, (_, i) => takeBoth(from + i)));
    expect(store.status().leased_buckets).toBeGreaterThan(100);
    expect(collectedHeap() - before).toBeLessThan(8_000_000);
  });
});
