import { RE2JS } from 're2js';
import { linearRegExp } from '../../../src/engine/schema/pattern.ts';
import { isPlainPattern } from '../../../src/engine/schema/plain-pattern.ts';
import { seeded } from '../../support/seeded.ts';

test.each([
  '^[A-Z]{3}-[0-9]{4}$',
  '^a*$',
  '^\\d{1,3}-x$',
  '^[a-z0-9-]+$',
  '^[^/]+/orders$',
  '^',
  '^\\w\\W\\.\\\\$',
])('nothing can be tried again in %s', (pattern) => {
  expect(isPlainPattern(pattern)).toBe(true);
});

test.each([
  'a',
  '^(a+)+$',
  '^(?:a|a)*$',
  '^a*a*$',
  '^a+b?$',
  '^a{1,3}b{1,3}$',
  '^.*$',
  '^a|b$',
  '^\\s+$',
  '^[\\s]$',
  '^[\\W]$',
  '^é$',
  '^\\p{L}$',
  '^[[a]$',
  '^a*?$',
  '^a\\1$',
  '^a(?=b)$',
  `^${'a'.repeat(300)}$`,
])('RE2 matches %s', (pattern) => {
  expect(isPlainPattern(pattern)).toBe(false);
});

test('patterns come out as by RE2, whichever engine matches them', () => {
  const random = seeded(7);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const atoms = [
    'a',
    'B',
    '-',
    '\\d',
    '\\w',
    '\\W',
    '\\.',
    '[a-c]',
    '[^a-c]',
    '[^\\d-]',
    '[a\\-c]',
    '[.$]',
    ' ',
    '/',
  ];
  const repeats = ['', '', '', '{2}', '{0}', '*', '+', '?', '{1,2}', '{2,}'];
  const texts = [
    'a',
    'b',
    'B',
    'c',
    '-',
    '.',
    '0',
    '9',
    '_',
    '\n',
    'é',
    '\u{1f600}',
    '\u2028',
    ' ',
    '/',
    'K',
  ];
  let plain = 0;
  for (let at = 0; at < 1_000; at += 1) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => one(atoms) + one(repeats));
    const pattern = `^${parts.join('')}${one(['', '$'])}`;
    if (isPlainPattern(pattern)) plain += 1;
    const [ours, re2] = [linearRegExp(pattern, 'u'), RE2JS.compile(RE2JS.translateRegExp(pattern))];
    for (let each = 0; each < 10; each += 1) {
      const text = Array.from({ length: Math.floor(random() * 6) }, () => one(texts)).join('');
      expect([pattern, text, ours.test(text)]).toEqual([pattern, text, re2.matcher(text).find()]);
    }
  }
  expect(plain).toBeGreaterThan(300);
});

test('a long text is matched in linear time', () => {
  const pattern = linearRegExp('^[a-z]*[0-9]{100}$', 'u');
  const before = performance.now();
  expect(pattern.test('a'.repeat(1_000_000))).toBe(false);
  expect(performance.now() - before).toBeLessThan(2_000);
});
