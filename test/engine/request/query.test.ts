import { parseQuery } from '../../../src/engine/request/query.ts';

test.each<[string, [string, string[]][]]>([
  ['', []],
  ['a=1', [['a', ['1']]]],
  [
    'a=1&b=2&a=3',
    [
      ['a', ['1', '3']],
      ['b', ['2']],
    ],
  ],
  ['a+b=c+d', [['a b', ['c d']]]],
  ['a=%2B%252B', [['a', ['+%2B']]]],
  ['a', [['a', ['']]]],
  ['=x', [['', ['x']]]],
  ['&&a=1&', [['a', ['1']]]],
  ['?a=1', [['?a', ['1']]]],
  ['a=b=c', [['a', ['b=c']]]],
  ['a=%zz', [['a', ['%zz']]]],
  ['a=%ff', [['a', ['\ufffd']]]],
  ['a=1;b=2', [['a', ['1;b=2']]]],
  [
    '__proto__=x&constructor=y',
    [
      ['__proto__', ['x']],
      ['constructor', ['y']],
    ],
  ],
])('%j', (raw, expected) => {
  expect([...parseQuery(raw)]).toEqual(expected);
});
