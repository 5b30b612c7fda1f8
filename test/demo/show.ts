import { type Answer, jsonOf } from '../support/call.ts';
import type { DecisionRecord } from '../support/log-lines.ts';
import type { Outcome } from './ask.ts';
import { FIELD_WIDTH, field, paint, wrap } from './page.ts';
import type { Expected } from './steps.ts';

/** A commit in the usual short form. */
export function short(sha: string): string {
  return sha.slice(0, 8);
}

/** Prints the answer and the record. Returns the differences from the announced result, one sentence each. */
export function showOutcome(
  { answer, line, record }: Outcome,
  expected: Expected,
  head: string,
): readonly string[] {
  const status = paint(answer.status < 300 ? 'green' : 'red', String(answer.status).padEnd(6));
  const [first = '', ...rest] = wrap(inWords(answer), FIELD_WIDTH - 6);
  field('answer', [`${status}${first}`, ...rest.map((text) => `      ${text}`)]);
  if (record === undefined)
    return [`Envoy logged no decision (${line.details}), expected was ${expected.decision}`];
  const problems = [
    ...differences(expected, { ...record, status: answer.status }),
    ...differs('the record names commit', record.revision.commit, head),
    ...differs("Envoy's access log names revision", line.revision, head),
  ];
  field('record', [`${columns(record)}  ${problems.length === 0 ? paint('green', '✓') : paint('red', '✗')}`]);
  return problems;
}

/** The interesting part of an answer: the headers that the service got, or the problem. */
function inWords(answer: Answer): string {
  const body = jsonOf(answer);
  if (body === undefined) return answer.text === '' ? 'no body' : answer.text.slice(0, 200);
  if (body['reached'] === 'upstream') {
    const headers = Object.entries(body['headers'] as Readonly<Record<string, string>>);
    const added = headers.filter(([name]) => ADDED.has(name)).map(([name, value]) => `${name}: ${value}`);
    return added.length === 0 ? 'from the service' : `the service saw ${added.join(', ')}`;
  }
  const texts = [body['title'], body['detail']].filter((text) => typeof text === 'string');
  const [title = '', detail = ''] = texts;
  return detail === '' || detail.toLowerCase() === title.toLowerCase() ? title : `${title}: ${detail}`;
}

/** The headers that the example policies set. */
const ADDED: ReadonlySet<string> = new Set(['x-caller', 'x-subject', 'x-tenant', 'x-report']);

function columns({ decision, reason, policy, rule, revision, duration_us }: DecisionRecord): string {
  const by = policy === '' ? '-' : rule === '' ? policy : `${policy}/${rule}`;
  return [
    paint(decision === 'allow' ? 'green' : 'red', decision.padEnd(5)),
    reason.padEnd(17),
    by.padEnd(24),
    paint('cyan', `${short(revision.commit)}${revision.dirty ? '-dirty' : ''}`.padEnd(15)),
    paint('dim', `${Math.round(duration_us)} µs`.padStart(9)),
  ].join('  ');
}

function differences(expected: Expected, came: Expected): string[] {
  const fields = ['status', 'decision', 'reason', 'policy', 'rule'] as const;
  return fields.flatMap((name) => differs(name, came[name], expected[name]));
}

function differs(what: string, came: string | number | null, expected: string | number): string[] {
  return came === expected
    ? []
    : [`${what} ${came === '' ? '(empty)' : came}, expected was ${expected === '' ? '(empty)' : expected}`];
}
