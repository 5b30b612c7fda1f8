import { createLocalStore, type LocalStore } from '../../../src/engine/limit/local-store.ts';
import { collectedHeap } from '../../support/collected-heap.ts';
import { seeded } from '../../support/seeded.ts';
import { limitOf, takeOf } from './take-of.ts';

const noon = 1_780_000_000_000;
/** Tries of an account: five, then one in two hours. */
const tries = limitOf({ count: 5, period: 36_000_000 }, 5, 'login/each-account');
const elsewhere = limitOf({ count: 5, period: 36_000_000 }, 5, 'orders/each-caller');

function createStore(maxKeys: number): LocalStore {
  return createLocalStore({ maxKeys, seed: [16, 61] });
}

/** Number of accounts, of a thousand that have used up their tries, that get another one. */
function freed(store: LocalStore, limit = tries): number {
  let count = 0;
  for (let account = 0; account < 1000; account++)
    if (store.take(takeOf(limit, `account-${account}`), noon + 1000).allowed) count += 1;
  return count;
}

function useUp(store: LocalStore, limit = tries): void {
  for (let account = 0; account < 1000; account++) store.take(takeOf(limit, `account-${account}`, 5), noon);
}

function invent(store: LocalStore, keys: number, limit = tries): number {
  let allowed = 0;
  for (let key = 0; key < keys; key++)
    if (store.take(takeOf(limit, `invented-${key}`), noon + 500).allowed) allowed += 1;
  return allowed;
}

test.each([1000, 10_000, 1_000_000])(
  'invented keys free no account that is used up, with room for %d',
  (room) => {
    const store = createStore(room);
    useUp(store);
    invent(store, 100_000);
    expect(freed(store)).toBe(0);
  },
);

test('accounts that come when there is no more room are counted as well', () => {
  const store = createStore(1000);
  invent(store, 20_000);
  useUp(store);
  useUp(store);
  expect(freed(store)).toBe(0);
  expect(store.uses()[0]?.estimated).toBeGreaterThan(10_000);
});

test('invented keys of one limit take no room of another', () => {
  const store = createStore(10_000);
  store.follow([tries, elsewhere], noon);
  invent(store, 100_000, elsewhere);
  useUp(store);
  expect(freed(store)).toBe(0);
  expect(store.uses()).toMatchObject([
    { id: 'login/each-account', keys: 1000, estimated: 0 },
    { id: 'orders/each-caller', estimated: expect.any(Number) },
  ]);
  expect(store.take(takeOf(tries, 'somebody'), noon).remaining).toBe(4);
});

test('an estimate may refuse early, and never late', () => {
  const store = createStore(100);
  const random = seeded(3);
  const used = new Map<string, number>();
  let early = 0;
  for (let take = 0; take < 20_000; take++) {
    const key = `key-${Math.floor(random() * 5000)}`;
    const before = used.get(key) ?? 0;
    const { allowed } = store.take(takeOf(tries, key), noon);
    if (allowed) used.set(key, before + 1);
    else if (before < 5) early += 1;
    expect(used.get(key) ?? 0).toBeLessThanOrEqual(5);
  }
  expect(early).toBeGreaterThan(0);
});

test('what was estimated stays used when there is room again', () => {
  const store = createStore(100);
  invent(store, 5000);
  const late = takeOf(tries, 'late', 5);
  const isAllowed = store.take(late, noon + 500).allowed;
  // The buckets of the invented keys are full again after two hours, that of `late` after ten.
  const later = noon + 500 + 7_200_001;
  for (let key = 0; key < 5000; key++) store.take(takeOf(tries, `other-${key}`, 0), later);
  expect(store.take(takeOf(tries, 'late', 5), later).allowed).toBe(false);
  expect(isAllowed || store.take(takeOf(tries, 'late', 5), later + 36_000_000).allowed).toBe(true);
});

test('an estimate gives nothing back, since other keys share it', () => {
  const store = createStore(100);
  invent(store, 500);
  const before = store.uses()[0]?.estimated ?? 0;
  const take = takeOf(tries, 'late');
  expect(store.take(take, noon + 500)).toMatchObject({ allowed: true, remaining: 4 });
  expect(store.uses()[0]?.estimated).toBe(before + 1);
  store.giveBack([take], noon + 500);
  expect(store.take(takeOf(tries, 'late', 0), noon + 500).remaining).toBe(4);
});

test('room is free again after an attack, for other limits too', () => {
  const store = createStore(10_000);
  store.follow([tries, elsewhere], noon);
  invent(store, 100_000);
  const later = noon + 36_000_000;
  for (let key = 0; key < 8000; key++) store.take(takeOf(elsewhere, `caller-${key}`), later);
  const [attacked, other] = store.uses();
  expect(attacked?.keys).toBeLessThan(2000);
  expect(other?.keys).toBeGreaterThan(7500);
});

test('a million keys fit into 64 MiB, and none of them is estimated', () => {
  const store = createStore(1_000_000);
  const before = process.memoryUsage().arrayBuffers;
  for (let key = 0; key < 1_000_000; key++) store.take(takeOf(tries, `caller-${key}`), noon);
  const used = process.memoryUsage().arrayBuffers - before;
  expect(store.uses()).toEqual([{ id: 'login/each-account', keys: 1_000_000, estimated: 0 }]);
  expect(used / 2 ** 20).toBeLessThan(64);
  expect(store.take(takeOf(tries, 'caller-77', 5), noon).allowed).toBe(false);
});

test('keys that are parts of long texts do not keep these in memory', () => {
  const store = createStore(10_000);
  const before = collectedHeap();
  for (let at = 0; at < 2000; at++) {
    const path = Buffer.from(
      `/accounts/${String(at).padStart(20, '0')}?padding=${'x'.repeat(50_000)}`,
    ).toString();
    store.take(takeOf(tries, path.slice(10, 30)), noon);
  }
  expect(collectedHeap() - before).toBeLessThan(10_000_000);
  expect(store.uses()).toMatchObject([{ keys: 2000 }]);
});
