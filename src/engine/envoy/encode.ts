import type { Allow, Decision } from '../decision/decide.ts';
import { isAllow } from '../decision/decide.ts';
import type { Changes, Denial } from '../decision/outcome.ts';
import { GRPC_CODES, grpcCodeOf, REASONS } from '../decision/reasons.ts';
import { factsOf, writeEntry, writeValues } from './answer-facts.ts';
import { writeAdded, writeAppended, writeOverwritten } from './header-options.ts';
import { MessageWriter } from './message-writer.ts';

/** Tags of CheckResponse, and of the messages in it. */
const STATUS = 0x0a;
const DENIED_RESPONSE = 0x12;
const OK_RESPONSE = 0x1a;
const DYNAMIC_METADATA = 0x22;
/** google.rpc.Status */
const CODE = 0x08;
const MESSAGE = 0x12;
/** DeniedHttpResponse */
const HTTP_STATUS = 0x0a;
const DENIED_HEADERS = 0x12;
const BODY = 0x1a;
/** OkHttpResponse */
const HEADERS = 0x12;
const HEADERS_TO_REMOVE = 0x2a;
const RESPONSE_HEADERS_TO_ADD = 0x32;

const writer = new MessageWriter();

/**
 * Encodes the CheckResponse of a decision.
 * INVARIANT: status code 0, by which Envoy allows a request, is written only for the permit of `decide`.
 */
export function encodeCheck(decision: Decision): Uint8Array {
  const { outcome } = decision;
  writer.begin();
  if (isAllow(outcome)) writeAllow(decision, outcome);
  else writeDenial(decision, outcome);
  return writer.finish();
}

/** Everything is written from its end to its start. */
function writeAllow(decision: Decision, { changes }: Allow): void {
  const facts = factsOf(decision);
  const isUsual = decision.id.length === ID_LENGTH && isUnchanged(changes);
  if (isUsual && writeFromTemplate(decision, facts)) return;
  if (changes.metadata.size > 0) writeValues(writer, changes.metadata);
  const idEnd = writeMetadata(decision, facts, ALLOW);
  const before = writer.size;
  writeChanges(changes);
  writer.part(OK_RESPONSE, before);
  writer.bytes(OK_STATUS);
  if (isUsual && ASCII.test(decision.id)) keepTemplate(decision, facts, idEnd);
}

/** Length of the ids that `serve` makes. */
const ID_LENGTH = 36;
const ASCII = /^[ -~]*$/;

function isUnchanged({ requestHeaders, responseHeaders, query, metadata }: Changes): boolean {
  return (
    metadata.size === 0 &&
    query.path === undefined &&
    requestHeaders.set.size + requestHeaders.remove.size + requestHeaders.append.length === 0 &&
    responseHeaders.set.size + responseHeaders.append.length === 0
  );
}

/** An answer that allows and changes nothing, which is the same for each request of a caller but for its id. */
interface Template {
  readonly facts: Uint8Array;
  readonly principal: string;
  readonly bytes: Uint8Array;
  /** Bytes after the id. */
  readonly idEnd: number;
}

/** Most templates; one replaces another of its place. */
const TEMPLATES = 256;
const templates: (Template | undefined)[] = Array.from({ length: TEMPLATES }, () => undefined);

function placeOf(facts: Uint8Array, principal: string): number {
  const { length } = principal;
  const end =
    length === 0 ? 0 : principal.charCodeAt(length - 1) * 31 + principal.charCodeAt(length >>> 1) * 7;
  return (facts.length * 13 + length * 5 + end) & (TEMPLATES - 1);
}

/** Writes the answer from its template. Returns false, and writes nothing, without a template or for an unusual id. */
function writeFromTemplate(decision: Decision, facts: Uint8Array): boolean {
  const principal = principalOf(decision);
  const template = templates[placeOf(facts, principal)];
  if (template?.facts !== facts || template.principal !== principal) return false;
  writer.bytes(template.bytes);
  return writer.replace(template.idEnd, decision.id);
}

function keepTemplate(decision: Decision, facts: Uint8Array, idEnd: number): void {
  const principal = principalOf(decision);
  templates[placeOf(facts, principal)] = { facts, principal, bytes: writer.copy(), idEnd };
}

function principalOf({ caller, source }: Decision): string {
  return caller?.principal ?? source.principal;
}

/** An entry of the metadata that says which decision it is. */
function verdictEntry(verdict: 'allow' | 'deny'): Uint8Array {
  writer.begin();
  writeEntry(writer, 'decision', verdict);
  return writer.finish().slice();
}

const ALLOW = verdictEntry('allow');
const DENY = verdictEntry('deny');

/** The status of an answer that allows. */
const OK_STATUS = new Uint8Array([STATUS, 2, CODE, GRPC_CODES.OK]);

/** Writes the dynamic metadata, with all that the message has so far. Returns the number of bytes after the id. */
function writeMetadata(decision: Decision, facts: Uint8Array, verdict: Uint8Array): number {
  writeEntry(writer, 'principal', principalOf(decision));
  writer.bytes(facts);
  const idEnd = writer.size;
  writeEntry(writer, 'decision_id', decision.id);
  writer.bytes(verdict);
  writer.part(DYNAMIC_METADATA, 0);
  return idEnd;
}

/**
 * The query string is changed by `:path`. The fields of the message for query parameters compare raw text, so that
 * `rol%65` would survive the removal of `role`, they sort all parameters, and Envoy's `validate_mutations` rejects
 * their values with an escape.
 */
function writeChanges({ requestHeaders, responseHeaders, query }: Changes): void {
  const { set, append, remove } = requestHeaders;
  writeLastFirst(responseHeaders.append, ([key, value]) =>
    writeAdded(writer, RESPONSE_HEADERS_TO_ADD, key, value),
  );
  writeSet(RESPONSE_HEADERS_TO_ADD, responseHeaders.set);
  if (remove.size > 0) writeLastFirst([...remove], (name) => writer.text(HEADERS_TO_REMOVE, name));
  if (query.path !== undefined) writeOverwritten(writer, HEADERS, ':path', query.path);
  writeLastFirst(append, ([key, value]) => writeAppended(writer, HEADERS, key, value));
  writeSet(HEADERS, set);
}

function writeSet(tag: number, headers: ReadonlyMap<string, string>): void {
  if (headers.size === 0) return;
  writeLastFirst([...headers], ([key, value]) => writeOverwritten(writer, tag, key, value));
}

function writeLastFirst<Item>(items: readonly Item[], write: (item: Item) => void): void {
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    if (item !== undefined) write(item);
  }
}

/**
 * Envoy turns a denial for a gRPC caller into trailers: the body becomes `grpc-message`, Envoy sets its own content
 * type, and `grpc-status` follows from the HTTP status unless the headers set it, as they do here.
 */
function writeDenial(decision: Decision, denial: Denial): void {
  const { grpc } = decision.request;
  const headers = new Map([['content-type', 'text/plain; charset=utf-8'], ...denial.headers]);
  if (grpc) {
    headers.delete('content-type');
    headers.set('grpc-status', String(grpcCodeOf(denial.reason, denial.status)));
  } else if (denial.body === undefined) headers.set('content-type', 'application/problem+json');
  headers.set('x-lictor-decision-id', decision.id);
  writeMetadata(decision, factsOf(decision), DENY);
  const response = writer.size;
  writer.text(BODY, grpc ? denial.detail : (denial.body ?? problem(decision, denial)));
  writeSet(DENIED_HEADERS, headers);
  writeHttpStatus(denial.status);
  writer.part(DENIED_RESPONSE, response);
  writeStatus(grpcCodeOf(denial.reason, denial.status), denial.reason);
}

function writeHttpStatus(code: number): void {
  const before = writer.size;
  writer.number(CODE, code);
  writer.part(HTTP_STATUS, before);
}

/** A status that denies. */
function writeStatus(code: number, message: string): void {
  const before = writer.size;
  writer.text(MESSAGE, message);
  writer.number(CODE, code);
  writer.part(STATUS, before);
}

/** The problem document of RFC 9457. */
function problem(decision: Decision, { reason, status, detail, errors }: Denial): string {
  return JSON.stringify({
    type: `urn:lictor:reason:${reason}`,
    title: REASONS[reason].title,
    status,
    detail,
    // Undefined, and so left out, for every other reason.
    errors,
    decision_id: decision.id,
    reason,
  });
}

/** A denial that needs neither a decision nor an id. */
export const LAST_RESORT = lastResort();

function lastResort(): Uint8Array {
  writer.begin();
  writeHttpStatus(REASONS.internal_error.status);
  writer.part(DENIED_RESPONSE, 0);
  writeStatus(GRPC_CODES.INTERNAL, 'internal_error');
  return writer.finish().slice();
}
