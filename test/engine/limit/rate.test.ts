import { defaultBurst, mostPer, parseRate, RATE_PATTERN, rateText } from '../../../src/engine/limit/rate.ts';

test.each([
  ['100/s', 100, 1000],
  ['1/m', 1, 60_000],
  ['5000/h', 5000, 3_600_000],
  ['100000000/d', 100_000_000, 86_400_000],
  ['10/5m', 10, 300_000],
  ['500/7d', 500, 604_800_000],
  ['30/min', 30, 60_000],
  ['3/sec', 3, 1000],
  ['3/second', 3, 1000],
  ['3/10seconds', 3, 10_000],
  ['3/minute', 3, 60_000],
  ['3/hour', 3, 3_600_000],
  ['3/2hours', 3, 7_200_000],
  ['3/day', 3, 86_400_000],
  ['3/1d12h', 3, 129_600_000],
  ['3/1h30m15s', 3, 5_415_000],
  ['273224/366d', 273_224, 31_622_400_000],
])('%s', (text, count, period) => {
  expect(text).toMatch(new RegExp(RATE_PATTERN));
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
  ['1/fortnight', '`fortnight` in `1/fortnight` is not a valid period'],
  ['1/500ms', '`500ms` in `1/500ms` is not a valid period'],
  ['1/30m1h', '`30m1h` in `1/30m1h` is not a valid period'],
  ['1/5', '`5` in `1/5` is not a valid period'],
  ['1/0s', 'the period of `1/0s` is empty'],
  ['1/0h0m', 'the period of `1/0h0m` is empty'],
  ['1/367d', 'the period of `1/367d` is longer than 366 days'],
  ['1/9999999999d', 'the period of `1/9999999999d` is longer than 366 days'],
  ['273225/366d', '`273225/366d` is more than 273224 per period'],
  ['0/s', '`0/s` allows no request; write a deny rule instead'],
  ['100000001/s', '`100000001/s` is more than 100000000 per period'],
])('%j is a problem', (text, problem) => {
  expect(parseRate(text)).toEqual({ problem });
});

test.each([
  ['10/5m', '10/5m'],
  ['30/minute', '30/m'],
  ['7/168h', '7/7d'],
  ['1/90s', '1/90s'],
  ['1/1h30m', '1/90m'],
])('%s is shown as %s, which is the same rate', (text, shown) => {
  const { rate } = parseRate(text);
  expect(rate && rateText(rate)).toBe(shown);
  expect(parseRate(shown)).toEqual({ rate });
});

test('the counts of a bucket are exact with the longest period and its largest burst', () => {
  const { rate } = parseRate('1/366d');
  const period = rate?.period ?? Number.NaN;
  expect(Number.isSafeInteger(mostPer(period) * period)).toBe(true);
  expect(mostPer(1000)).toBe(100_000_000);
});
