import { goldenCases, seen } from './golden.ts';

/** Help with a text that the author is told to write. */
const EXACT =
  /\b(?:write|write it as|use|replace it by|did you mean|put it in quotes:|write a list:) `([^`]+)`/;

/** Help with such a text that no single edit carries out, with the reason. */
const WITHOUT_FIX: readonly (readonly [RegExp, string])[] = [
  [
    /` (?:or|and) `|`, `[^`]+`,? or `|, or write |, or (?:test|`others|quote)/,
    'one of several texts, by what is meant',
  ],
  [/did you mean `contains`\? for a list/, 'one of several texts, by the type of the value'],
  [/\.\.\.|CODE|FIELD|NAME/, 'a place for a text of the author'],
  [/write it as `(?:has|cel\.bind)\(/, 'the form of a macro, with places for its arguments'],
  [
    /, and (?:`when: |compare|the path|test)|for every peer|` beside `jwt`|, without `name`/,
    'something is written in a second place as well',
  ],
  [/with `(?:burst|cost): /, 'another field is written as well'],
  [/an expression assigns nothing/, 'the value is written in a second place'],
  [/write `when: \|`/, 'the lines of the block are written anew'],
  [/^advice-openapi write `from: /, 'a new member of the rule, beside those that it has'],
  [/^advice-openapi did you mean `\/api/, 'a part of a text that also has methods'],
  [/^openapi-documents write `required: true`/, 'a new member, beside those of the parameter'],
  [
    /^openapi-hints write `\/orders\/\{id\}`/,
    'the path is the key of the operations, not where the mistake is',
  ],
  [/^openapi-hints write `schema: /, 'members of the parameter become those of its schema'],
  [/^schema-hints write `prefixItems`, or name/, 'one of several texts, by the dialect that is meant'],
  [/^cel-names .*`request\.method`/, 'the key in brackets becomes a field'],
  [/^advice-pairs-of-comparisons .*`!\(source\.port in \[1, 2\]\)`/, 'another condition is between the two'],
];

const found = new Set<readonly unknown[]>();

describe('help with an exact text', () => {
  test.each(goldenCases().map((each) => [each.name, each] as const))('%s: has a fix', (name, { files }) => {
    const bare = seen(files).found.flatMap(({ fix, help = '', message, span }) => {
      if (fix !== undefined || !EXACT.test(help)) return [];
      const row = WITHOUT_FIX.find(([form]) => form.test(`${name} ${help}`));
      if (row !== undefined) found.add(row);
      return row === undefined ? [`${span.file}:${span.start.line} ${message}: ${help}`] : [];
    });
    expect(bare).toEqual([]);
  });

  test('an exception is listed only if it is needed', () => {
    expect(WITHOUT_FIX.filter((row) => !found.has(row))).toEqual([]);
  });
});
