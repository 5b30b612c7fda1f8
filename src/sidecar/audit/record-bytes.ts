import { printableJson } from '../../diagnostic/printable.ts';
import {
  isTraceparent,
  parseTraceparent,
  SPAN_ID,
  type SpanReference,
  TRACE_ID,
} from '../../engine/request/traceparent.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { AsciiWriter, utf8 } from './ascii-writer.ts';
import { isoMicroseconds, type Recorded, toRecord } from './record.ts';
import { MAX_TEXT, RECORD_VERSION } from './record-fields.ts';

/** Bytes of the longest record that is written in parts. */
const CAPACITY = 32 * 1024;

const writer = new AsciiWriter(CAPACITY);

/** The place of a decision in a trace; or the `traceparent` of its caller, which is empty or any text. */
export type Place = SpanReference | string;

/**
 * The line of a decision record in UTF-8, with its end: the bytes of `recordLine`. They are valid until the next call. A
 * usual record is written in parts, of which those that depend only on the policy set are made once.
 */
export function recordBytes(decision: Recorded, place: Place, end = ''): Uint8Array {
  const isUsual = decision.shadow.length === 0 && decision.candidate === undefined;
  const usual = isUsual ? usualBytes(decision, place, end) : undefined;
  return usual ?? utf8(`${recordLine(decision, place, end)}\n`);
}

/** The line of a decision record, without its end. `end`: last members of the record, as JSON with their commas. */
export function recordLine(decision: Recorded, place: Place, end = ''): string {
  const reference = typeof place === 'string' ? (parseTraceparent(place) ?? NOWHERE) : place;
  const record = JSON.stringify(toRecord(decision, reference));
  return printableJson(end === '' ? record : `${record.slice(0, -1)}${end}}`);
}

const NOWHERE: SpanReference = { traceId: '', spanId: '' };

/** Undefined if a text has characters that JSON or UTF-8 write in another way, or is cut. */
function usualBytes(decision: Recorded, place: Place, end: string): Uint8Array | undefined {
  const { request, source } = decision;
  writer.begin();
  writeTime(decision.time);
  writeText(decision.id);
  writer.bytes(PART.decision);
  writer.bytes(fixedPart(decision));
  writer.bytes(PART.request);
  writeText(request.id);
  writer.bytes(PART.method);
  writeText(request.method);
  writer.bytes(PART.host);
  writeText(request.host);
  writer.bytes(PART.path);
  writeText(request.path);
  writer.bytes(PART.source);
  writeText(source.principal);
  writer.bytes(PART.address);
  writeText(source.address);
  writeParties(decision);
  writePlace(place);
  writer.bytes(PART.duration);
  writeNumber(Math.round(decision.duration));
  if (decision.controls.length > 0) writer.bytes(controlsPart(decision.controls));
  if (decision.limits.length > 0) writeLimits(decision.limits);
  if (end !== '') writer.bytes(utf8(printableJson(end)));
  writer.bytes(PART.end);
  return writer.finish();
}

/** The text between the values of a record. */
const PART = {
  id: utf8('Z","decision_id":"'),
  decision: utf8('","decision":'),
  request: utf8(',"request":{"id":"'),
  method: utf8('","method":"'),
  host: utf8('","host":"'),
  path: utf8('","path":"'),
  source: utf8('"},"source":{"principal":"'),
  address: utf8('","address":"'),
  caller: utf8('"},"caller":{"principal":"'),
  connection: utf8('","via":"connection"},"destination":{"principal":"'),
  xfcc: utf8('","via":"xfcc"},"destination":{"principal":"'),
  destination: utf8('"},"destination":{"principal":"'),
  issuer: utf8('"},"jwt":{"issuer":"'),
  subject: utf8('","subject":"'),
  trace: utf8('"},"trace_id":"'),
  span: utf8('","span_id":"'),
  duration: utf8('","duration_us":'),
  limits: utf8(',"limits":[{"policy":"'),
  anotherLimit: utf8('},{"policy":"'),
  name: utf8('","name":"'),
  remaining: utf8('","remaining":'),
  share: utf8(',"without_store":"share"'),
  unavailable: utf8(',"without_store":"unavailable"'),
  endOfLimits: utf8('}]'),
  end: utf8('}\n'),
} as const;

function writeText(text: string): void {
  writer.text(text, MAX_TEXT);
}

function writePlace(place: Place): void {
  writer.bytes(PART.trace);
  if (typeof place === 'string') {
    const isValid = isTraceparent(place);
    if (isValid) writer.part(place, TRACE_ID.start, TRACE_ID.end);
    writer.bytes(PART.span);
    if (isValid) writer.part(place, SPAN_ID.start, SPAN_ID.end);
  } else {
    writeText(place.traceId);
    writer.bytes(PART.span);
    writeText(place.spanId);
  }
}

type Parties = Pick<Recorded, 'caller' | 'destination' | 'jwt'>;

/** The caller, the destination and the token of a record, which many records have in common. */
interface KnownParties {
  readonly caller: string | undefined;
  readonly via: string | undefined;
  readonly destination: string;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  /** Made when they come again. */
  bytes: Uint8Array | undefined;
}

/** Most parties that are known; others take their place. */
const MOST_PARTIES = 64;
const knownParties: (KnownParties | undefined)[] = Array.from({ length: MOST_PARTIES }, () => undefined);

/** Writes the members `caller`, `destination` and `jwt`. */
function writeParties({ caller, destination, jwt }: Parties): void {
  const place = placeOf(caller?.principal ?? '', jwt?.subject ?? '');
  const known = knownParties[place];
  const isKnown =
    known !== undefined &&
    known.caller === caller?.principal &&
    known.via === caller?.via &&
    known.destination === destination.principal &&
    known.issuer === jwt?.issuer &&
    known.subject === jwt?.subject;
  if (isKnown && known.bytes !== undefined) {
    writer.bytes(known.bytes);
    return;
  }
  const from = writer.length;
  writeEachParty({ caller, destination, jwt });
  if (isKnown) known.bytes = writer.copy(from);
  else {
    knownParties[place] = {
      caller: caller?.principal,
      via: caller?.via,
      destination: destination.principal,
      issuer: jwt?.issuer,
      subject: jwt?.subject,
      bytes: undefined,
    };
  }
}

function placeOf(principal: string, subject: string): number {
  const ends = principal.charCodeAt(principal.length - 1) * 7 + subject.charCodeAt(subject.length - 1) * 31;
  return (ends + principal.length * 5 + subject.length) & (MOST_PARTIES - 1);
}

function writeEachParty({ caller, destination, jwt }: Parties): void {
  if (caller !== undefined) {
    writer.bytes(PART.caller);
    writeText(caller.principal);
    writer.bytes(caller.via === 'xfcc' ? PART.xfcc : PART.connection);
  } else writer.bytes(PART.destination);
  writeText(destination.principal);
  if (jwt === undefined) return;
  writer.bytes(PART.issuer);
  writeText(jwt.issuer);
  writer.bytes(PART.subject);
  writeText(jwt.subject);
}

function writeNumber(value: number): void {
  writer.text(JSON.stringify(value), MAX_TEXT);
}

function writeLimits(limits: Recorded['limits']): void {
  let before: Uint8Array = PART.limits;
  for (const { policy, name, remaining, withoutStore } of limits) {
    writer.bytes(before);
    writeText(policy);
    writer.bytes(PART.name);
    writeText(name);
    writer.bytes(PART.remaining);
    writeNumber(remaining);
    if (withoutStore !== undefined) writer.bytes(PART[withoutStore]);
    before = PART.anotherLimit;
  }
  writer.bytes(PART.endOfLimits);
}

let second = Number.NaN;
/** The beginning of records of that second, up to its fraction. */
let beginning: Uint8Array = new Uint8Array();

/** The beginning of a record up to its id, of which most is that of the record before. */
function writeTime(time: number): void {
  const microseconds = Math.round(time * 1000);
  const whole = Math.floor(microseconds / 1_000_000);
  if (whole !== second) {
    beginning = utf8(
      `{"v":${RECORD_VERSION},"time":"${isoMicroseconds(whole * 1000).slice(0, -'000000Z'.length)}`,
    );
    second = whole;
  }
  writer.bytes(beginning);
  writer.digits(microseconds - whole * 1_000_000, 6);
  writer.bytes(PART.id);
}

type Fixed = Pick<Recorded, 'revision' | 'reason' | 'status' | 'policy' | 'rule' | 'environment'>;

/** Members of records that are the same for one policy set, by reason, status, policy, rule and environment. */
const fixedParts = new WeakMap<Revision, Map<string, Uint8Array>>();

/** Most combinations for one policy set; it has so many only by a mistake. */
const MAX_FIXED = 10_000;

/** The members of the last record, which are those of most records. */
let last: (Fixed & { readonly bytes: Uint8Array }) | undefined;

/** The members from `decision` to `environment`, without the name of the first. */
function fixedPart(decision: Recorded): Uint8Array {
  const { revision, reason, status, policy, rule, environment } = decision;
  if (
    last !== undefined &&
    last.revision === revision &&
    last.reason === reason &&
    last.status === status &&
    last.policy === policy &&
    last.rule === rule &&
    last.environment === environment
  ) {
    return last.bytes;
  }
  const bytes = revision === undefined ? fixedBytes(decision) : madeOnce(decision, revision);
  last = { revision, reason, status, policy, rule, environment, bytes };
  return bytes;
}

function madeOnce(decision: Recorded, revision: Revision): Uint8Array {
  let known = fixedParts.get(revision);
  if (known === undefined) {
    known = new Map();
    fixedParts.set(revision, known);
  }
  const { reason, status, policy, rule, environment } = decision;
  const key = `${reason} ${status} ${policy} ${rule} ${environment}`;
  let bytes = known.get(key);
  if (bytes === undefined) {
    bytes = fixedBytes(decision);
    if (known.size < MAX_FIXED) known.set(key, bytes);
  }
  return bytes;
}

function fixedBytes(decision: Recorded): Uint8Array {
  const {
    decision: verdict,
    reason,
    status,
    mode,
    policy,
    rule,
    revision,
    environment,
  } = toRecord(decision, NOWHERE);
  const members = { decision: verdict, reason, status, mode, policy, rule, revision, environment };
  return utf8(printableJson(JSON.stringify(members)).slice('{"decision":'.length, -1));
}

/** By the list, which is part of a policy. */
const controlsParts = new WeakMap<Recorded['controls'], Uint8Array>();

function controlsPart(controls: Recorded['controls']): Uint8Array {
  let part = controlsParts.get(controls);
  if (part === undefined) {
    part = utf8(`,"controls":${printableJson(JSON.stringify(controls))}`);
    controlsParts.set(controls, part);
  }
  return part;
}
