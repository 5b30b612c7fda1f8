import { table } from '../../support/markdown.ts';
import { mismatch, mustFail } from './run.ts';
import { CASES } from './suite.ts';

interface Row {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly without: number;
  readonly reasons: string;
}

/** Results of each section of the suite. */
export function conformanceRows(): readonly Row[] {
  return [...new Set(CASES.map(({ file }) => file))].map((name) => {
    const cases = CASES.filter(({ file }) => file === name);
    const inScope = cases.filter((each) => mustFail(each) === undefined);
    const failed = inScope.flatMap((each) => {
      const found = mismatch(each);
      return found === undefined ? [] : [`${each.name}: ${each.expr}\n  ${found}`];
    });
    const reasons = new Set(cases.map(mustFail).filter((reason) => reason !== undefined));
    return {
      name,
      passed: inScope.length - failed.length,
      failed,
      without: cases.length - inScope.length,
      reasons: [...reasons].join('; '),
    };
  });
}

export function conformanceTable(rows: readonly Row[] = conformanceRows()): string {
  const sum = (pick: (row: Row) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const cells = rows.map(({ name, passed, failed, without, reasons }) =>
    [name, passed, failed.length, without, reasons].map(String),
  );
  const all = [
    'all',
    sum(({ passed }) => passed),
    sum(({ failed }) => failed.length),
    sum(({ without }) => without),
    '',
  ];
  return table(['section', 'passed', 'failed', 'must fail', 'why'], [...cells, all.map(String)]);
}
