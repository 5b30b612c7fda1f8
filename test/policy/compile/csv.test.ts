import { parseCsv } from '../../../src/policy/compile/csv.ts';

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '\uFEFFa,b\r\n1,2\r\n3,4',
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['a\rb\r', [['a'], ['b']]],
  [
    ' a , b \n\t1\t,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\n"x, y",  "z "  \n',
    [
      ['a', 'b'],
      ['x, y', 'z '],
    ],
  ],
  ['a\n"say ""yes"""\n', [['a'], ['say "yes"']]],
  ['a\n"two\nlines"\n', [['a'], ['two\nlines']]],
  [
    'a,b\n\n  \n1,\n',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  ['a\n""\n', [['a'], ['']]],
  ['', []],
])('%j is %j', (text, expected) => {
  expect(parseCsv(text).records?.map(({ fields }) => fields)).toEqual(expected);
});

test.each([
  ['a,b\n1\n', '1 values, and the first line has 2', 2],
  ['a\n"x\ny\n', 'a quote is not closed', 2],
  ['a\nx"y"\n', 'a quote within a value; put the whole value in quotes', 2],
  ['a\n\n"x"y\n', 'text after the closing quote of a value', 3],
])('%j: %s', (text, problem, line) => {
  expect(parseCsv(text)).toEqual({ problem, line });
});

test('a record has the line on which it starts', () => {
  const { records } = parseCsv('a\n\n"two\nlines"\nb\n');
  expect(records?.map(({ line }) => line)).toEqual([1, 3, 5]);
});
