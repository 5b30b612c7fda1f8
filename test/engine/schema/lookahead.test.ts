import { linearRegExp, PatternError } from '../../../src/engine/schema/pattern.ts';

/** A decimal number as pydantic describes it. */
const DECIMAL = '^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$';

describe('lookaheads at the start of a pattern', () => {
  test.each([
    [DECIMAL, ['1', '-1.50', '.5', '0', '+7.'], ['', '.', '-', '+.', '1.2.3', 'x', '1 ', '1\n']],
    ['^(?=.*\\d)(?=.*[a-z])(?!.* ).{4,}$', ['abc1', '1xyz'], ['abcd', '1234', 'a1', 'abc 1']],
    ['^(?!(?:admin|root)$)[a-z]+$', ['adminx', 'user'], ['admin', 'root', '']],
    ['^(?![)|\\]]x|\\))[^a]*$', ['x', '|', ']'], [')', '|x', ']x', 'a']],
    ['^(?=a)', ['a', 'ab'], ['b', '']],
  ])('%s', (pattern, fitting, others) => {
    const [ours, platform] = [linearRegExp(pattern, 'u'), new RegExp(pattern, 'u')];
    for (const text of [...fitting, ...others]) {
      expect([text, ours.test(text)]).toEqual([text, fitting.includes(text)]);
      expect([text, platform.test(text)]).toEqual([text, fitting.includes(text)]);
    }
  });

  test('a long text is matched in linear time', () => {
    expect(linearRegExp('^(?!(?:a+)+b)(?=(?:a|aa)+c?$).*$', 'u').test('a'.repeat(100_000))).toBe(true);
  });
});

test.each(['(?=x)', 'a(?!b)', '^(?=a)b|c', '^(?:(?=a)b)$', '^(?=a(?=b))', '^(?=a)*b'])(
  'a lookahead elsewhere is refused: %s',
  (pattern) => {
    expect(() => linearRegExp(pattern, 'u')).toThrow(PatternError);
  },
);

test.each([
  ['(?<=a)b', 'the pattern `(?<=a)b` has a lookbehind (`(?<=`), which is not supported'],
  ['(a)\\1', 'the pattern `(a)\\1` has a back reference (`\\1`), which is not supported'],
  ['(?<x>a)\\k<x>', 'the pattern `(?<x>a)\\k<x>` has a back reference (`\\k`), which is not supported'],
])('%s is refused, and the message names the part', (pattern, message) => {
  expect(() => linearRegExp(pattern, 'u')).toThrow(message);
});
