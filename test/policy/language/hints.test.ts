import { parseRate } from '../../../src/engine/limit/rate.ts';
import { parseDuration } from '../../../src/policy/language/duration.ts';
import { durationHint, rateHint, synonym, wholeNumberHint } from '../../../src/policy/language/hints.ts';

/** The first text in backticks. */
function proposed(help: string | undefined): string {
  return /`([^`]+)`/.exec(help ?? '')?.[1] ?? '';
}

test.each([
  ['1d', '24h'],
  ['2 weeks', '336h'],
  ['5 min', '5m'],
  ['1 hour', '1h'],
  ['2.5s', '2500ms'],
  ['30S', '30s'],
])('the duration %s is written %s', (text, own) => {
  expect(proposed(durationHint(text))).toBe(own);
  expect(parseDuration(own)).toBeGreaterThan(0);
});

test.each(['', 'soon', '0d', '1.0001ms', '1 month', '-1d', '1h 30m', '5'])(
  'no duration is like %j',
  (text) => {
    expect(durationHint(text)).toBeUndefined();
  },
);

test.each([
  ['100 / minute', 'write `100/m`'],
  ['100/SEC', 'write `100/s`'],
  ['2 per s', 'write `2/s`'],
  ['0.5/s', 'write `30/m` with `burst: 1`'],
  ['10 per 5 min', 'write `10/5m`'],
  ['7/week', 'write `7/7d`'],
  ['10/500ms', 'write `20/s` with `burst: 10`'],
  ['1.5/5m', 'write `18/h` with `burst: 2`'],
])('the rate %s: %s', (text, help) => {
  expect(rateHint(text)).toBe(help);
  expect(parseRate(proposed(help)).problem).toBeUndefined();
});

test.each(['', '100', '0/s', '1/0s', '1/400d', '100000001/s', '100/month', 'a/s'])(
  'no rate is like %j',
  (text) => {
    expect(rateHint(text)).toBeUndefined();
  },
);

test.each([
  ['405', 'write `405`'],
  ['16Ki', 'write `16384`'],
  ['1 MiB', 'write `1048576`'],
  ['1K', undefined],
  ['1.5', undefined],
  ['many', undefined],
])('the whole number %s: %s', (text, help) => {
  expect(wholeNumberHint(text)).toBe(help);
});

test('a synonym is proposed only where its word is known', () => {
  expect(synonym('Audit', ['enforce', 'shadow'])).toBe('shadow');
  expect(synonym('audit', ['allow', 'deny'])).toBeUndefined();
});
