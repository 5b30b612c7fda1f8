import { createDecisionIds } from '../../../src/sidecar/server/decision-ids.ts';

const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('are UUIDs of version 4, all different, also of two sources', () => {
  const sources = [createDecisionIds(), createDecisionIds()];
  const ids = Array.from({ length: 10_000 }, (_, at) => sources[at % 2]?.() ?? '');
  for (const id of ids) expect(id).toMatch(VERSION_4);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every random bit of an id takes both values', () => {
  const next = createDecisionIds();
  let ones = 0n;
  let zeros = 0n;
  for (let count = 0; count < 1000; count += 1) {
    const bits = BigInt(`0x${next().replaceAll('-', '')}`);
    ones |= bits;
    zeros |= ~bits & ((1n << 128n) - 1n);
  }
  // All bits but the four of the version and the two of the variant.
  const random = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;
  expect(random(ones & zeros)).toBe(122);
});
