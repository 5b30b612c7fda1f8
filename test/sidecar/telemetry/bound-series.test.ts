import { BoundSeries } from '../../../src/sidecar/telemetry/bound-series.ts';
import { createSeries, type Series } from '../../../src/sidecar/telemetry/series.ts';

const counts = (series: Series): Readonly<Record<string, number>> =>
  Object.fromEntries(Array.from(series.entries(), ({ values, count }) => [values.join(' '), count]));

test('counts as the series does', () => {
  const [bound, plain] = [createSeries([1, 2]), createSeries([1, 2])];
  const decisions = new BoundSeries(bound, (...names) => names);
  const asked: readonly (readonly [string, string, string])[] = [
    ['allowed', 'orders', 'read'],
    ['allowed', 'orders', 'read'],
    ['allowed', 'orders', ''],
    ['no_rule', 'orders', 'read'],
    ['allowed', 'orders', 'read'],
  ];
  for (const names of asked) {
    decisions.increment(...names);
    plain.add(names, 1);
  }
  expect(counts(bound)).toEqual(counts(plain));
});

test('combinations beyond the bound overflow, however often they occur', () => {
  const series = createSeries([2]);
  const decisions = new BoundSeries(series, (...names) => names);
  for (let round = 0; round < 2; round += 1)
    for (let rule = 0; rule < 2100; rule += 1) decisions.increment('allowed', 'orders', `r${rule}`);
  expect(counts(series)).toMatchObject({ 'allowed orders r0': 2, 'allowed orders _other': 200 });
});

test('a combination that was removed counts from the beginning', () => {
  const series = createSeries([1, 2]);
  const decisions = new BoundSeries(series, (...names) => names);
  decisions.increment('allowed', 'old', 'a');
  decisions.increment('allowed', 'new', 'a');
  const isCurrent = (values: readonly string[]): boolean => values[1] === 'new';
  series.sweep(0, isCurrent);
  series.sweep(3_600_000, isCurrent);
  expect(counts(series)).toEqual({ 'allowed new a': 1 });
  decisions.increment('allowed', 'old', 'a');
  decisions.increment('allowed', 'new', 'a');
  expect(counts(series)).toEqual({ 'allowed new a': 2, 'allowed old a': 1 });
});
