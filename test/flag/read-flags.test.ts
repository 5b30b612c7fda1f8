import { type Flags, memberOf, Problem } from '../../src/flag/flag.ts';
import { oneOf, percentage, positiveNumber, text, trueOrFalse, wholeNumber } from '../../src/flag/parsers.ts';
import { type FlagSource, readFlags } from '../../src/flag/read-flags.ts';

const FLAGS = {
  name: { value: 'NAME', parse: text, doc: 'a name' },
  'max-count': { value: 'N', parse: wholeNumber, default: '7', doc: 'a count' },
  tag: { value: 'TAG', parse: text, repeatable: true, doc: 'a tag' },
  form: { value: 'FORM', choices: ['human', 'json'], default: 'human', doc: 'a form' },
  strict: { doc: 'a switch' },
} as const satisfies Flags;

function given(texts: FlagSource['texts'], prefix = '--'): FlagSource {
  return { texts, nameOf: (flag) => `${prefix}${flag}` };
}

test('without a source, each flag has its default', () => {
  const { values } = readFlags(FLAGS, []);
  expect(values).toEqual({ name: undefined, maxCount: 7, tag: [], form: 'human', strict: false });
});

test('the first source that has a flag decides it', () => {
  const sources = [given({ name: 'a', strict: 'true' }), given({ name: 'b', tag: ['x', 'y'], form: 'json' })];
  const { values } = readFlags(FLAGS, sources);
  expect(values).toEqual({ name: 'a', maxCount: 7, tag: ['x', 'y'], form: 'json', strict: true });
});

test('a problem of several equal values is reported once', () => {
  const flags = {
    tag: { value: 'TAG', parse: () => new Problem('is wrong'), repeatable: true, doc: 'a tag' },
  } as const;
  expect(readFlags(flags, [given({ tag: ['', ''] })]).problems).toEqual(['--tag: `` is wrong']);
});

test('a repeatable flag that is given once is a list', () => {
  expect(readFlags(FLAGS, [given({ tag: 'x' })]).values?.tag).toEqual(['x']);
});

test('the types of the values follow from the rows', () => {
  const { values } = readFlags(FLAGS, []);
  if (values === undefined) throw new Error('the defaults are valid');
  const name: string | undefined = values.name;
  const count: number = values.maxCount;
  const tags: readonly string[] = values.tag;
  const form: 'human' | 'json' = values.form;
  const strict: boolean = values.strict;
  // @ts-expect-error -- a flag without a default can be undefined
  const required: string = values.name;
  expect([name, count, tags, form, strict, required]).toHaveLength(6);
});

test('all problems are reported at once, each with the name of the flag as it was written', () => {
  const sources = [given({ 'max-count': '-1' }), given({ form: 'xml', strict: 'yes', name: 'a' }, 'FORM_')];
  const read = readFlags(FLAGS, sources);
  expect(read).toEqual({
    problems: [
      '--max-count: `-1` is not a whole number',
      'FORM_form: `xml` is not a known value; write human or json',
      'FORM_strict: `yes` is neither `true` nor `false`',
    ],
    valid: { name: 'a', tag: [] },
  });
});

test('the member of a flag is in camelCase', () => {
  expect(['a', 'drain-timeout', 'tls-client-ca', 'clientProcessId'].map(memberOf)).toEqual([
    'a',
    'drainTimeout',
    'tlsClientCa',
    'clientProcessId',
  ]);
});

test.each<readonly [string, (text: string) => unknown, string, unknown]>([
  ['a whole number', wholeNumber, '0', 0],
  ['the largest exact integer', wholeNumber, '9007199254740991', 9_007_199_254_740_991],
  ['an integer that is not exact', wholeNumber, '9007199254740993', 'is not a whole number'],
  ['a number with an exponent', wholeNumber, '1e3', 'is not a whole number'],
  ['an empty number', wholeNumber, '', 'is not a whole number'],
  ['zero where one is the least', positiveNumber, '0', 'is not a whole number above zero'],
  ['one', positiveNumber, '1', 1],
  ['a percentage with a fraction', percentage, '99.5', 99.5],
  ['a percentage above 100', percentage, '100.1', 'is not a number from 0 to 100'],
  ['a negative percentage', percentage, '-1', 'is not a number from 0 to 100'],
  ['true', trueOrFalse, 'true', true],
  ['a word of a list', oneOf(['a', 'b', 'c']), 'b', 'b'],
  ['another word', oneOf(['a', 'b', 'c']), 'd', 'is not a known value; write a, b or c'],
  ['another word than the only one', oneOf(['a']), 'd', 'is not a known value; write a'],
])('%s', (_, parse, written, expected) => {
  const read = parse(written);
  expect(read instanceof Problem ? read.problem : read).toBe(expected);
});
