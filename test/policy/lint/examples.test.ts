import type { Diagnostic } from '../../../src/diagnostic/diagnostic.ts';
import { replayExample } from '../../support/replay-example.ts';
import { compiledCase, goldenCases, NOW } from '../golden.ts';

const cases = goldenCases().filter(({ expected }) => expected.includes('\nexample: '));

/** Codes of warnings about callers and requests, each with an example. */
const WITH_EXAMPLES: readonly Diagnostic['code'][] = [
  'claim_not_a_time',
  'dotted_claim',
  'nobody_admitted',
  'open_allow',
  'open_route',
  'pattern_compared',
  'principal_never_admitted',
];

describe('the examples of warnings', () => {
  test.each(cases.map((each) => [each.name, each] as const))(
    'of %s are answered as they say',
    async (_, golden) => {
      const { set, diagnostics } = compiledCase(golden.files);
      if (set === undefined) throw new Error('the folder has errors');
      const examples = diagnostics.flatMap(({ examples = [] }) => examples);
      expect(examples).not.toEqual([]);
      for (const example of examples) {
        const { shown, answered } = await replayExample(example, set, NOW);
        expect({ example, answered }).toEqual({
          example,
          answered: expect.arrayContaining([shown]) as string[],
        });
      }
    },
  );

  test.each(WITH_EXAMPLES)('every %s has one', (code) => {
    const found = cases.flatMap(({ files }) =>
      compiledCase(files).diagnostics.filter((each) => each.code === code),
    );
    expect(found).not.toEqual([]);
    expect(found.filter(({ examples = [] }) => examples.length === 0)).toEqual([]);
  });
});
