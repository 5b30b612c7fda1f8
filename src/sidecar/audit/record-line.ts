import { printableJson } from '../../diagnostic/printable.ts';
import type { SpanReference } from '../../engine/request/traceparent.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { cut, isoMicroseconds, type Recorded, toRecord } from './record.ts';

/**
 * The line of a decision record, without its end: the bytes of `thoroughLine`. Members that depend only on
 * the policy set are written once for each policy, rule and reason.
 */
export function recordLine(decision: Recorded, trace: SpanReference): string {
  const { request, source, destination, caller, jwt, limits, shadow } = decision;
  if (shadow.length > 0) return thoroughLine(decision, trace);
  const principal = quoted(source.principal);
  let line = `{"time":"${timeText(decision.time)}","decision_id":${json(decision.id)},"decision":`;
  line += `${fixedPart(decision)},"request":{"id":${quoted(request.id)},"method":${quoted(request.method)}`;
  line += `,"host":${quoted(request.host)},"path":${quoted(request.path)}}`;
  line += `,"source":{"principal":${principal},"address":${quoted(source.address)}}`;
  if (caller !== undefined) {
    const called = caller.principal === source.principal ? principal : quoted(caller.principal);
    line += `,"caller":{"principal":${called},"via":"${caller.via}"}`;
  }
  line += `,"destination":{"principal":${quoted(destination.principal)}}`;
  if (jwt !== undefined) line += `,"jwt":{"issuer":${quoted(jwt.issuer)},"subject":${quoted(jwt.subject)}}`;
  line += `,"trace_id":"${trace.traceId}","span_id":"${trace.spanId}"`;
  line += `,"duration_us":${JSON.stringify(Math.round(decision.duration))}`;
  if (decision.controls.length > 0) line += `,"controls":${printableJson(JSON.stringify(decision.controls))}`;
  if (limits.length > 0) line += `,"limits":[${limits.map(limitText).join(',')}]`;
  return `${line}}`;
}

/** The same line, made of the record as a whole. */
export function thoroughLine(decision: Recorded, trace: SpanReference): string {
  return printableJson(JSON.stringify(toRecord(decision, trace)));
}

function limitText({ policy, name, remaining }: Recorded['limits'][number]): string {
  return `{"policy":${json(policy)},"name":${json(name)},"remaining":${JSON.stringify(remaining)}}`;
}

/** Characters that JSON text has in another form, or that are not ASCII. */
const UNUSUAL = /[^ !#-[\]-~]/;

/** A text as JSON. */
function json(text: string): string {
  return UNUSUAL.test(text) ? printableJson(JSON.stringify(text)) : `"${text}"`;
}

/** A text of the caller as JSON, cut if it is long. */
function quoted(text: string): string {
  return json(cut(text));
}

/** Members of records that are the same for one policy set, by reason, status, policy and rule. */
const fixedParts = new WeakMap<Revision, Map<string, string>>();

/** Most combinations for one policy set; it has so many only by a mistake. */
const MAX_FIXED = 10_000;

/** The members from `decision` to `environment`, without the name of the first. */
function fixedPart(decision: Recorded): string {
  const { revision, reason, status, policy, rule, environment } = decision;
  if (revision === undefined) return fixedText(decision);
  let known = fixedParts.get(revision);
  if (known === undefined) {
    known = new Map();
    fixedParts.set(revision, known);
  }
  const key = `${reason} ${status} ${policy} ${rule} ${environment}`;
  let text = known.get(key);
  if (text === undefined) {
    text = fixedText(decision);
    if (known.size < MAX_FIXED) known.set(key, text);
  }
  return text;
}

function fixedText(decision: Recorded): string {
  const {
    decision: verdict,
    reason,
    status,
    mode,
    policy,
    rule,
    revision,
    environment,
  } = toRecord(decision, { traceId: '', spanId: '' });
  const members = { decision: verdict, reason, status, mode, policy, rule, revision, environment };
  const json = printableJson(JSON.stringify(members));
  return json.slice('{"decision":'.length, -1);
}

let second = Number.NaN;
let secondText = '';

/** `isoMicroseconds`, of whose text most is that of the decision before. */
function timeText(time: number): string {
  const microseconds = Math.round(time * 1000);
  const whole = Math.floor(microseconds / 1_000_000);
  if (whole !== second) {
    secondText = isoMicroseconds(whole * 1000).slice(0, -'000000Z'.length);
    second = whole;
  }
  return `${secondText}${String(microseconds - whole * 1_000_000).padStart(6, '0')}Z`;
}
