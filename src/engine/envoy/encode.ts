import type { Decision } from '../decision/decide.ts';
import { isAllow } from '../decision/decide.ts';
import type { Changes, Denial } from '../decision/outcome.ts';
import { REASONS } from '../decision/reasons.ts';
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
    principal: decision.source.principal,
  });
  if (isAllow(outcome)) {
    const { metadata } = outcome.changes;
    if (metadata.size > 0 && dynamicMetadata.fields !== undefined) {
      const values = structOf(Object.fromEntries(metadata));
      return messages.encodeResponse({
        status: { code: OK },
        okResponse: okResponse(outcome.changes),
        dynamicMetadata: { fields: { ...dynamicMetadata.fields, values: { structValue: values } } },
      });
    }
    return messages.encodeResponse({
      status: { code: OK },
      okResponse: okResponse(outcome.changes),
      dynamicMetadata,
    });
  }
  return messages.encodeResponse({
    status: { code: rpcCode(outcome.status), message: outcome.reason },
    deniedResponse: deniedResponse(decision, outcome),
    dynamicMetadata,
  });
}

/** google.rpc.Code of an HTTP status, by the table of the language page; of a status not in it, by its class. */
export function rpcCode(status: number): number {
  return RPC_CODES[status] ?? (status >= 500 ? INTERNAL : PERMISSION_DENIED);
}

const OK = 0;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

const RPC_CODES: Readonly<Record<number, number>> = {
  400: INVALID_ARGUMENT,
  401: UNAUTHENTICATED,
  413: INVALID_ARGUMENT,
  415: INVALID_ARGUMENT,
  429: RESOURCE_EXHAUSTED,
  503: UNAVAILABLE,
};

function okResponse({
  requestHeaders,
  responseHeaders,
  query,
}: Changes): NonNullable<CheckResponseMessage['okResponse']> {
  const { set: replaced, append, remove } = requestHeaders;
  return {
    headers: [...set(replaced), ...append.map(([key, value]) => appended(key, value))],
    headersToRemove: [...remove],
    responseHeadersToAdd: [
      ...set(responseHeaders.set),
      ...responseHeaders.append.map(([key, value]) => addedToResponse(key, value)),
    ],
    ...(query.set.size === 0
      ? {}
      : {
          queryParametersToSet: Array.from(query.set, ([key, value]) => ({ key, value: wellFormed(value) })),
        }),
    ...(query.remove.size === 0 ? {} : { queryParametersToRemove: [...query.remove] }),
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
    headers.set('grpc-status', String(rpcCode(denial.status)));
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
  return Array.from(headers, ([key, value]) => ({
    header: { key, value: wellFormed(value) },
    appendAction: APPEND_ACTION.overwriteIfExistsOrAdd,
  }));
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
    status: { code: INTERNAL, message: 'internal_error' },
    deniedResponse: { status: { code: REASONS.internal_error.status } },
  });
}
