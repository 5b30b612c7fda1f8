import { lookAhead } from '../../../src/cel/regex/look-ahead.ts';
import { readPattern } from '../../../src/cel/regex/pattern-syntax.ts';

test.each([
  '\\d+',
  'id:\\d+',
  'item-(\\w+)',
  '[^/]+',
  '(\\w+)=(\\w+)',
  '"[^"]*"',
  '[a-z]+@[a-z]+\\.example',
  'ab|abc',
  'a{2,5}',
  '(?:ab)*',
  '^.*a',
  'a.*b$',
  '',
])('the characters read after a match of %s are bounded', (pattern) => {
  expect(lookAhead(readPattern(pattern))).toBeLessThan(30);
});

test.each([
  ['[ab]*c|a', 'the first alternative continues while the second matches'],
  ['a.*b|a', 'the same'],
  ['a(?:b*c)?', 'the optional part may be long'],
  ['(?:a.*b)?', 'an empty match is possible everywhere'],
  ['".*"', 'the second quote may be one of many'],
  ['x[ab]*c|b', 'an attempt that began earlier continues'],
  ['(?i)a', 'flags are not analyzed'],
  ['\\bword', 'word boundaries are not analyzed'],
  ['[', 'it is not a valid pattern'],
])('the characters read after a match of %s are unbounded: %s', (pattern) => {
  expect(lookAhead(readPattern(pattern))).toBe(Infinity);
});
