import { parseClosely, parseJson } from '../../../src/engine/request/json.ts';
import { quickValue } from '../../../src/engine/request/quick-json.ts';
import { seeded } from '../../support/seeded.ts';

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  '"a"',
  '"A"',
  '"a":',
  '"b" :',
  '"A":',
  '"__proto__":',
  '"\\u0061":',
  '"\\"":',
  '"é":',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '0',
  '-1.5',
  '1e3',
  '9007199254740993',
  '0.1234567890123456',
  '01',
  'true',
  'null',
  '"',
  '\\',
  '{"a":1,"b":2}',
  '{"a":{"a":1}}',
];

test('texts are read as character by character, whichever way is taken', () => {
  const random = seeded(11);
  const one = (): string => PIECES[Math.floor(random() * PIECES.length)] ?? '';
  let quick = 0;
  for (let at = 0; at < 20_000; at += 1) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 8) }, one).join('');
    const text = random() < 0.5 ? `{"k":${parts}}` : parts;
    const ambiguity = random() < 0.5;
    const closely = parseClosely(text, 'exact', ambiguity);
    if (quickValue(text, 64, ambiguity) !== undefined) quick += 1;
    expect([text, parseJson(text, { refusesAmbiguity: ambiguity })]).toEqual([text, closely]);
  }
  expect(quick).toBeGreaterThan(300);
});

test.each([
  ['{"a":1,"a":2}', 'the same member twice at line 1, column 8'],
  ['{"a":":","a":2}', 'the same member twice at line 1, column 10'],
  ['{"aB" :1,"Ab" :2}', 'two members that differ only in case at line 1, column 10'],
  ['"\\ud800"', 'half of a surrogate pair at line 1, column 2'],
  ['{"\\udc00":1}', 'half of a surrogate pair at line 1, column 3'],
  ['"\\ud800\\ud800"', 'half of a surrogate pair at line 1, column 2'],
  ['"\\ud83d\\ude00\\ude00"', 'half of a surrogate pair at line 1, column 14'],
])('%s is refused', (text, problem) => {
  expect(parseJson(text, { refusesAmbiguity: true })).toMatchObject({ problem });
});

test('a pair of surrogates is a character', () => {
  expect(parseJson('"\\ud83d\\ude00"', { refusesAmbiguity: true })).toEqual({ value: '\u{1f600}' });
});
