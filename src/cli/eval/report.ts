import type { Paint } from '../../diagnostic/paint.ts';
import type { Decision } from '../../engine/decision/decide.ts';
import { isAllow } from '../../engine/decision/decide.ts';
import { answerOf } from '../../tools/testing/answer.ts';
import type { Explanation, Finding } from '../../tools/testing/explain.ts';
import type { Answered, Asked } from '../../tools/testing/simulate.ts';
import type { Question } from '../../tools/testing/simulation-request.ts';
import { evaluationJson, treeLines } from './tree.ts';

/** All that there is to tell about one decision. */
export interface Told {
  readonly question: Question;
  readonly asked: Asked;
  readonly answered: Answered;
  readonly explanation: Explanation;
  readonly notes: readonly string[];
  /** A file of the folder as the user would name it. */
  readonly shown: (file: string) => string;
}

/** Of the policies that do not select the request, so many are shown. */
const MOST_UNSELECTED = 8;

const STATIONS = [
  ['Limits before authentication', 'firstLimits'],
  ['Authentication', 'authentication'],
  ['Rules', 'rules'],
  ['Schemas', 'schemas'],
  ['Limits', 'limits'],
  ['Response', 'responses'],
] as const satisfies readonly (readonly [string, keyof Explanation])[];

/** As a person reads it: the answer, then what led to it, station by station. */
export function humanExplanation(told: Told, paint: Paint): string {
  const { answered, explanation, asked, notes } = told;
  const { decision } = answered;
  const out = [headline(told, paint), ...aboutLines(told, paint), ''];
  for (const note of notes) out.push(`${paint('yellow', 'note')}: ${note}`);
  if (notes.length > 0) out.push('');
  out.push(paint('bold', 'Policies'), ...selectionLines(told, paint), '');
  for (const [title, station] of STATIONS) {
    const findings = explanation[station];
    if (findings.length === 0) continue;
    out.push(paint('bold', title));
    for (const finding of findings) out.push(...findingLines(finding, station, told, paint));
    out.push('');
  }
  if (decision.shadow.length > 0) {
    out.push(paint('bold', 'Shadow policies would have said'));
    for (const verdict of decision.shadow) {
      const by = verdict.rule === '' ? verdict.policy : `${verdict.policy}/${verdict.rule}`;
      out.push(`  ${by}  ${verdict.decision} ${verdict.decision === 'deny' ? verdict.reason : ''}`.trimEnd());
    }
    out.push('');
  }
  return `${mask(out.join('\n').trimEnd(), asked.secrets)}\n`;
}

function mask(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, '(token)');
  return masked;
}

function headline({ answered }: Told, paint: Paint): string {
  const { decision } = answered;
  const detail = detailOf(decision);
  const by =
    decision.policy === ''
      ? ''
      : ` by ${decision.rule === '' ? decision.policy : `${decision.policy}/${decision.rule}`}`;
  if (decision.reason === 'allowed') return `${paint('green', 'allow')} 200${by}`;
  const what = `${paint('red', 'deny')} ${decision.status} ${decision.reason}${by}`;
  return detail === '' ? what : `${what}: ${detail}`;
}

function detailOf({ outcome }: Decision): string {
  return isAllow(outcome) ? '' : outcome.detail;
}

function aboutLines({ answered, asked, question }: Told, paint: Paint): string[] {
  const { request, source } = asked.attributes;
  const who = source.principal === '' ? 'nobody' : source.principal;
  const { jwt } = question.caller;
  const token = jwt === undefined ? '' : ` with a token of ${jwt.issuer}`;
  const lines = [
    `${request.method} ${request.scheme}://${request.host}${request.path} from ${who} (${source.address})${token}`,
    paint('dim', `at ${new Date(asked.now).toISOString()}, by revision ${answered.decision.revisionText}`),
  ];
  for (const [name, value] of headersOf(told(answered, asked))) lines.push(`${paint('dim', name)} ${value}`);
  for (const change of querySaid(answered)) lines.push(`${paint('dim', 'to the service:')} ${change}`);
  const { fault } = answered.decision;
  if (fault !== undefined) lines.push(`${paint('red', 'failed')}: ${fault.message}`);
  return lines.map((line) => `  ${line}`);
}

function told({ response }: Answered, { attributes }: Asked) {
  const before = attributes.request.headers;
  const { requestHeaders, responseHeaders } = answerOf(response, before, []);
  const denied = response.deniedResponse !== undefined;
  return { before, after: denied ? before : requestHeaders, responseHeaders };
}

/** What the caller and the service see otherwise than it was sent, a line each. */
function headersOf({ before, after, responseHeaders }: ReturnType<typeof told>): [string, string][] {
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

/** How the query string is changed, a line each. */
function querySaid({ response: { okResponse } }: Answered): string[] {
  return [
    ...(okResponse?.queryParametersToSet ?? []).map(({ key = '', value = '' }) => `?${key}=${value}`),
    ...(okResponse?.queryParametersToRemove ?? []).map((name) => `?${name} is taken away`),
  ];
}

function selectionLines({ explanation, asked, shown }: Told, paint: Paint): string[] {
  const { selection } = explanation;
  if (selection.length === 0) return ['  the folder holds none'];
  const selected = selection.filter(({ state }) => state !== 'no');
  // Those come first that come near: what differs is not the host.
  const others = selection
    .filter(({ state }) => state === 'no')
    .toSorted((a, b) => Number(a.why.startsWith('the host')) - Number(b.why.startsWith('the host')));
  const rest = others.length - MOST_UNSELECTED;
  const lines = [...selected, ...others.slice(0, MOST_UNSELECTED)].flatMap((finding) => {
    const { policy, why, state } = finding;
    const mark =
      state === 'yes' ? paint('green', '✓') : state === 'failed' ? paint('red', '!') : paint('dim', '·');
    const place = paint('dim', placeOf(finding, shown));
    const trees = finding.evaluations.flatMap((each) =>
      treeLines(each, { paint, secrets: asked.secrets, indent: 6 }),
    );
    return [`  ${mark} ${policy}  ${why}  ${place}${verdictMark(finding, paint)}`, ...trees];
  });
  return rest > 0 ? [...lines, paint('dim', `  … and ${rest} more that do not select it`)] : lines;
}

function placeOf({ source }: Finding, shown: Told['shown']): string {
  return `${shown(source.file)}:${source.line}`;
}

function findingLines(finding: Finding, station: string, { asked, shown }: Told, paint: Paint): string[] {
  const { policy, what, why, evaluations } = finding;
  const name = `${policy}: ${what}`;
  const told = finding.state === 'not asked' ? paint('dim', 'not asked') : why;
  const place = paint('dim', placeOf(finding, shown));
  const trees = evaluations.flatMap((each) => treeLines(each, { paint, secrets: asked.secrets, indent: 6 }));
  const line = [`  ${markOf(finding, station, paint)} ${name}`, told, place]
    .filter((part) => part !== '')
    .join('  ');
  return [`${line}${verdictMark(finding, paint)}`, ...trees];
}

function verdictMark({ decided }: Finding, paint: Paint): string {
  return decided ? paint('bold', '  ← decided') : '';
}

function markOf({ state, what, decided }: Finding, station: string, paint: Paint): string {
  switch (state) {
    case 'failed':
      return paint('red', '!');
    case 'not asked':
      return ' ';
    case 'no':
      // A rule or schema that is not for this request refuses nothing.
      return !decided && (station === 'rules' || station === 'schemas')
        ? paint('dim', '·')
        : paint('red', '✗');
    case 'yes':
      return what.startsWith('deny ') ? paint('red', '✗') : paint('green', '✓');
  }
}

/** What `lictor eval --output json` prints. */
export function jsonExplanation(all: Told): string {
  const { answered, asked, explanation, notes, question, shown } = all;
  const { decision, response } = answered;
  const { request, source } = asked.attributes;
  const { before, after, responseHeaders } = told(answered, asked);
  const finding = ({ source: place, state, evaluations, ...rest }: Finding) => ({
    ...rest,
    file: shown(place.file),
    line: place.line,
    state: state.replace(' ', '_'),
    evaluations: evaluations.map((each) => evaluationJson(each, asked.secrets)),
  });
  const list = (station: keyof Explanation) => explanation[station].map(finding);
  const report = {
    ...verdictOf(decision),
    detail: detailOf(decision),
    body: response.deniedResponse?.body ?? null,
    fault: decision.fault?.message ?? null,
    revision: decision.revisionText,
    now: new Date(asked.now).toISOString(),
    request: {
      method: request.method,
      scheme: request.scheme,
      host: request.host,
      path: request.path,
      principal: source.principal,
      address: source.address,
      issuer: question.caller.jwt?.issuer ?? null,
    },
    answer: {
      response_headers: Object.fromEntries(responseHeaders),
      request_headers: {
        set: Object.fromEntries([...after].filter(([name, value]) => before.get(name) !== value)),
        removed: [...before.keys()].filter((name) => !after.has(name)),
      },
      query: querySaid(answered),
    },
    notes,
    recorded: question.recorded ?? null,
    policies: list('selection'),
    first_limits: list('firstLimits'),
    authentication: list('authentication'),
    rules: list('rules'),
    schemas: list('schemas'),
    limits: list('limits'),
    responses: list('responses'),
    shadow: decision.shadow,
  };
  return `${mask(JSON.stringify(report, null, 2), asked.secrets)}\n`;
}

/** The part of a decision that a record has as well. */
export function verdictOf({ reason, status, policy, rule }: Decision) {
  return { decision: reason === 'allowed' ? 'allow' : 'deny', reason, status, policy, rule };
}
