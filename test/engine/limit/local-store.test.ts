import type { Rate } from '../../../src/engine/limit/limit.ts';
import { createLocalStore, type LocalStoreOptions } from '../../../src/engine/limit/local-store.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { takeOf } from './take-of.ts';

const digest = nodeCrypto.sha256;

function createStore(options: LocalStoreOptions) {
  const store = createLocalStore(options);
  return {
    take: (key: string, rate: Rate, burst: number, cost: number, now: number) =>
      store.take(takeOf(key, rate, burst, cost), now),
    giveBack: (key: string, rate: Rate, burst: number, cost: number, now: number) =>
      store.giveBack([takeOf(key, rate, burst, cost)], now),
    get size() {
      return store.size;
    },
  };
}

const perSecond = { count: 10, period: 1000 };
const noon = 1_780_000_000_000;

describe('a bucket', () => {
  test('allows its burst at once, then the rate', () => {
    const store = createStore({ maxBuckets: 10, digest });
    const take = (now: number) => store.take('a', perSecond, 3, 1, noon + now);
    expect(take(0)).toEqual({ allowed: true, remaining: 2, retryAfter: 0, resetAfter: 100 });
    expect(take(0)).toEqual({ allowed: true, remaining: 1, retryAfter: 0, resetAfter: 200 });
    expect(take(0)).toEqual({ allowed: true, remaining: 0, retryAfter: 0, resetAfter: 300 });
    expect(take(0)).toEqual({ allowed: false, remaining: 0, retryAfter: 100, resetAfter: 300 });
    expect(take(99)).toEqual({ allowed: false, remaining: 0, retryAfter: 1, resetAfter: 201 });
    expect(take(100)).toEqual({ allowed: true, remaining: 0, retryAfter: 0, resetAfter: 300 });
    expect(take(10_000)).toEqual({ allowed: true, remaining: 2, retryAfter: 0, resetAfter: 100 });
  });

  test('belongs to one key, however long the key is', () => {
    const store = createStore({ maxBuckets: 10, digest });
    const long = 'k'.repeat(100_000);
    for (const key of ['a', 'b', `${long}1`, `${long}2`, '__proto__']) {
      expect(store.take(key, perSecond, 1, 1, noon).allowed).toBe(true);
      expect(store.take(key, perSecond, 1, 1, noon).allowed).toBe(false);
    }
  });

  test('takes nothing if it does not hold the whole cost', () => {
    const store = createStore({ maxBuckets: 10, digest });
    store.take('a', perSecond, 5, 3, noon);
    expect(store.take('a', perSecond, 5, 3, noon)).toEqual({
      allowed: false,
      remaining: 2,
      retryAfter: 100,
      resetAfter: 300,
    });
    expect(store.take('a', perSecond, 5, 2, noon).allowed).toBe(true);
  });

  test('never allows more than its burst', () => {
    const store = createStore({ maxBuckets: 10, digest });
    expect(store.take('a', perSecond, 5, 6, noon)).toEqual({
      allowed: false,
      remaining: 5,
      retryAfter: Infinity,
      resetAfter: 0,
    });
  });

  test('allows a cost of zero even if it is empty, and is not stored for it', () => {
    const store = createStore({ maxBuckets: 10, digest });
    expect(store.take('a', perSecond, 1, 0, noon)).toEqual({
      allowed: true,
      remaining: 1,
      retryAfter: 0,
      resetAfter: 0,
    });
    expect(store.size).toBe(0);
    store.take('a', perSecond, 1, 1, noon);
    expect(store.take('a', perSecond, 1, 0, noon).allowed).toBe(true);
  });

  test('takes back what was given back, and never more than full', () => {
    const store = createStore({ maxBuckets: 10, digest });
    store.take('a', perSecond, 2, 2, noon);
    store.giveBack('a', perSecond, 2, 1, noon);
    expect(store.take('a', perSecond, 2, 1, noon).remaining).toBe(0);
    store.giveBack('a', perSecond, 2, 2, noon);
    store.giveBack('a', perSecond, 2, 2, noon);
    expect(store.take('a', perSecond, 2, 1, noon).remaining).toBe(1);
    store.giveBack('unheard of', perSecond, 2, 1, noon);
    expect(store.size).toBe(1);
  });

  test('is exact over a day', () => {
    const store = createStore({ maxBuckets: 10, digest });
    const odd = { count: 7, period: 86_400_000 };
    let granted = 0;
    for (let now = 0; now <= 86_400_000; now += 60_000)
      if (store.take('a', odd, 1, 1, noon + now).allowed) granted++;
    // The first at once, then one every 12,342,857.14 ms; requests once a minute notice it up to a minute later.
    expect(granted).toBe(7);
  });

  test('gains nothing from a time that goes back', () => {
    const store = createStore({ maxBuckets: 10, digest });
    store.take('a', perSecond, 1, 1, noon);
    expect(store.take('a', perSecond, 1, 1, noon - 50).allowed).toBe(false);
    expect(store.take('a', perSecond, 1, 1, noon + 50).allowed).toBe(false);
    expect(store.take('a', perSecond, 1, 1, noon - 3_600_000).allowed).toBe(false);
    expect(store.take('a', perSecond, 1, 1, noon + 100).allowed).toBe(true);
  });

  test('keeps its used share in another period', () => {
    const store = createStore({ maxBuckets: 10, digest });
    store.take('a', perSecond, 10, 8, noon);
    expect(store.take('a', { count: 10, period: 60_000 }, 10, 1, noon).remaining).toBe(1);
  });
});

describe('the store', () => {
  test('holds no bucket that is full again', () => {
    const store = createStore({ maxBuckets: 1000, digest });
    for (let i = 0; i < 500; i++) store.take(`old ${i}`, perSecond, 1, 1, noon);
    for (let i = 0; i < 300; i++) store.take(`new ${i}`, perSecond, 1, 1, noon + 1000);
    expect(store.size).toBe(300);
  });

  test('is bounded, and evicts the fullest of the least recently used', () => {
    const store = createStore({ maxBuckets: 4, digest });
    store.take('heavy', perSecond, 10, 9, noon);
    store.take('light', perSecond, 10, 1, noon);
    store.take('middle', perSecond, 10, 5, noon);
    store.take('other', perSecond, 10, 5, noon);
    store.take('newcomer', perSecond, 10, 5, noon);
    expect(store.size).toBe(4);
    expect(store.take('heavy', perSecond, 10, 2, noon).allowed).toBe(false);
    expect(store.take('light', perSecond, 10, 0, noon).remaining).toBe(10);
    for (let i = 0; i < 1000; i++) store.take(`flood ${i}`, perSecond, 10, 1, noon);
    expect(store.size).toBe(4);
  });
});

test('the store agrees with a simple model of a bucket', () => {
  const random = seeded(42);
  for (let round = 0; round < 200; round++) {
    const rate = { count: 1 + Math.floor(random() * 20), period: pick(random, [1000, 60_000]) };
    const burst = 1 + Math.floor(random() * 20);
    const store = createStore({ maxBuckets: 2, digest });
    // The model counts in requests times period, as fractions would not be exact.
    let tokens = burst * rate.period;
    let now = noon;
    for (let step = 0; step < 100; step++) {
      const pause = Math.floor((random() * 3 * rate.period) / rate.count);
      now += pause;
      tokens = Math.min(burst * rate.period, tokens + pause * rate.count);
      const cost = Math.floor(random() * 4);
      const allowed = cost === 0 || cost * rate.period <= tokens;
      if (allowed) tokens -= cost * rate.period;
      const taken = store.take('a', rate, burst, cost, now);
      expect(taken.allowed).toBe(allowed);
      expect(taken.remaining).toBe(Math.floor(tokens / rate.period));
      if (!allowed && cost <= burst) {
        expect((cost * rate.period - tokens) / rate.count).toBeLessThanOrEqual(taken.retryAfter);
        expect(tokens + (taken.retryAfter - 1) * rate.count).toBeLessThan(cost * rate.period);
      }
      if (allowed && random() < 0.2) {
        store.giveBack('a', rate, burst, cost, now);
        tokens += cost * rate.period;
      }
    }
  }
});
