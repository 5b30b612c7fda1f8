import { cachedTimeZone } from '../../../src/cel/value/time-zone.ts';

const JULY = Date.parse('2026-07-01T12:00:00Z') / 1000;

test('a name that only folding makes valid does not take the place of the valid one', () => {
  // The sign for kelvin is a letter `k` in lower case.
  expect(cachedTimeZone('Europe/\u212Aiev')).toBeUndefined();
  expect(cachedTimeZone('Europe/Kiev')?.(JULY)).toBe(3 * 3600);
  expect(cachedTimeZone('Europe/\u212Aiev')).toBeUndefined();
});

test('names ignore case, and a wrong name stays wrong', () => {
  for (const name of ['Europe/Berlin', 'europe/berlin', 'EUROPE/BERLIN']) {
    expect(cachedTimeZone(name)?.(JULY)).toBe(2 * 3600);
  }
  for (const name of ['Europe/Nowhere', '', ' Europe/Berlin', 'Europe/Berlin\n']) {
    expect([name, cachedTimeZone(name)]).toEqual([name, undefined]);
  }
});

test.each([
  ['+02:00', 7200],
  ['-02:30', -9000],
  ['02:00', 7200],
])('%s is a fixed offset', (name, offset) => {
  expect(cachedTimeZone(name)?.(JULY)).toBe(offset);
});
