import type { Limit } from '../../../src/engine/limit/limit.ts';
import { createLocalStore } from '../../../src/engine/limit/local-store.ts';
import { limitOf, takeOf } from './take-of.ts';

const perSecond = { count: 10, period: 1000 };
const perDay = { count: 7, period: 86_400_000 };
const noon = 1_780_000_000_000;

function createStore(maxKeys = 1000) {
  return createLocalStore({ maxKeys, seed: [16, 61] });
}

describe('a bucket', () => {
  test('allows its burst at once, then the rate', () => {
    const store = createStore();
    const take = (now: number) => store.take(takeOf(limitOf(perSecond, 3)), noon + now);
    expect(take(0)).toEqual({ allowed: true, remaining: 2, retryAfter: 0, resetAfter: 100 });
    expect(take(0)).toEqual({ allowed: true, remaining: 1, retryAfter: 0, resetAfter: 200 });
    expect(take(0)).toEqual({ allowed: true, remaining: 0, retryAfter: 0, resetAfter: 300 });
    expect(take(0)).toEqual({ allowed: false, remaining: 0, retryAfter: 100, resetAfter: 300 });
    expect(take(99)).toEqual({ allowed: false, remaining: 0, retryAfter: 1, resetAfter: 201 });
    expect(take(100)).toEqual({ allowed: true, remaining: 0, retryAfter: 0, resetAfter: 300 });
    expect(take(10_000)).toEqual({ allowed: true, remaining: 2, retryAfter: 0, resetAfter: 100 });
  });

  test('belongs to one key of one limit, however long the key is', () => {
    const store = createStore();
    const long = 'k'.repeat(100_000);
    for (const id of ['orders/each', 'orders/all', 'stock/each']) {
      const limit = limitOf(perSecond, 1, id);
      for (const key of [
        '',
        'a',
        'b',
        'ab',
        'a\u0000',
        'ä',
        'aä',
        '\ud800',
        `${long}1`,
        `${long}2`,
        '__proto__',
      ]) {
        expect(store.take(takeOf(limit, key), noon).allowed).toBe(true);
        expect(store.take(takeOf(limit, key), noon).allowed).toBe(false);
      }
    }
  });

  test('takes nothing if it does not hold the whole cost', () => {
    const store = createStore();
    const limit = limitOf(perSecond, 5);
    store.take(takeOf(limit, 'a', 3), noon);
    expect(store.take(takeOf(limit, 'a', 3), noon)).toEqual({
      allowed: false,
      remaining: 2,
      retryAfter: 100,
      resetAfter: 300,
    });
    expect(store.take(takeOf(limit, 'a', 2), noon).allowed).toBe(true);
  });

  test('never allows more than its burst', () => {
    expect(createStore().take(takeOf(limitOf(perSecond, 5), 'a', 6), noon)).toEqual({
      allowed: false,
      remaining: 5,
      retryAfter: Infinity,
      resetAfter: 0,
    });
  });

  test('allows a cost of zero even if it is empty, and is not stored for it', () => {
    const store = createStore();
    const limit = limitOf(perSecond, 1);
    expect(store.take(takeOf(limit, 'a', 0), noon)).toEqual({
      allowed: true,
      remaining: 1,
      retryAfter: 0,
      resetAfter: 0,
    });
    expect(store.uses()).toEqual([{ id: 'orders/each', keys: 0, estimated: 0 }]);
    store.take(takeOf(limit), noon);
    expect(store.take(takeOf(limit, 'a', 0), noon).allowed).toBe(true);
  });

  test('is exact over a day', () => {
    const store = createStore();
    let granted = 0;
    for (let now = 0; now <= 86_400_000; now += 60_000)
      if (store.take(takeOf(limitOf(perDay, 1)), noon + now).allowed) granted++;
    // The first at once, then one every 12,342,857.14 ms; requests once a minute notice it up to a minute later.
    expect(granted).toBe(7);
  });

  test.each([
    [3, 1000],
    [7, 1000],
    [99_999_999, 1000],
    [11, 86_400_000],
  ])('of %d per %d ms does not drift in a thousand bursts', (count, period) => {
    const store = createStore();
    const limit = limitOf({ count, period });
    for (let bursts = 0; bursts < 1000; bursts++) {
      const now = noon + bursts * period;
      expect(store.take(takeOf(limit, 'a', count), now).allowed).toBe(true);
      expect(store.take(takeOf(limit), now).allowed).toBe(false);
    }
  });

  test('gains nothing from a clock that goes back, and loses nothing', () => {
    const store = createStore();
    const limit = limitOf(perSecond, 1);
    store.take(takeOf(limit), noon);
    expect(store.take(takeOf(limit), noon - 50).allowed).toBe(false);
    expect(store.take(takeOf(limit), noon + 50).allowed).toBe(false);
    expect(store.take(takeOf(limit), noon - 3_600_000).allowed).toBe(false);
    expect(store.take(takeOf(limit), noon + 100).allowed).toBe(true);
  });

  test('keeps its debt when the clock has run for years', () => {
    const store = createStore();
    const hourly = limitOf({ count: 1, period: 3_600_000 });
    const month = 31 * 86_400_000;
    for (let months = 0; months < 40; months++) {
      const now = noon + months * month;
      expect(store.take(takeOf(hourly), now).allowed).toBe(true);
      expect(store.take(takeOf(hourly), now + 3_599_999).allowed).toBe(false);
    }
    const before = takeOf(hourly, 'b');
    const start = noon + 40 * month;
    store.take(before, start + 25.9 * 86_400_000);
    // Here times of the first frame would become inexact.
    store.giveBack([before], start + 25.9 * 86_400_000 + 1000);
    expect(store.take(takeOf(hourly, 'b'), start + 26.1 * 86_400_000).allowed).toBe(true);
  });
});

describe('what is given back', () => {
  test('is there again, and the bucket is never more than full', () => {
    const store = createStore();
    const limit = limitOf(perSecond, 2);
    const take = takeOf(limit, 'a', 2);
    store.take(take, noon);
    store.giveBack([take], noon);
    store.giveBack([take], noon);
    expect(store.take(takeOf(limit), noon).remaining).toBe(1);
    store.giveBack([takeOf(limit, 'unheard of')], noon);
    expect(store.take(takeOf(limit), noon).remaining).toBe(0);
  });

  test('is what time has not given back before', () => {
    const store = createStore();
    const limit = limitOf({ count: 1, period: 1000 }, 2);
    const first = takeOf(limit);
    store.take(first, noon);
    store.take(takeOf(limit), noon + 900);
    // Nine tenths of the first are back by themselves: giving back a whole one would allow three requests in 100 ms.
    store.giveBack([first], noon + 950);
    expect(store.take(takeOf(limit), noon + 950).allowed).toBe(true);
    expect(store.take(takeOf(limit), noon + 1000)).toMatchObject({ allowed: false, retryAfter: 950 });
  });

  test('does not come back twice if several wait', () => {
    const store = createStore();
    const limit = limitOf({ count: 1, period: 1000 }, 3);
    const takes = [takeOf(limit), takeOf(limit), takeOf(limit)];
    for (const take of takes) store.take(take, noon);
    store.giveBack(takes.slice(0, 2), noon + 500);
    expect(store.take(takeOf(limit, 'a', 2), noon + 500).allowed).toBe(true);
    expect(store.take(takeOf(limit), noon + 500).allowed).toBe(false);
  });

  test('is nothing after a reload that changes the rate', () => {
    const store = createStore();
    const take = takeOf(limitOf(perSecond, 2));
    store.take(take, noon);
    const slower = limitOf({ count: 1, period: 1000 }, 2);
    store.follow([slower], noon);
    store.giveBack([take], noon);
    expect(store.take(takeOf(slower), noon).remaining).toBe(0);
  });
});

describe('several takes', () => {
  const [all, each] = [limitOf(perSecond, 5, 'orders/all'), limitOf(perSecond, 2)];

  test('take from all buckets or from none', () => {
    const store = createStore();
    const together = () => store.takeAll([takeOf(all, 'x'), takeOf(each)], noon);
    expect(together().map(({ remaining }) => remaining)).toEqual([4, 1]);
    expect(together().map(({ remaining }) => remaining)).toEqual([3, 0]);
    expect(together()).toMatchObject([
      { allowed: true, remaining: 3, resetAfter: 200 },
      { allowed: false, remaining: 0, retryAfter: 100 },
    ]);
    expect(store.take(takeOf(all, 'x', 3), noon).allowed).toBe(true);
  });

  test('are given back together', () => {
    const store = createStore();
    const takes = [takeOf(all, 'x', 5), takeOf(each, 'a', 2)];
    store.takeAll(takes, noon);
    store.giveBack(takes, noon);
    expect(
      store.takeAll([takeOf(all, 'x', 5), takeOf(each, 'a', 2)], noon).every(({ allowed }) => allowed),
    ).toBe(true);
  });
});

describe('after a reload', () => {
  const minutely = { count: 10, period: 60_000 };
  /** Units left of a bucket of which 8 of 10 were used, after so many milliseconds with another limit. */
  function left(next: Limit, later = 0): number {
    const store = createStore();
    const before = limitOf(minutely);
    store.follow([before], noon);
    store.take(takeOf(before, 'a', 8), noon);
    store.follow([next], noon);
    return store.take(takeOf(next, 'a', 0), noon + later).remaining;
  }

  test.each([
    ['nothing has changed', limitOf(minutely), 2],
    ['the burst is larger', limitOf(minutely, 20), 12],
    ['the burst is smaller', limitOf(minutely, 9), 1],
    ['the burst is less than what is used', limitOf(minutely, 5), 0],
    ['the rate is higher', limitOf({ count: 100, period: 60_000 }), 92],
    ['the rate is lower', limitOf({ count: 1, period: 60_000 }, 10), 2],
    ['the period is longer', limitOf({ count: 10, period: 3_600_000 }), 2],
    [
      'the period is so long that another unit of time counts',
      limitOf({ count: 10, period: 366 * 86_400_000 }),
      2,
    ],
    ['a unit takes no whole number of nanoseconds', limitOf({ count: 7, period: 1000 }, 10), 2],
  ])('as many units are used if %s', (_, next, expected) => {
    expect(left(next)).toBe(expected);
  });

  test('what is used comes back by the new rate from then on, whenever it is next asked', () => {
    const hourly = limitOf({ count: 10, period: 3_600_000 });
    expect(left(hourly, 360_000 - 1)).toBe(2);
    expect(left(hourly, 360_000)).toBe(3);
  });

  test('a request of the version before counts by the limit that is live', () => {
    const store = createStore();
    const [before, after] = [limitOf(minutely), limitOf({ count: 2, period: 60_000 })];
    store.follow([before], noon);
    store.follow([after], noon);
    expect([1, 2, 3].map(() => store.take(takeOf(before), noon).allowed)).toEqual([true, true, false]);
  });

  test('a limit that is gone for a while keeps what is used', () => {
    const store = createStore();
    const limit = limitOf(minutely);
    store.follow([limit, limitOf(perSecond, 1, 'orders/idle')], noon);
    store.take(takeOf(limit, 'a', 10), noon);
    store.follow([], noon + 1000);
    expect(store.uses().map(({ id }) => id)).toEqual(['orders/each']);
    store.follow([limit], noon + 2000);
    expect(store.take(takeOf(limit), noon + 2000).allowed).toBe(false);
    store.follow([], noon + 3_600_000);
    expect(store.uses()).toEqual([]);
  });
});
