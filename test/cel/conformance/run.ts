import { check } from '../../../src/cel/check/check.ts';
import { type Checked, typeOf } from '../../../src/cel/check/checked.ts';
import { readLiterals } from '../../../src/cel/check/literals.ts';
import { emit } from '../../../src/cel/codegen/emit.ts';
import { interpret } from '../../../src/cel/interpret/interpret.ts';
import type { Activation } from '../../../src/cel/interpret/program.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { beginBudget, endBudget } from '../../../src/cel/value/budget.ts';
import { equals } from '../../../src/cel/value/compare.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { kindOf } from '../../../src/cel/value/kind.ts';
import { formatType, sameType } from '../../../src/cel/value/type.ts';
import type { Case } from './suite.ts';

/** The evaluators, which must all have the same outcome. */
export const EVALUATORS: Readonly<Record<string, (checked: Checked, activation: Activation) => unknown>> = {
  interpreted: interpret,
  compiled: (checked, activation) => {
    const { source, constants } = emit(checked, readLiterals(checked));
    return instantiate(source, constants)(activation);
  },
  'compiled without evaluating constants beforehand': (checked, activation) => {
    const { source, constants } = emit(checked, { folding: { valueOf: () => undefined } });
    return instantiate(source, constants)(activation);
  },
};

/** Function of the code, created in the realm of the caller. */
function instantiate(source: string, constants: readonly unknown[]): (activation: Activation) => unknown {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- the code under test
  return (new Function('K', source) as (K: readonly unknown[]) => (activation: Activation) => unknown)(
    constants,
  );
}

/** Value or failure of an evaluation with a budget. */
export function outcomeOf(evaluate: () => unknown): unknown {
  const outer = beginBudget();
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  } finally {
    endBudget(outer);
  }
}

/** Undefined if the case holds for every evaluator; otherwise the actual outcome. */
export function mismatch(test: Case): string | undefined {
  const { environment, expr, expected } = test;
  const parsed = parse(expr);
  const messages = parsed.problems.map(({ message }) => message);
  if (messages.length > 0) return expected.isError ? undefined : messages.join('; ');
  const checked = check(expr, parsed, environment);
  const [problem] = test.disableCheck ? [] : checked.problems;
  if (problem !== undefined) {
    const isExpected = expected.isError && problem.code !== 'cel_unknown_name';
    return isExpected ? undefined : problem.message;
  }
  const type = typeOf(checked, checked.root);
  if (expected.type !== undefined && !sameType(type, expected.type)) {
    return `type ${formatType(type)}, not ${formatType(expected.type)}`;
  }
  if (test.checkOnly) return undefined;
  for (const [name, evaluate] of Object.entries(EVALUATORS)) {
    const outcome = outcomeOf(() => evaluate(checked, test.activation));
    const isFailure = outcome instanceof Failure;
    const isRight = expected.isError
      ? isFailure
      : !isFailure && (expected.value === undefined || same(outcome, expected.value.value));
    if (!isRight) return `${name}: ${isFailure ? outcome.message : JSON.stringify(outcome, showBigInt)}`;
  }
  return undefined;
}

/** True for the same value of the same type; NaN equals itself. */
export function same(a: unknown, b: unknown): boolean {
  if (kindOf(a) !== kindOf(b)) return false;
  if (typeof a === 'number' && Number.isNaN(a)) return Number.isNaN(b);
  return equals(a, b);
}

function showBigInt(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

/** Cases that this engine does not pass, with the reasons. */
const MUST_FAIL: ReadonlyMap<string, string> = new Map<string, string>([]);

/** Reason why a case must fail; undefined if it passes. */
export function mustFail({ name }: Case): string | undefined {
  return MUST_FAIL.get(name);
}
