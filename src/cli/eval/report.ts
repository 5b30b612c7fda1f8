import type { Paint } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { type Decision, isAllow } from '../../engine/decision/decide.ts';
import type { Step } from '../../engine/decision/trace.ts';
import type { RecordedDecision } from '../../sidecar/audit/read-record.ts';
import { answerOf } from '../../tools/testing/answer.ts';
import { denialDetail, type Explanation, type Finding } from '../../tools/testing/explain.ts';
import type { PreparedRequest, SimulationResult } from '../../tools/testing/simulate.ts';
import type { SimulationRequest } from '../../tools/testing/simulation-request.ts';
import { evaluationJson, treeLines } from './tree.ts';

/** Input of the reports about one decision. */
export interface ExplanationView {
  readonly simulation: SimulationRequest;
  readonly prepared: PreparedRequest;
  readonly result: SimulationResult;
  readonly explanation: Explanation;
  readonly notes: readonly string[];
  /** A file of the folder as the user would name it. */
  readonly shown: (file: string) => string;
}

/** Of the policies that do not select the request, so many are shown. */
const MOST_UNSELECTED = 8;

/** The sections of a report after that of the policies. */
const SECTIONS = [
  { title: 'Required headers', steps: ['required_headers'] },
  { title: 'Limits before authentication', steps: ['first_limits'] },
  { title: 'Authentication', steps: ['authentication'] },
  { title: 'Rules', steps: ['deny_rules', 'allow_rules'] },
  { title: 'Schemas', steps: ['schemas'] },
  { title: 'Limits', steps: ['limits'] },
  { title: 'Response', steps: ['response'] },
] as const satisfies readonly { readonly title: string; readonly steps: readonly Step[] }[];

/** The report for a person: the answer, then the findings that led to it, step by step. */
export function humanExplanation(view: ExplanationView, paint: Paint): string {
  const { result, explanation, prepared, notes } = view;
  const { decision } = result;
  const out = [headline(view, paint), ...aboutLines(view, paint), ''];
  for (const note of notes) out.push(`${paint('yellow', 'note')}: ${note}`);
  if (notes.length > 0) out.push('');
  out.push(paint('bold', 'Policies'), ...selectionLines(view, paint), '');
  for (const { title, steps } of SECTIONS) {
    const lines = steps.flatMap((step) =>
      explanation[step].flatMap((finding) => findingLines(finding, step, view, paint)),
    );
    if (lines.length > 0) out.push(paint('bold', title), ...lines, '');
  }
  const verdicts = Object.groupBy(decision.shadow, ({ of }) => of ?? 'policy');
  out.push(...shadowLines('Shadow policies would have said', verdicts.policy, paint));
  out.push(...shadowLines('With a shadow rule enforced, the decision would be', verdicts.rule, paint));
  return `${mask(joinLines(out).trimEnd(), prepared.secrets)}\n`;
}

function shadowLines(title: string, verdicts: Decision['shadow'] | undefined, paint: Paint): string[] {
  if (verdicts === undefined) return [];
  const lines = verdicts.map(({ policy, rule, decision, reason }) => {
    const by = rule === '' ? policy : `${policy}/${rule}`;
    return `  ${by}  ${decision} ${decision === 'deny' ? reason : ''}`.trimEnd();
  });
  return [paint('bold', title), ...lines, ''];
}

function mask(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, '(token)');
  return masked;
}

function headline({ result }: ExplanationView, paint: Paint): string {
  const { decision } = result;
  const detail = denialDetail(decision);
  const by =
    decision.policy === ''
      ? ''
      : ` by ${decision.rule === '' ? decision.policy : `${decision.policy}/${decision.rule}`}`;
  if (decision.reason === 'allowed') return `${paint('green', 'allow')} 200${by}`;
  const what = `${paint('red', 'deny')} ${decision.status} ${decision.reason}${by}`;
  return detail === '' ? what : `${what}: ${detail}`;
}

function aboutLines({ result, prepared, simulation }: ExplanationView, paint: Paint): string[] {
  const { request, source } = prepared.attributes;
  const who = callerText(source.principal, result.decision.caller);
  const { jwt } = simulation.caller;
  const token = jwt === undefined ? '' : ` with a token of ${jwt.issuer}`;
  const lines = [
    `${request.method} ${request.scheme}://${request.host}${request.path} from ${who} (${source.address})${token}`,
    paint('dim', `at ${new Date(prepared.now).toISOString()}, by revision ${result.decision.revisionText}`),
  ];
  for (const [name, value] of headersOf(view(result, prepared))) lines.push(`${paint('dim', name)} ${value}`);
  for (const change of querySaid(result)) lines.push(`${paint('dim', 'to the service:')} ${change}`);
  const { fault } = result.decision;
  if (fault !== undefined) lines.push(`${paint('red', 'failed')}: ${fault.message}`);
  return lines.map((line) => `  ${line}`);
}

/** The accepted peer, and the proxy that reports it. */
function callerText(peer: string, caller: Decision['caller']): string {
  const connected = peer === '' ? 'nobody' : peer;
  return caller?.via === 'xfcc' ? `${caller.principal} through ${connected}` : connected;
}

function view({ response }: SimulationResult, { attributes }: PreparedRequest) {
  const before = attributes.request.headers;
  const { requestHeaders, responseHeaders } = answerOf(response, before, []);
  const denied = response.deniedResponse !== undefined;
  return { before, after: denied ? before : requestHeaders, responseHeaders };
}

/** Headers changed for the caller and for the service, one line each. */
function headersOf({ before, after, responseHeaders }: ReturnType<typeof view>): [string, string][] {
  return [
    ...[...responseHeaders].map(([name, value]): [string, string] => ['to the caller:', `${name}: ${value}`]),
    ...[...after]
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]): [string, string] => ['to the service:', `${name}: ${value}`]),
    ...[...before.keys()]
      .filter((name) => !after.has(name))
      .map((name): [string, string] => ['to the service:', `${name} is taken away`]),
  ];
}

/** Changes of the query string, one line each. */
function querySaid({ decision: { outcome } }: SimulationResult): string[] {
  if (!isAllow(outcome)) return [];
  const { set, remove } = outcome.changes.query;
  return [
    ...[...set].map(([name, value]) => `?${name}=${value}`),
    ...[...remove].map((name) => `?${name} is taken away`),
  ];
}

function selectionLines({ explanation, prepared, shown }: ExplanationView, paint: Paint): string[] {
  const { policies } = explanation;
  if (policies.length === 0) return ['  the folder has none'];
  const selected = policies.filter(({ state }) => state !== 'no');
  // Policies that differ in more than the host are the nearest, and come first.
  const others = policies
    .filter(({ state }) => state === 'no')
    .toSorted((a, b) => Number(a.why.startsWith('the host')) - Number(b.why.startsWith('the host')));
  const rest = others.length - MOST_UNSELECTED;
  const lines = [...selected, ...others.slice(0, MOST_UNSELECTED)].flatMap((finding) => {
    const { policy, why, state } = finding;
    const mark =
      state === 'yes' ? paint('green', '✓') : state === 'failed' ? paint('red', '!') : paint('dim', '·');
    const place = paint('dim', placeOf(finding, shown));
    const trees = finding.evaluations.flatMap((each) =>
      treeLines(each, { paint, secrets: prepared.secrets, indent: 6 }),
    );
    return [`  ${mark} ${policy}  ${why}  ${place}${verdictMark(finding, paint)}`, ...trees];
  });
  return rest > 0 ? [...lines, paint('dim', `  … and ${rest} more that do not select it`)] : lines;
}

function placeOf({ source }: Finding, shown: ExplanationView['shown']): string {
  return `${shown(source.file)}:${source.line}`;
}

function findingLines(
  finding: Finding,
  step: Step,
  { prepared, shown }: ExplanationView,
  paint: Paint,
): string[] {
  const { policy, what, why, evaluations } = finding;
  const name = `${policy}: ${what}`;
  const view = finding.state === 'not evaluated' ? paint('dim', 'not evaluated') : why;
  const place = paint('dim', placeOf(finding, shown));
  const trees = evaluations.flatMap((each) =>
    treeLines(each, { paint, secrets: prepared.secrets, indent: 6 }),
  );
  const line = [`  ${markOf(finding, step, paint)} ${name}`, view, place]
    .filter((part) => part !== '')
    .join('  ');
  return [`${line}${verdictMark(finding, paint)}`, ...trees];
}

function verdictMark({ decided }: Finding, paint: Paint): string {
  return decided ? paint('bold', '  ← decided') : '';
}

function markOf({ state, decided }: Finding, step: Step, paint: Paint): string {
  switch (state) {
    case 'failed':
      return paint('red', '!');
    case 'not evaluated':
      return ' ';
    case 'no':
      // A rule or schema that is not for this request denies nothing.
      return !decided && DENY_ONLY_IF_DECIDED.includes(step) ? paint('dim', '·') : paint('red', '✗');
    case 'yes':
      return step === 'deny_rules' ? paint('red', '✗') : paint('green', '✓');
  }
}

const DENY_ONLY_IF_DECIDED: readonly Step[] = ['deny_rules', 'allow_rules', 'schemas'];

/** The output of `lictor eval --output json`. */
export function jsonExplanation(all: ExplanationView): string {
  const { result, prepared, explanation, notes, simulation, shown } = all;
  const { decision, response } = result;
  const { request, source } = prepared.attributes;
  const { before, after, responseHeaders } = view(result, prepared);
  const finding = ({ source: place, state, evaluations, ...rest }: Finding) => ({
    ...rest,
    file: shown(place.file),
    line: place.line,
    state: state.replace(' ', '_'),
    evaluations: evaluations.map((each) => evaluationJson(each, prepared.secrets)),
  });
  const list = (...steps: readonly Step[]) => steps.flatMap((step) => explanation[step].map(finding));
  const report = {
    ...verdictOf(decision),
    detail: denialDetail(decision),
    errors: isAllow(decision.outcome) ? [] : (decision.outcome.errors ?? []),
    body: response.deniedResponse?.body ?? null,
    fault: decision.fault?.message ?? null,
    revision: decision.revisionText,
    now: new Date(prepared.now).toISOString(),
    request: {
      method: request.method,
      scheme: request.scheme,
      host: request.host,
      path: request.path,
      principal: source.principal,
      address: source.address,
      caller: decision.caller ?? null,
      issuer: simulation.caller.jwt?.issuer ?? null,
    },
    answer: {
      response_headers: Object.fromEntries(responseHeaders),
      request_headers: {
        set: Object.fromEntries([...after].filter(([name, value]) => before.get(name) !== value)),
        removed: [...before.keys()].filter((name) => !after.has(name)),
      },
      query: querySaid(result),
    },
    notes,
    recorded: simulation.recorded === undefined ? null : recordedJson(simulation.recorded),
    policies: list('policies'),
    required_headers: list('required_headers'),
    first_limits: list('first_limits'),
    authentication: list('authentication'),
    rules: list('deny_rules', 'allow_rules'),
    schemas: list('schemas'),
    limits: list('limits'),
    responses: list('response'),
    shadow: decision.shadow,
  };
  return `${mask(JSON.stringify(report, null, 2), prepared.secrets)}\n`;
}

function recordedJson({ decision, reason, status, policy, rule, digest }: RecordedDecision) {
  return { decision, reason, status, policy, rule, digest };
}

/** The part of a decision that a record has as well. */
export function verdictOf({ reason, status, policy, rule }: Decision) {
  return { decision: reason === 'allowed' ? 'allow' : 'deny', reason, status, policy, rule };
}
