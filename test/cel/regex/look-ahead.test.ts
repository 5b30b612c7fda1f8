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
])('behind a match of %s only so much is read', (pattern) => {
  expect(lookAhead(readPattern(pattern))).toBeLessThan(30);
});

test.each([
  ['[ab]*c|a', 'the first alternative goes on while the second matches'],
  ['a.*b|a', 'the same'],
  ['a(?:b*c)?', 'what is optional may be long'],
  ['(?:a.*b)?', 'an empty match is one everywhere'],
  ['".*"', 'the second mark may be one of many'],
  ['x[ab]*c|b', 'an attempt that began earlier goes on'],
  ['(?i)a', 'flags are not thought of'],
  ['\\bword', 'word boundaries are not thought of'],
  ['[', 'it is no pattern'],
])('behind a match of %s there is no end: %s', (pattern) => {
  expect(lookAhead(readPattern(pattern))).toBe(Infinity);
});
