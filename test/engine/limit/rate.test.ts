import { defaultBurst, parseRate } from '../../../src/engine/limit/rate.ts';

test.each([
  ['100/s', 100, 1000],
  ['1/m', 1, 60_000],
  ['5000/h', 5000, 3_600_000],
  ['100000000/d', 100_000_000, 86_400_000],
])('%s', (text, count, period) => {
  expect(parseRate(text)).toEqual({ rate: { count, period } });
  expect(defaultBurst({ count, period })).toBe(count);
});

test.each([
  ['', '`` is not a valid rate'],
  ['100', '`100` is not a valid rate'],
  ['-1/s', '`-1/s` is not a valid rate'],
  ['1.5/s', '`1.5/s` is not a valid rate'],
  ['1 / s', '`1 / s` is not a valid rate'],
  ['1/w', '`w` in `1/w` is not a valid period'],
  ['1/sec', '`sec` in `1/sec` is not a valid period'],
  ['0/s', '`0/s` allows no request; write a deny rule instead'],
  ['100000001/s', '`100000001/s` is more than 100000000 per period'],
])('%j is a problem', (text, problem) => {
  expect(parseRate(text)).toEqual({ problem });
});
