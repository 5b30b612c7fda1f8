import { RE2JS } from 're2js';
import { compilePattern } from '../../../src/cel/regex/pattern.ts';
import { MAX_INSTRUCTIONS, patternSize } from '../../../src/cel/regex/pattern-size.ts';

test.each([
  ['abc', 3],
  ['a{5}', 10],
  ['a{2,5}', 10],
  ['a{2,}', 6],
  ['(abc){10}', 60],
  ['((a{10}){10}){10}', 2_330],
  ['[^]a-z\\]]{4}', 8],
  ['\\p{Greek}{3}', 6],
  ['\\x{10FFFF}', 1],
  ['a\\{5}', 4],
  ['a{,5}', 5],
  ['\\Q{9}\\E', 1],
])('the size of %j is %d', (pattern, size) => {
  expect(patternSize(pattern)).toBe(size);
});

test.each([
  '^/orders/[0-9]+(/items)?$',
  '(abc){300}',
  '(\\w{1,30}x){1,9}',
  '^([a-z]{2,8}-){3,5}[0-9]{1,20}$',
  '(?i)(foo|bar|baz){50}',
  '[a-cx-z]{1000}\\d{900}',
])('RE2 compiles %j to no more than a small multiple of it', (pattern) => {
  expect(RE2JS.compile(pattern).programSize()).toBeLessThanOrEqual(2 * patternSize(pattern) + 8);
});

test('a pattern that is short and large is not compiled', () => {
  const pattern = `(${'abcdefgh'.repeat(10)}){1000}`;
  expect(patternSize(pattern)).toBeGreaterThan(MAX_INSTRUCTIONS);
  expect(compilePattern(pattern)).toEqual({ problem: 'too large with its repetitions written out' });
});

test('unbalanced brackets and long texts have a size', () => {
  for (const text of ['(((', ')))', '[', '\\', '(?:', '{3}', '\\p{'])
    expect(patternSize(text)).toBeGreaterThanOrEqual(0);
  expect(patternSize('('.repeat(100_000))).toBe(200_000);
});
