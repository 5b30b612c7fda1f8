import { settled, slopeOf } from './slope.ts';

const samples = (...memory: readonly number[]) => memory.map((each, minute) => ({ minute, memory: each }));

test('the slope is the growth in an hour', () => {
  expect(slopeOf(samples(100, 101, 102, 103))).toBeCloseTo(60);
  expect(slopeOf(samples(103, 102, 101))).toBeCloseTo(-60);
  expect(slopeOf(samples(90, 90, 90))).toBe(0);
});

test('the slope is that of the line with the least squares, not that of the ends', () => {
  // x: 0 to 3 around 1.5, y: around 2; the sum of products is 4, that of the squares of x 5.
  expect(slopeOf(samples(1, 1, 3, 3))).toBeCloseTo((4 / 5) * 60);
  expect(
    slopeOf([
      { minute: 7, memory: 1 },
      { minute: 5, memory: 0 },
    ]),
  ).toBeCloseTo(30);
});

test('one sample, and none, have no slope', () => {
  expect(slopeOf(samples(100))).toBe(0);
  expect(slopeOf([])).toBe(0);
});

test('the first third does not count, at most ten minutes', () => {
  expect(settled(samples(1, 2, 3, 4, 5, 6)).map(({ memory }) => memory)).toEqual([3, 4, 5, 6]);
  expect(settled(samples(...Array.from({ length: 60 }, (_, at) => at)))[0]?.minute).toBe(10);
});
