import { MAX_JSON_DEPTH, parseJson } from '../../../src/engine/request/json.ts';
import { pick, seeded } from '../../support/seeded.ts';

describe('a JSON text is parsed as by JSON.parse', () => {
  test.each([
    'null',
    ' true ',
    '-0',
    '1.5e+3',
    '1e99',
    '9007199254740991',
    '-9007199254740991',
    '0.1000000000000000055511151231257827',
    '0e-999',
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

describe('a number', () => {
  test.each<[string, bigint | number]>([
    ['9007199254740992', 9_007_199_254_740_992n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    // Whole: otherwise a comparison with the next integer, as doubles, would hold.
    ['9007199254740992.0', 9_007_199_254_740_992n],
    ['1e18', 1_000_000_000_000_000_000n],
    ['1.0', 1],
    ['6.022e23', 6.022e23],
    ['1.10', 1.1],
  ])('%s is exact or the nearest double', (text, value) => {
    expect(parseJson(text)).toEqual({ value });
  });

  const WIDE = 'an integer of more than 64 bits';
  const INEXACT = 'a number that no double holds exactly';
  test.each([
    ['9223372036854775808', WIDE],
    ['-9223372036854775809', WIDE],
    ['18446744073709551615', WIDE],
    ['123456789012345678901234567890', WIDE],
    [`1${'0'.repeat(60_000)}`, WIDE],
    ['1e19', WIDE],
    ['9007199254740993.0', INEXACT],
    ['9007199254740993e0', INEXACT],
    ['900719925474099300e-2', INEXACT],
    ['12345678901234567.5', INEXACT],
    ['1e999', INEXACT],
    ['-1e999', INEXACT],
    ['1e-999', INEXACT],
  ])('that loses digits is refused: %s', (text, what) => {
    expect(parseJson(text)).toMatchObject({ problem: `${what} at line 1, column 1` });
    expect(parseJson(`{"a":[ ${text}]}`)).toMatchObject({ problem: `${what} at line 1, column 8` });
    expect(parseJson(text, { numbers: 'doubles' })).toEqual({ value: JSON.parse(text) });
  });

  test('beyond 2^53 changes nothing of the values around it', () => {
    const rest = '"__proto__":{"é\\"\\\\":[true,false,null,"\\u0041",-1.5e3,{},[]]},"":" a:,]} "';
    const { value } = parseJson(` {"id" :9007199254740993 ,${rest}} `);
    expect(Object.entries(value as object)).toEqual([
      ['id', 9_007_199_254_740_993n],
      ...Object.entries(JSON.parse(`{${rest}}`) as object),
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('members that differ only in case', () => {
  test.each([
    ['{"amount":1,"Amount":2}', 13],
    ['[{"b":{"aB":1,"Ab":2}}]', 15],
    ['{"k":1,"\u212a":2}', 8],
    ['{"s":1,"\u017f":2}', 8],
    ['{"\u0041":1,"a":2}', 8],
    ['{"STRASSE":1,"straße":2}', 14],
  ])('are refused on request: %s', (text, column) => {
    const problem = `two members that differ only in case at line 1, column ${column}`;
    expect(parseJson(text, { refusesAmbiguity: true })).toMatchObject({ problem });
    expect(parseJson(text).problem).toBeUndefined();
  });

  test.each(['{"a":{"B":1},"b":{"b":1}}', '{"ab":1,"AC":2}', '[{"a":1},{"A":1}]'])(
    'are not in %s',
    (text) => {
      expect(parseJson(text, { refusesAmbiguity: true }).problem).toBeUndefined();
    },
  );

  test('are told apart from duplicates', () => {
    const { problem } = parseJson('{"Ab":1,"Ab":2}', { refusesAmbiguity: true });
    expect(problem).toBe('the same member twice at line 1, column 9');
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
