import { KeyHash } from '../../../src/engine/limit/key-hash.ts';
import { createLocalStore } from '../../../src/engine/limit/local-store.ts';
import { Pace } from '../../../src/engine/limit/pace.ts';
import { seeded } from '../../support/seeded.ts';
import { limitOf, takeOf } from './take-of.ts';

test('thousands of keys that come and go are counted as each would be alone', () => {
  const random = seeded(5);
  const store = createLocalStore({ maxKeys: 100_000, seed: [1, 2] });
  const limit = limitOf({ count: 2, period: 1000 }, 3);
  const full = new Map<string, number>();
  let now = 1000;
  let most = 0;
  for (let step = 0; step < 200_000; step++) {
    now += Math.floor(random() * 3) / 4;
    // Waves, so that segments are split and joined again.
    const keys = step % 60_000 < 30_000 ? 20_000 : 50;
    const key = `key-${Math.floor(random() * keys)}`;
    const base = Math.max(now, full.get(key) ?? 0);
    const isAllowed = base + 500 - now <= 1500;
    if (isAllowed) full.set(key, base + 500);
    if (store.take(takeOf(limit, key), now).allowed !== isAllowed) throw new Error(`${key} at step ${step}`);
    if (step % 10_000 === 0) most = Math.max(most, store.uses()[0]?.keys ?? 0);
  }
  expect(most).toBeGreaterThan(1500);
});

test('an interval is an exact fraction, and so is any multiple of it', () => {
  const random = seeded(9);
  for (let round = 0; round < 20_000; round++) {
    const rate = {
      count: 1 + Math.floor(random() ** 4 * 99_999_999),
      period: 1000 * (1 + Math.floor(random() ** 4 * 86_400)),
    };
    const burst = 1 + Math.floor(random() ** 2 * 99_999_999);
    const pace = new Pace({ rate, burst });
    const cost = Math.floor(random() * (burst + 1));
    const { whole, fraction } = pace.spanOf(cost);
    const unit = BigInt(rate.period) * BigInt(pace.perMillisecond * 1000);
    // whole + fraction / denominator = cost * period / count
    const left = (BigInt(whole) * BigInt(pace.denominator) + BigInt(fraction)) * BigInt(rate.count) * 1000n;
    expect(left).toBe(BigInt(cost) * unit * BigInt(pace.denominator));
    expect(pace.unitsIn(whole, fraction)).toBe(cost);
    if (whole > 0 || fraction > 0)
      expect(fraction > 0 ? pace.unitsIn(whole, fraction - 1) : pace.unitsIn(whole - 1, 0)).toBe(cost - 1);
    expect(pace.window.whole).toBeLessThan(2 ** 51);
  }
});

test('texts have hashes of 64 bits that depend on each character and on the secret', () => {
  const hash = new KeyHash([1, 2]);
  const hashOf = (text: string, by = hash) => {
    by.compute(text);
    return `${by.high} ${by.low}`;
  };
  const texts = [
    '',
    'a',
    'b',
    'aa',
    'aaaa',
    'aaaa\u0000',
    'aaaab',
    'ä',
    'aaaä',
    'äaaa',
    '\u00e4\u0000',
    '\ud800',
    '\ud801',
  ];
  for (let at = 0; at < 40; at++) texts.push(`${'x'.repeat(at)}y${'x'.repeat(39 - at)}`);
  expect(new Set(texts.map((text) => hashOf(text))).size).toBe(texts.length);
  const other = new KeyHash([1, 3]);
  for (const text of texts) {
    expect(hashOf(text)).toBe(hashOf(text));
    expect(hashOf(text, other)).not.toBe(hashOf(text));
  }
});

test('hashes of similar keys are spread evenly', () => {
  const hash = new KeyHash([3, 4]);
  const counts = new Int32Array(256);
  for (let key = 0; key < 64_000; key++) {
    hash.compute(`spiffe://acme.example/ns/shop/sa/caller-${key}`);
    for (const byte of [hash.high >>> 24, hash.low & 255]) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  // 500 on average, with a standard deviation of about 22.
  expect(Math.max(...counts)).toBeLessThan(640);
  expect(Math.min(...counts)).toBeGreaterThan(360);
});
