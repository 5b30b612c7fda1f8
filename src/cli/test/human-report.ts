import { type Paint, painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { displayCells } from '../../diagnostic/width.ts';
import type { TestCase, TestStep } from '../../policy/compile/policy-test.ts';
import type { Answer, Difference } from '../../tools/testing/answer.ts';
import type { Condition, FailureExplanation } from '../../tools/testing/explain-failure.ts';
import type { CaseResult } from '../../tools/testing/test-run.ts';
import { outcomeText } from '../../tools/testing/value-text.ts';
import { count } from '../terminal/count.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Input of the reports about a run of tests. */
export interface TestReport {
  readonly results: readonly CaseResult[];
  readonly explanations: ReadonlyMap<CaseResult, FailureExplanation>;
  /** The folder as the user named it. */
  readonly dir: string;
  readonly terminal: Terminal;
  readonly colour: boolean;
  /** True: without the cases that pass. */
  readonly quiet: boolean;
  /** Milliseconds, from reading the folder on. */
  readonly duration: number;
  /** The order of the cases was shuffled with it. */
  readonly seed: number | undefined;
}

/** The cases by test, failures with expected and actual values and an explanation, and a summary line. */
export function humanReport(report: TestReport): string {
  const { results, colour, quiet, duration, seed } = report;
  const paint = painter(colour);
  const out: string[] = [];
  const listed = quiet ? results.filter(({ differences }) => differences.length > 0) : results;
  for (const [test, cases] of Object.entries(Object.groupBy(listed, ({ test: name }) => name))) {
    out.push(paint('bold', test));
    for (const each of cases ?? []) {
      const holds = each.differences.length === 0;
      out.push(`  ${holds ? paint('green', '✓') : paint('red', '✗')} ${each.case.name}`);
      if (!holds) out.push(...failureLines(each, report, paint).map((line) => `      ${line}`.trimEnd()), '');
    }
    if (out.at(-1) !== '') out.push('');
  }
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const passed = results.length - failed;
  const verdict =
    failed === 0
      ? paint('green', `${passed} passed`)
      : `${passed} passed, ${paint('red', `${failed} failed`)}`;
  const order = seed === undefined ? '' : `, seed ${seed}`;
  const told = `(${count(results.length, 'case')}, ${Math.round(duration)} ms${order})`;
  out.push(`${verdict} ${paint('dim', told)}`);
  return `${joinLines(out)}\n`;
}

/** A failure without colour and without its case's name, for reports that are not for a terminal. */
export function plainFailure(result: CaseResult, report: TestReport): string {
  return joinLines(failureLines(result, report, painter(false)).map((line) => line.trimEnd()));
}

function failureLines(result: CaseResult, report: TestReport, paint: Paint): string[] {
  const { case: each, source, answer, differences } = result;
  const path = (file: string): string => shownPath(file, report.dir, report.terminal);
  const explanation = report.explanations.get(result);
  return [
    paint('dim', `${path(source.file)}:${source.line}`),
    ...requestLines(each, paint),
    '',
    ...compared(differences, paint),
    '',
    `${paint('dim', 'answered')}  ${sentence(answer)}`,
    ...(explanation === undefined ? [] : whyLines(explanation, path, paint)),
  ];
}

function requestLines({ request, caller, repeat, after }: TestCase, paint: Paint): readonly string[] {
  const { jwt, token } = caller;
  const times = repeat === 1 ? '' : `, ${repeat} times`;
  const rows: [string, string][] = [
    ...after.map((step): [string, string] => ['after', sentStep(step)]),
    ['request', `${request.method} ${request.scheme}://${request.host}${request.path}${times}`],
    ['caller', caller.principal === '' ? 'nobody' : caller.principal],
  ];
  if (jwt !== undefined) {
    const late = jwt.expiresIn < 0 ? ', expired' : '';
    const claims = Object.keys(jwt.claims).length === 0 ? '' : ` with ${outcomeText(jwt.claims)}`;
    rows.push(['token', `of ${jwt.issuer}${late}${claims}`]);
  }
  if (token !== undefined) rows.push(['token', 'as the test writes it']);
  for (const [name, values] of request.headers) {
    for (const value of values) rows.push(['header', `${name}: ${cut(value)}`]);
  }
  if (request.body !== undefined) {
    const text = new TextDecoder().decode(request.body.bytes).replaceAll(/\s+/g, ' ');
    rows.push(['body', `${cut(text)}${request.body.truncated ? ' (truncated)' : ''}`]);
  }
  return rows.map(([name, value]) => `${paint('dim', name.padEnd(8))}  ${value}`);
}

function sentStep({ request, caller, repeat }: TestStep): string {
  const who = caller.principal === '' ? 'nobody' : caller.principal;
  const times = repeat === 1 ? '' : `, ${repeat} times`;
  return `${request.method} ${request.scheme}://${request.host}${request.path} from ${who}${times}`;
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Expected and actual values, side by side. */
function compared(differences: readonly Difference[], paint: Paint): readonly string[] {
  const rows = differences.map(({ field, wanted, got }) => [field, shown(wanted), shown(got)] as const);
  const first = Math.max(...rows.map(([field]) => displayWidth(field)));
  const second = Math.max('wanted'.length, ...rows.map(([, wanted]) => displayWidth(wanted)));
  const pad = (text: string, width: number): string =>
    `${text}${' '.repeat(Math.max(0, width - displayWidth(text)))}`;
  return [
    paint('dim', `${pad('', first)}  ${pad('wanted', second)}  got`),
    ...rows.map(
      ([field, wanted, got]) =>
        `${pad(field, first)}  ${paint('green', pad(wanted, second))}  ${paint('red', got)}`,
    ),
  ];
}

/** Terminal columns. */
function displayWidth(text: string): number {
  return displayCells(text).reduce((sum, { width }) => sum + width, 0);
}

/** Nothing is hard to read. */
function shown(value: string): string {
  return value === '' ? '(none)' : value;
}

/** The whole answer in one line. */
function sentence({ decision, reason, status, policy, rule, detail }: Answer): string {
  const by = policy === '' ? '' : ` by ${rule === '' ? policy : `${policy}/${rule}`}`;
  return `${decision} ${status}${decision === 'allow' ? '' : ` ${reason}`}${by}${detail === '' ? '' : `: ${detail}`}`;
}

function whyLines(
  { policies, skipped, rules, conditions }: FailureExplanation,
  path: (file: string) => string,
  paint: Paint,
): readonly string[] {
  const applied = policies.length === 0 ? 'no policy applied' : policies.join(', ');
  const width = Math.max(0, ...rules.map(({ name }) => name.length));
  const tried = rules.map(({ name, effect, result }) => {
    const style =
      result === 'matched'
        ? effect === 'allow'
          ? 'green'
          : 'red'
        : result.startsWith('failed')
          ? 'yellow'
          : 'dim';
    return `  ${effect.padEnd(5)}  ${name.padEnd(width)}  ${paint(style, result)}`;
  });
  return [
    `${paint('dim', 'policies')}  ${applied}`,
    ...skipped.map(({ name, why }) => `  ${name} does not apply: ${paint('dim', why)}`),
    ...(tried.length === 0 ? [] : [`${paint('dim', 'rules')}     in order of evaluation:`]),
    ...tried,
    ...conditions.flatMap((condition) => conditionLines(condition, path, paint)),
  ];
}

/** The longest text of a part beside which its value is aligned. */
const WIDEST_PART = 60;

function conditionLines(
  { of, file, line, parts }: Condition,
  path: (file: string) => string,
  paint: Paint,
): readonly string[] {
  const texts = parts.map(({ depth, text }) => `${'  '.repeat(depth)}${text}`);
  const width = Math.max(0, ...texts.map((text) => text.length).filter((length) => length <= WIDEST_PART));
  return [
    `${paint('bold', of)} ${paint('dim', `${path(file)}:${line}`)}`,
    ...parts.map(({ value }, index) => {
      const style = value === 'true' ? 'green' : value === 'false' ? 'red' : 'cyan';
      const told = value === '' ? paint('dim', 'not evaluated') : paint(style, value);
      return `  ${(texts[index] ?? '').padEnd(width)}  ${told}`;
    }),
  ];
}
