import type { Range } from '../../diagnostic/range.ts';
import type { ConditionCount, ExpressionCount } from '../coverage/count.ts';
import { ReachingCases } from '../coverage/reaching-cases.ts';
import type { TestResults } from './test-results.ts';

/** Names of cases in a hover text. */
const MOST_CASES = 5;

/**
 * The cases of tests that reached the expression or pattern at an offset of a file, as Markdown, and the values of the
 * condition there; undefined if nothing there is counted. A part of a template is counted over all policies that adopt
 * it.
 */
export function reachedAt(path: string, offset: number, { policies }: TestResults): string | undefined {
  const isHere = (at: Range): boolean => at.start <= offset && offset <= at.end;
  const expressions = policies.flatMap((policy) =>
    policy.expressions.filter(({ file, body }) => file === path && isHere(body)),
  );
  const patterns = policies.flatMap((policy) =>
    policy.patterns.filter(({ file, range }) => file === path && isHere(range)),
  );
  const counts = [...expressions, ...patterns];
  if (counts.length === 0) return undefined;
  const cases = new ReachingCases();
  for (const count of counts) cases.addAll(count.cases);
  const verb = expressions.length > 0 ? 'evaluated' : 'matched';
  if (cases.count === 0) return `no case of a test has ${verb} this`;
  const values = valuesAt(expressions, isHere);
  return [`${verb} in ${cases.shown(MOST_CASES)}`, ...(values === undefined ? [] : [values])].join('  \n');
}

/** Counts of the innermost condition there: true, false and failed. */
function valuesAt(
  expressions: readonly ExpressionCount[],
  isHere: (range: Range) => boolean,
): string | undefined {
  const innermost = expressions.flatMap(({ conditions }): readonly ConditionCount[] => {
    const here = conditions.filter(({ range }) => isHere(range));
    return here.toSorted((a, b) => b.part.depth - a.part.depth).slice(0, 1);
  });
  if (innermost.length === 0) return undefined;
  const sum = (of: (count: ConditionCount) => number): number =>
    innermost.reduce((all, count) => all + of(count), 0);
  const failed = sum(({ error }) => error);
  const values = `true ${times(sum((count) => count.true))}, false ${times(sum((count) => count.false))}`;
  return failed === 0 ? values : `${values}, failed ${times(failed)}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
