import type { JsonValue } from '../../../../src/engine/request/attributes.ts';
import { DIALECT_NAMES, type DialectName } from '../../../../src/engine/schema/dialects.ts';
import { compileJsonSchema } from '../../../../src/engine/schema/json-schema.ts';
import { MUST_FAIL } from './must-fail.ts';
import { type Group, remotes, suiteFiles } from './suite.ts';

/** Cases of the suite by dialect: those that every validator must pass, and the optional ones. */
const COUNTS: Readonly<Record<DialectName, readonly [required: number, optional: number]>> = {
  'draft-04': [610, 253],
  'draft-06': [829, 320],
  'draft-07': [913, 552],
  '2019-09': [1_227, 637],
  '2020-12': [1_257, 649],
};

const DOCUMENTS = remotes();
const ENTRY = 'http://suite.example/schema.json';

/** Descriptions of the cases of a group that come out otherwise than the suite says. */
function failuresOf(group: Group, dialect: DialectName): readonly string[] {
  const documents = new Map<string, JsonValue>([...DOCUMENTS, [ENTRY, group.schema]]);
  const { schema } = compileJsonSchema({ documents, entry: ENTRY, dialect });
  return group.tests.flatMap(({ description, data, valid }) => {
    const denial = schema?.validate(data);
    // A refused body has errors, which another evaluation of the schema finds.
    const isExplained = denial === undefined || (denial.errors?.length ?? 0) > 0;
    const passes = schema !== undefined && (denial === undefined) === valid && isExplained;
    return passes ? [] : [description];
  });
}

function expectedFailures(dialect: DialectName, path: string, group: string): readonly string[] {
  return MUST_FAIL.filter(
    ({ dialects, file, group: name }) => dialects.includes(dialect) && file === path && name === group,
  ).flatMap(({ cases }) => cases);
}

describe.each(DIALECT_NAMES)('the JSON Schema test suite for %s', (dialect) => {
  const files = suiteFiles(dialect);

  test.each(files.map((file) => [file.path, file] as const))('%s', (path, { groups }) => {
    for (const group of groups) {
      const failed = { group: group.description, failed: failuresOf(group, dialect) };
      expect(failed).toEqual({
        group: group.description,
        failed: expectedFailures(dialect, path, group.description),
      });
    }
  });

  test('has as many cases as ever', () => {
    const count = (isOptional: boolean): number =>
      files
        .filter(({ path }) => path.startsWith('optional/') === isOptional)
        .flatMap(({ groups }) => groups.flatMap(({ tests }) => tests)).length;
    expect([count(false), count(true)]).toEqual(COUNTS[dialect]);
  });
});

test('the cases that fail are in the suite, each with a reason', () => {
  for (const { dialects, file, group, cases, reason } of MUST_FAIL) {
    expect(reason).not.toBe('');
    for (const dialect of dialects) {
      const found = suiteFiles(dialect).find(({ path }) => path === file)?.groups;
      const tests = found?.find(({ description }) => description === group)?.tests ?? [];
      expect(tests.map(({ description }) => description)).toEqual(expect.arrayContaining([...cases]));
    }
  }
});
