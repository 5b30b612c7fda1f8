import { parseCookies } from '../../../src/engine/request/cookies.ts';

test.each<[string, [string, string[]][]]>([
  ['', []],
  ['a=1', [['a', ['1']]]],
  [
    'a=1; b=2;c=3',
    [
      ['a', ['1']],
      ['b', ['2']],
      ['c', ['3']],
    ],
  ],
  ['a=1; a=2', [['a', ['1', '2']]]],
  [
    'a="quoted"; b="',
    [
      ['a', ['quoted']],
      ['b', ['"']],
    ],
  ],
  ['a=b=c', [['a', ['b=c']]]],
  ['A=%20', [['A', ['%20']]]],
  ['nameless; =x; ;', []],
  ['__proto__=1', [['__proto__', ['1']]]],
])('%j', (header, expected) => {
  expect([...parseCookies(header)]).toEqual(expected);
});
