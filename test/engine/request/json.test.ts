import { MAX_JSON_DEPTH, parseJson } from '../../../src/engine/request/json.ts';
import { pick, seeded } from '../../support/seeded.ts';

describe('a JSON text is parsed as by JSON.parse', () => {
  test.each([
    'null',
    ' true ',
    '-0',
    '1.5e+3',
    '1e999',
    '123456789012345678901234567890',
    '"\\u0041\\n\\ud800"',
    '[]',
    '{}',
    '[1,[2,[3]],{"a":{"a":1}}]',
    '{"constructor":1,"toString":2}',
    '\t{\r\n"a" : [ ] }\n',
    '"\ud800"',
  ])('%j', (text) => {
    expect(parseJson(text)).toEqual({ value: JSON.parse(text) });
  });

  test('`__proto__` is a plain own key', () => {
    const { value } = parseJson('{"__proto__":{"admin":true}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('a text that is not JSON, or that parsers read differently, is rejected', () => {
  test.each([
    ['', 'an unexpected end at line 1, column 1'],
    ['{"a":1,"a":2}', 'the same member twice at line 1, column 8'],
    ['{"a":1,"\\u0061":2}', 'the same member twice at line 1, column 8'],
    ['[{"b":{"x":1,\n"y":2,"x":3}}]', 'the same member twice at line 2, column 7'],
    ['{"__proto__":1,"__proto__":2}', 'the same member twice at line 1, column 16'],
    ['{"a":1,}', 'an unexpected character at line 1, column 8'],
    ['[1,]', 'an unexpected character at line 1, column 4'],
    ['[1 2]', 'an unexpected character at line 1, column 4'],
    ['{a:1}', 'an unexpected character at line 1, column 2'],
    ['{"a" 1}', 'an unexpected character at line 1, column 6'],
    ["'a'", 'an unexpected character at line 1, column 1'],
    ['nul', 'an unexpected character at line 1, column 1'],
    ['truex', 'an unexpected character at line 1, column 5'],
    ['{"a":', 'an unexpected end at line 1, column 6'],
    ['"😀', 'an unexpected end at line 1, column 3'],
    ['"a\nb"', 'a control character at line 1, column 3'],
    ['"\\x"', 'a broken escape at line 1, column 2'],
    ['"\\u12g4"', 'a broken escape at line 1, column 2'],
    ['01', 'a malformed number at line 1, column 1'],
    ['-', 'a malformed number at line 1, column 1'],
    ['[1.]', 'a malformed number at line 1, column 2'],
    ['1e', 'a malformed number at line 1, column 1'],
    ['.5', 'an unexpected character at line 1, column 1'],
    ['NaN', 'an unexpected character at line 1, column 1'],
    ['\ufeff{}', 'an unexpected character at line 1, column 1'],
    ['[]\u0000', 'an unexpected character at line 1, column 3'],
  ])('%j', (text, problem) => {
    expect(parseJson(text)).toMatchObject({ problem });
  });

  test('the error and its offset are also given separately', () => {
    expect(parseJson('[\n1,]').fault).toEqual({ what: 'an unexpected character', at: 4 });
    expect(parseJson('[1]').fault).toBeUndefined();
  });

  test('the depth is limited', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(parseJson(nested(MAX_JSON_DEPTH))).toHaveProperty('value');
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).toMatchObject({
      problem: 'more than 64 levels at line 1, column 65',
    });
    expect(parseJson('['.repeat(1_000_000))).toHaveProperty('problem');
  });
});

test('apart from duplicate members, exactly the texts that JSON.parse accepts are accepted', () => {
  const random = seeded(7);
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-',
    '0',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '"',
    '\\',
    'u',
  ] as const;
  let accepted = 0;
  for (let round = 0; round < 50_000; round++) {
    let text = '';
    for (let length = random() * 7; length > 0; length--) text += pick(random, pieces);
    const { problem } = parseJson(text);
    if (problem?.startsWith('the same member') === true) continue;
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect({ text, valid }).toEqual({ text, valid: problem === undefined });
    if (valid) accepted++;
  }
  expect(accepted).toBeGreaterThan(500);
});
