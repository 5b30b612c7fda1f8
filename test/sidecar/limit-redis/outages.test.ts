import type { Taken } from '../../../src/engine/limit/limit.ts';
import { takeOf } from '../../engine/limit/take-of.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';
import {
  connected,
  HOUR,
  NO_CREDENTIALS,
  now,
  type OpenedStore,
  openStore,
  sharedLimit,
} from './open-store.ts';

describeWithRedis('shared limits while Redis does not answer', () => {
  let stack: AsyncDisposableStack;
  let redis: RedisServer;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    redis = await startRedis(await scratchFolder(stack), stack);
  });
  afterEach(() => stack.disposeAsync());

  /** Takes until the gate is open, so that nothing is sent any longer. */
  async function open(store: OpenedStore, limit = sharedLimit(1000, HOUR)): Promise<void> {
    const look = async () => {
      await store.take(takeOf(limit, 'another'), now());
      return store.status().state === 'open' ? true : undefined;
    };
    await waitFor(look, { what: 'a gate that is open', timeout: 30_000 });
  }

  test('each of two processes has half of the limit', async () => {
    const stores = [await openStore(redis.url, stack), await openStore(redis.url, stack)] as const;
    for (const store of stores) await connected(store);
    const bothKnown = () => (stores.every((store) => store.status().replicas === 2) ? true : undefined);
    await waitFor(bothKnown, { what: 'two processes that know each other', timeout: 20_000 });
    await redis.kill();
    const limit = sharedLimit(20, HOUR);
    for (const store of stores) {
      await open(store);
      const answers: Taken[] = [];
      for (let count = 0; count < 15; count += 1) answers.push(await store.take(takeOf(limit), now()));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
      expect(answers.every(({ withoutStore }) => withoutStore === 'share')).toBe(true);
    }
  });

  test('an answer never waits longer than the timeout, however many ask at once', async () => {
    const store = await openStore(redis.url, stack, { timeout: 50 });
    await connected(store);
    redis.pause();
    const strict = sharedLimit(10, HOUR, { onStoreFailure: 'deny' });
    const takes = Array.from({ length: 2000 }, async () => await store.take(takeOf(strict), now()));
    const answers = await Promise.all(takes);
    expect(answers.filter(({ withoutStore }) => withoutStore === 'unavailable')).toHaveLength(2000);
    // At most a thousand were sent; the others were answered at once.
    expect(store.results.late + store.results.failed).toBeLessThanOrEqual(1001);
    expect(store.status()).toMatchObject({
      state: 'open',
      last_error: { fault: 'late', detail: 'no answer within 50 ms' },
    });
    redis.resume();
    await connected(store);
    expect(store.changes).toEqual(expect.arrayContaining(['closed', 'open', 'recovering']));
    expect(store.changes.at(-1)).toBe('closed');
  });

  test('a Redis that was killed and comes back is charged for what was allowed meanwhile', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    await redis.kill();
    await open(store);
    const limit = sharedLimit(100, HOUR);
    for (let count = 0; count < 60; count += 1) await store.take(takeOf(limit), now());
    await redis.restart();
    await connected(store);
    const counted = async () => {
      const taken = await store.take(takeOf(limit, 'a', 0), now());
      return taken.withoutStore === undefined && taken.remaining === 40 ? true : undefined;
    };
    await waitFor(counted, { what: 'a bucket with 60 of 100 used', timeout: 20_000 });
  });

  test('units of a lease can be spent while Redis does not answer, until the lease ends', async () => {
    let ahead = 0;
    const store = await openStore(redis.url, stack, {
      clock: () => performance.now() + ahead,
      timeout: 60_000,
    });
    await connected(store);
    const limit = sharedLimit(1000, HOUR, { mode: 'leased', onStoreFailure: 'deny' });
    const take = async () => await store.take(takeOf(limit), now() + ahead);
    await Promise.all(Array.from({ length: 60 }, take));
    const { leased_units: units } = store.status();
    expect(units).toBeGreaterThan(1);
    await redis.kill();
    expect(await take()).toMatchObject({ allowed: true });
    // The lease lasts a second by the time of Redis.
    ahead = 2000;
    expect(store.status().leased_units).toBe(0);
    expect(await take()).toMatchObject({ allowed: false, withoutStore: 'unavailable' });
  });

  test('a value of another program is a bucket that is used up, and disturbs no other one', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const second = sharedLimit(60, 60_000);
    await store.take(takeOf(second), now());
    const names = await redis.client.keys('lictor:*');
    const name = names.find((each) => !each.endsWith('{replicas}')) ?? '';
    const disturb = [
      () => redis.client.set(name, 'hello world'),
      () => redis.client.set(name, '1 2 3 4 x'),
      () => redis.client.set(name, '1 1000000 1 0 0 replica 1 x 0 0'),
      () => redis.client.lpush(name, 'x'),
    ];
    for (const one of disturb) {
      await redis.client.del(name);
      await one();
      const taken = await store.take(takeOf(second), now());
      expect(taken).toMatchObject({ allowed: false, remaining: 0 });
      expect(taken.withoutStore).toBeUndefined();
      expect(taken.retryAfter).toBeLessThanOrEqual(1000);
      // It heals from then on.
      expect(await redis.client.type(name)).toBe('string');
      expect(await redis.client.pttl(name)).toBeGreaterThan(0);
    }
    expect(store.results).toMatchObject({ failed: 0 });
  });

  test('scripts that Redis has forgotten are sent again', async () => {
    const store = await openStore(redis.url, stack);
    await connected(store);
    const limit = sharedLimit(10, HOUR);
    await store.take(takeOf(limit), now());
    await redis.client.script('FLUSH');
    expect(await store.take(takeOf(limit), now())).toMatchObject({ allowed: true, remaining: 8 });
    expect(store.results).toMatchObject({ failed: 0, late: 0 });
  });

  test('a wrong password is told without the password, and limits are decided by the share', async () => {
    await redis.client.config('SET', 'requirepass', 'hunter2-of-redis');
    const store = await openStore(redis.url, stack, {
      credentials: { ...NO_CREDENTIALS, password: 'not-hunter2' },
      timeout: 200,
    });
    const told = () => (store.status().last_error === null ? undefined : true);
    await waitFor(told, { what: 'an error', timeout: 20_000 });
    expect(JSON.stringify(store.status())).not.toContain('hunter2');
    const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
    expect(taken).toMatchObject({ allowed: true, withoutStore: 'share' });
    const right = await openStore(redis.url, stack, {
      credentials: { ...NO_CREDENTIALS, password: 'hunter2-of-redis' },
    });
    await connected(right);
    expect(await right.take(takeOf(sharedLimit(10, HOUR)), now())).toMatchObject({ remaining: 9 });
  });
});
