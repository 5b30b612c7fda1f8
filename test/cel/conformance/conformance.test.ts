import { mismatch, mustFail } from './run.ts';
import { CASES } from './suite.ts';

const FILES = [...new Set(CASES.map(({ file }) => file))];

describe.each(FILES)('%s', (name) => {
  const cases = CASES.filter(({ file }) => file === name).map(
    (each) => [each.name, each.expr, each] as const,
  );
  test.each(cases)('%s: %s', (_, __, each) => {
    const reason = mustFail(each);
    if (reason === undefined) expect(mismatch(each)).toBeUndefined();
    // A case that passes by surprise must leave the list.
    else expect(mismatch(each)).toBeDefined();
  });
});

test('the suite is complete', () => {
  const inScope = CASES.filter((each) => mustFail(each) === undefined);
  expect([CASES.length, inScope.length]).toEqual([2344, 2344]);
});
