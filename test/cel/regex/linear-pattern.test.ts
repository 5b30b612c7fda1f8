import { RE2JS } from 're2js';
import { linearPattern } from '../../../src/cel/regex/linear-pattern.ts';
import { readPattern } from '../../../src/cel/regex/pattern-syntax.ts';
import { pick, seeded } from '../../support/seeded.ts';

function linear(pattern: string): RegExp | undefined {
  const syntax = readPattern(pattern);
  return syntax && linearPattern(syntax)?.pattern;
}

test.each([
  '^/api/v[0-9]+/users/[a-z0-9-]+/?$',
  '^/(public|static|assets|health)(/.*)?$',
  '^spiffe://[^/]+/ns/[^/]+/sa/[^/]+$',
  '^(GET|POST|PUT)$',
  '^(?:ab|ac)*x',
  '^[a-z]+@[a-z]+\\.example$',
  '^[A-Z]{3}-[0-9]{1,4}$',
  '^$',
])('%s runs on the engine of JavaScript', (pattern) => {
  expect(linear(pattern)).toBeInstanceOf(RegExp);
});

test.each([
  ['^(a+)+$', 'two ways around'],
  ['^(a|aa)+$', 'alternatives that begin alike'],
  ['^(a|ab)(c|bcd)$', 'one alternative is the beginning of another'],
  ['^a*a$', 'what follows can be one more of the same'],
  ['^(a?)*$', 'a round that gets nowhere'],
  ['^.*/admin$', 'any character may be the slash'],
  ['^a{1,100}a{1,100}$', 'counts that share characters'],
  ['abc', 'it may begin anywhere'],
  ['^a|b', 'only one side is anchored'],
  ['^(?i)a$', 'other cases of a letter are not thought of'],
  ['^\\bword', 'word boundaries are not thought of'],
  ['^a*?b', 'a repetition that prefers less'],
  ['^[[:alpha:]]$', 'named classes are not thought of'],
  ['^\\pL$', 'Unicode classes are not thought of'],
  ['^[!-\\d]$', 'a range that ends in no one character'],
  ['^a{1001}$', 'too many of them'],
  ['^([a-z]{1,40}-){1,40}$', 'too many characters written out'],
])('%s does not: %s', (pattern) => {
  expect(linear(pattern)).toBeUndefined();
});

const ATOMS = [
  'a',
  'b',
  'c',
  'ab',
  'x',
  'é',
  '😀',
  'K',
  'ſ',
  'GET',
  'POST',
  'PUT',
  '/',
  '-',
  ' ',
  '#',
  '&',
  '~',
  '\0',
  '.',
  '\\.',
  '\\/',
  '\\-',
  '\\[',
  '\\\\',
  '\\n',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\W',
  '\\S',
  '[abc]',
  '[a-z]',
  '[^/]',
  '[^a]',
  '[é-ü]',
  '[^é]',
  '[😀-😂]',
  '[a-c\\d_-]',
  '[^\\s]',
  '[\\]a]',
  '[-a]',
  '[a-]',
  '[\\^a]',
] as [string, ...string[]];
const REPEATS = ['', '', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '{0,3}', '{0}'] as const;
const TEXTS = [
  'a',
  'b',
  'c',
  'ab',
  'x',
  'A',
  'K',
  'K',
  'ſ',
  'é',
  'ü',
  '😀',
  '😂',
  'GET',
  'POST',
  'PUT',
  '/',
  '.',
  '-',
  '1',
  '_',
  ' ',
  '\n',
  '\r',
  '\u2028',
  '\xA0',
  '﻿',
  '\0',
  '\ud800',
  '\udc00',
  '[',
  ']',
  '\\',
  '^',
  '#',
  '&',
  '~',
] as [string, ...string[]];

function times(random: () => number, most: number, make: () => string): string[] {
  return Array.from({ length: Math.floor(random() * most) }, make);
}

function pattern(random: () => number, depth: number): string {
  const parts = times(random, 4, () => {
    const isGroup = depth > 0 && random() < 0.25;
    const alternatives = () =>
      [0, ...times(random, 3, () => '')].map(() => pattern(random, depth - 1)).join('|');
    const atom = isGroup ? `${pick(random, ['(', '(?:'])}${alternatives()})` : pick(random, ATOMS);
    return atom + pick(random, REPEATS);
  });
  return pick(random, ATOMS) + parts.join('');
}

test('20,000 random patterns: what JavaScript runs matches what RE2 matches', () => {
  const random = seeded(7);
  let accepted = 0;
  for (let done = 0; done < 20_000; done++) {
    const source = `^${pattern(random, 2)}${pick(random, ['$', '$', ''])}`;
    const regexp = linear(source);
    if (regexp === undefined) continue;
    accepted++;
    const re2 = RE2JS.compile(source);
    const echo = source.replaceAll(/[\^$()|?*+{}[\]\\]/g, '');
    for (let round = 0; round < 12; round++) {
      const text = round === 0 ? echo : times(random, 8, () => pick(random, TEXTS)).join('');
      if (regexp.test(text) === re2.test(text)) continue;
      expect({ source, text, matches: regexp.test(text) }).toEqual({ source, text, matches: re2.test(text) });
    }
  }
  expect(accepted).toBeGreaterThan(5000);
});

test('none of them backtracks over a long string', () => {
  const random = seeded(11);
  let accepted = 0;
  for (let done = 0; done < 400; done++) {
    const source = `^${pattern(random, 2)}${pick(random, ['$', '$', ''])}`;
    const regexp = linear(source);
    if (regexp === undefined) continue;
    accepted++;
    // A backtracking engine would never finish any of these.
    for (const unit of [
      'a',
      'ab',
      'abc',
      '/',
      'a/',
      'é',
      '😀',
      source.replaceAll(/[\^$()|?*+{}[\]\\]/g, '') || 'a',
    ]) {
      regexp.test(`${unit.repeat(100_000 / unit.length)}!`);
    }
  }
  expect(accepted).toBeGreaterThan(100);
});
