import { check } from '../../../src/cel/check/check.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { seeded } from '../../support/seeded.ts';
import { EVALUATORS, outcomeOf, same } from '../conformance/run.ts';
import { activation, environment } from '../names.ts';
import { randomExpression } from './random-expression.ts';

/** Number of expressions in a run of the tests; `AGREEMENT=100000 make test ONLY=test/cel/interpret` tries more. */
const COUNT = Number(process.env['AGREEMENT'] ?? 4000);

function agree(a: unknown, b: unknown): boolean {
  if (a instanceof Failure || b instanceof Failure) {
    return a instanceof Failure && b instanceof Failure && a.code === b.code && a.detail === b.detail;
  }
  return same(a, b);
}

test('the interpreter and compiled code agree on values and failures', () => {
  const random = seeded(20_261_124);
  const seen = { values: 0, failures: 0, rejected: 0 };
  for (let done = 0; done < COUNT; done++) {
    const source = randomExpression(random);
    const checked = check(source, parse(source), environment);
    if (checked.problems.length > 0) {
      seen.rejected++;
      continue;
    }
    const [reference, ...others] = Object.entries(EVALUATORS).map(([name, evaluate]) => {
      return { name, outcome: outcomeOf(() => evaluate(checked, activation)) };
    });
    if (reference?.outcome instanceof Failure) seen.failures++;
    else seen.values++;
    for (const { name, outcome } of others) {
      if (agree(reference?.outcome, outcome)) continue;
      expect({ source, [name]: outcome }).toEqual({ source, [name]: reference?.outcome });
      expect(source).toBe('an expression on which all agree');
    }
  }
  // There are many of both kinds, and few expressions are rejected by the checker.
  expect(seen.values).toBeGreaterThan(COUNT / 5);
  expect(seen.failures).toBeGreaterThan(COUNT / 10);
  expect(seen.rejected).toBeLessThan(COUNT / 4);
});
