import { formatDuration, parseDuration } from '../../../src/policy/language/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1m500ms', 60_500],
    ['0s', 0],
    ['90m', 5_400_000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    '30',
    's',
    '1.5s',
    '-1s',
    '1d',
    '30m1h',
    '1s1s',
    '1 s',
    '1S',
    '99999999999h',
    '9999999999h',
    '１s',
  ])('%j is not a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [1000, '1s'],
    [1, '1ms'],
    [5_400_000, '90m'],
    [0, '0ms'],
  ])('%d ms is written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
