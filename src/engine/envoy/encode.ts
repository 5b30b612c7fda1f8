import type { Decision } from '../decision/decide.ts';
import { isAllow } from '../decision/decide.ts';
import type { Changes, Denial } from '../decision/outcome.ts';
import { GRPC_CODES, grpcCodeOf, REASONS } from '../decision/reasons.ts';
import {
  APPEND_ACTION,
  type CheckMessages,
  type CheckResponseMessage,
  type HeaderValueOptionMessage,
} from './messages.ts';
import { structOf, textStruct } from './metadata.ts';

/**
 * Encodes the CheckResponse of a decision.
 * INVARIANT: status code 0, by which Envoy allows a request, is written only for the permit of `decide`.
 */
export function encodeCheck(decision: Decision, messages: CheckMessages): Uint8Array {
  const { outcome } = decision;
  const dynamicMetadata = textStruct({
    decision: isAllow(outcome) ? 'allow' : 'deny',
    decision_id: decision.id,
    reason: decision.reason,
    policy: decision.policy,
    rule: decision.rule,
    revision: decision.revisionText,
    principal: decision.caller?.principal ?? decision.source.principal,
  });
  if (isAllow(outcome)) {
    const { metadata } = outcome.changes;
    if (metadata.size > 0 && dynamicMetadata.fields !== undefined) {
      const values = structOf(Object.fromEntries(metadata));
      return messages.encodeResponse({
        status: { code: GRPC_CODES.OK },
        okResponse: okResponse(outcome.changes),
        dynamicMetadata: { fields: { ...dynamicMetadata.fields, values: { structValue: values } } },
      });
    }
    return messages.encodeResponse({
      status: { code: GRPC_CODES.OK },
      okResponse: okResponse(outcome.changes),
      dynamicMetadata,
    });
  }
  return messages.encodeResponse({
    status: { code: grpcCodeOf(outcome.reason, outcome.status), message: outcome.reason },
    deniedResponse: deniedResponse(decision, outcome),
    dynamicMetadata,
  });
}

/**
 * The query string is changed by `:path`. The fields of the message for query parameters compare raw text, so that
 * `rol%65` would survive the removal of `role`, they sort all parameters, and Envoy's `validate_mutations` rejects
 * their values with an escape.
 */
function okResponse({
  requestHeaders,
  responseHeaders,
  query,
}: Changes): NonNullable<CheckResponseMessage['okResponse']> {
  const { set: replaced, append, remove } = requestHeaders;
  const headers = [...set(replaced), ...append.map(([key, value]) => appended(key, value))];
  if (query.path !== undefined) headers.push(overwritten(':path', query.path));
  return {
    headers,
    headersToRemove: [...remove],
    responseHeadersToAdd: [
      ...set(responseHeaders.set),
      ...responseHeaders.append.map(([key, value]) => addedToResponse(key, value)),
    ],
  };
}

/**
 * Envoy turns a denial for a gRPC caller into trailers: the body becomes `grpc-message`, Envoy sets its own content
 * type, and `grpc-status` follows from the HTTP status unless the headers set it, as they do here.
 */
function deniedResponse(
  decision: Decision,
  denial: Denial,
): NonNullable<CheckResponseMessage['deniedResponse']> {
  const { grpc } = decision.request;
  const own = denial.body === undefined ? undefined : wellFormed(denial.body);
  const headers = new Map([['content-type', 'text/plain; charset=utf-8'], ...denial.headers]);
  if (grpc) {
    headers.delete('content-type');
    headers.set('grpc-status', String(grpcCodeOf(denial.reason, denial.status)));
  } else if (own === undefined) headers.set('content-type', 'application/problem+json');
  headers.set('x-lictor-decision-id', decision.id);
  return {
    status: { code: denial.status },
    headers: set(headers),
    body: grpc ? wellFormed(denial.detail) : (own ?? problem(decision, denial)),
  };
}

/** The problem document of RFC 9457. */
function problem(decision: Decision, { reason, status, detail }: Denial): string {
  return JSON.stringify({
    type: `urn:lictor:reason:${reason}`,
    title: REASONS[reason].title,
    status,
    detail,
    decision_id: decision.id,
    reason,
  });
}

function set(headers: ReadonlyMap<string, string>): HeaderValueOptionMessage[] {
  return Array.from(headers, ([key, value]) => overwritten(key, value));
}

function overwritten(key: string, value: string): HeaderValueOptionMessage {
  return { header: { key, value: wellFormed(value) }, appendAction: APPEND_ACTION.overwriteIfExistsOrAdd };
}

/** A header of a response, unlike one of a request, is appended by its action, also if there is none of its name. */
function addedToResponse(key: string, value: string): HeaderValueOptionMessage {
  return { header: { key, value: wellFormed(value) }, appendAction: APPEND_ACTION.appendIfExistsOrAdd };
}

function appended(key: string, value: string): HeaderValueOptionMessage {
  return { header: { key, value: wellFormed(value) }, append: { value: true } };
}

/**
 * JSON can hold half a surrogate pair, which has no UTF-8. A message with one is an error at the proxy, which would
 * allow a denied request if it is configured to fail open.
 */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** A denial that needs neither a decision nor an id. */
export function lastResort(messages: CheckMessages): Uint8Array {
  return messages.encodeResponse({
    status: { code: GRPC_CODES.INTERNAL, message: 'internal_error' },
    deniedResponse: { status: { code: REASONS.internal_error.status } },
  });
}
