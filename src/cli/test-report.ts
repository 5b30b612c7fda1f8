import { relative, resolve } from 'node:path';
import { styleText } from 'node:util';
import { count } from './count.ts';
import type { Terminal } from './terminal.ts';
import type { Answer } from './test-answer.ts';
import type { CaseResult } from './test-run.ts';

export interface HumanReport {
  /** The folder as the user named it. */
  readonly dir: string;
  readonly terminal: Terminal;
  readonly colour: boolean;
  /** Milliseconds, from reading the folder on. */
  readonly duration: number;
}

type Paint = (style: 'green' | 'red' | 'dim' | 'bold', text: string) => string;

/** The cases under their tests, a failure with what was wanted and what came, and a last line that says it all. */
export function humanReport(
  results: readonly CaseResult[],
  { dir, terminal, colour, duration }: HumanReport,
): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const out: string[] = [];
  for (const [test, cases] of Object.entries(Object.groupBy(results, ({ test: name }) => name))) {
    out.push(paint('bold', test));
    for (const each of cases ?? []) {
      const holds = each.differences.length === 0;
      out.push(`  ${holds ? paint('green', '✓') : paint('red', '✗')} ${each.case.name}`);
      if (!holds) out.push(...failure(each, dir, terminal, paint));
    }
    out.push('');
  }
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const passed = results.length - failed;
  const verdict =
    failed === 0
      ? paint('green', `${passed} passed`)
      : `${passed} passed, ${paint('red', `${failed} failed`)}`;
  out.push(`${verdict} ${paint('dim', `(${count(results.length, 'case')}, ${Math.round(duration)} ms)`)}`);
  return `${out.join('\n')}\n`;
}

function failure(
  { case: { request, caller }, source, answer, differences }: CaseResult,
  dir: string,
  terminal: Terminal,
  paint: Paint,
): string[] {
  const who = caller.principal === '' ? 'nobody' : caller.principal;
  const width = Math.max(...differences.map(({ field }) => field.length));
  const place = `${shownPath(source.file, dir, terminal)}:${source.line}`;
  return [
    `      ${paint('dim', place)}`,
    `      ${request.method} ${request.scheme}://${request.host}${request.path} from ${who}${caller.jwt === undefined ? '' : ` with a token of ${caller.jwt.issuer}`}`,
    ...differences.map(
      ({ field, wanted, got }) =>
        `      ${field.padEnd(width)}  wanted ${paint('green', shown(wanted))}, got ${paint('red', shown(got))}`,
    ),
    `      ${paint('dim', `answered: ${sentence(answer)}`)}`,
  ];
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

/** What `lictor test --output json` prints. */
export function jsonReport(results: readonly CaseResult[], dir: string, terminal: Terminal): string {
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const cases = results.map(({ test, case: each, source, differences, answer }) => ({
    test,
    name: each.name,
    file: shownPath(source.file, dir, terminal),
    line: source.line,
    ok: differences.length === 0,
    decision: answer.decision,
    reason: answer.reason,
    status: answer.status,
    policy: answer.policy,
    rule: answer.rule,
    failures: differences,
  }));
  return `${JSON.stringify({ cases, passed: results.length - failed, failed }, null, 2)}\n`;
}

function shownPath(file: string, dir: string, terminal: Terminal): string {
  return relative(terminal.directory, resolve(terminal.directory, dir, file));
}
