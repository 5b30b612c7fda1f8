import { createEnvironment } from '../../../src/cel/check/environment.ts';
import { MACROS, type MacroDeclaration } from '../../../src/cel/library/macros.ts';
import { ADDED_FUNCTIONS } from '../../../src/policy/compile/added-functions.ts';
import { FUNCTION_GROUPS } from '../../support/cel-reference.ts';
import { same } from '../conformance/run.ts';
import { evaluated } from '../evaluations.ts';

const environment = createEnvironment({}, ADDED_FUNCTIONS);

/** The examples of the reference page. */
const EXAMPLES = [
  ...Object.values(FUNCTION_GROUPS).flatMap((group) => group.flatMap(({ examples }) => examples)),
  ...Object.values<MacroDeclaration>(MACROS).flatMap(({ examples }) => examples),
];

test.each(EXAMPLES)('%s is %s', (source, value) => {
  const outcome = evaluated(source, environment);
  if (value === 'error') expect(outcome).toMatchObject({ failure: expect.any(String) });
  else
    expect({ outcome, isSame: same(outcome, evaluated(value, environment)) }).toEqual({
      outcome,
      isSame: true,
    });
});

test('every function has a doc string and an example, except the operator that another one shows', () => {
  const bare = Object.values(FUNCTION_GROUPS)
    .flat()
    .filter(({ doc, examples }) => doc === '' || doc.includes('\n') || examples.length === 0);
  expect(bare.map(({ name }) => name)).toEqual(['_[?_]']);
});

test('no name is declared twice, except the one for strings and for SPIFFE IDs', () => {
  const names = Object.values(FUNCTION_GROUPS)
    .flat()
    .map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual(['matches']);
});
