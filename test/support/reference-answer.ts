import { type Decision, isAllow } from '../../src/engine/decision/decide.ts';
import type { Changes, Denial } from '../../src/engine/decision/outcome.ts';
import { GRPC_CODES, grpcCodeOf, REASONS } from '../../src/engine/decision/reasons.ts';
import {
  APPEND_ACTION,
  type CheckResponseMessage,
  type HeaderValueOptionMessage,
} from '../../src/engine/envoy/messages.ts';
import { structOf } from '../../src/engine/envoy/metadata.ts';
import { encodeCheckResponse } from './check-messages.ts';

/** The answer to a decision, written by `@grpc/proto-loader` from a plain object: the reference for `encodeCheck`. */
export function referenceAnswer(decision: Decision): Uint8Array {
  const { outcome } = decision;
  const facts = {
    decision: isAllow(outcome) ? 'allow' : 'deny',
    decision_id: decision.id,
    reason: decision.reason,
    policy: decision.policy,
    rule: decision.rule,
    revision: decision.revisionText,
    principal: decision.caller?.principal ?? decision.source.principal,
  };
  if (!isAllow(outcome)) {
    return encodeCheckResponse({
      status: { code: grpcCodeOf(outcome.reason, outcome.status), message: outcome.reason },
      deniedResponse: deniedResponse(decision, outcome),
      dynamicMetadata: structOf(facts),
    });
  }
  const { metadata } = outcome.changes;
  const values = metadata.size === 0 ? {} : { values: Object.fromEntries(metadata) };
  return encodeCheckResponse({
    status: { code: GRPC_CODES.OK },
    okResponse: okResponse(outcome.changes),
    dynamicMetadata: structOf({ ...facts, ...values }),
  });
}

function okResponse({
  requestHeaders,
  responseHeaders,
  query,
}: Changes): NonNullable<CheckResponseMessage['okResponse']> {
  const path = query.path === undefined ? [] : [overwritten(':path', query.path)];
  return {
    headers: [
      ...set(requestHeaders.set),
      ...requestHeaders.append.map(([key, value]) => ({
        header: header(key, value),
        append: { value: true },
      })),
      ...path,
    ],
    headersToRemove: [...requestHeaders.remove],
    responseHeadersToAdd: [
      ...set(responseHeaders.set),
      ...responseHeaders.append.map(([key, value]) => ({
        header: header(key, value),
        appendAction: APPEND_ACTION.appendIfExistsOrAdd,
      })),
    ],
  };
}

function deniedResponse(
  decision: Decision,
  denial: Denial,
): NonNullable<CheckResponseMessage['deniedResponse']> {
  const { grpc } = decision.request;
  const headers = new Map([['content-type', 'text/plain; charset=utf-8'], ...denial.headers]);
  if (grpc) {
    headers.delete('content-type');
    headers.set('grpc-status', String(grpcCodeOf(denial.reason, denial.status)));
  } else if (denial.body === undefined) headers.set('content-type', 'application/problem+json');
  headers.set('x-lictor-decision-id', decision.id);
  const problem = JSON.stringify({
    type: `urn:lictor:reason:${denial.reason}`,
    title: REASONS[denial.reason].title,
    status: denial.status,
    detail: denial.detail,
    errors: denial.errors,
    decision_id: decision.id,
    reason: denial.reason,
  });
  const body = grpc ? denial.detail : (denial.body ?? problem);
  return { status: { code: denial.status }, headers: set(headers), body: body.toWellFormed() };
}

function set(headers: ReadonlyMap<string, string>): HeaderValueOptionMessage[] {
  return Array.from(headers, ([key, value]) => overwritten(key, value));
}

function overwritten(key: string, value: string): HeaderValueOptionMessage {
  return { header: header(key, value), appendAction: APPEND_ACTION.overwriteIfExistsOrAdd };
}

function header(key: string, value: string): NonNullable<HeaderValueOptionMessage['header']> {
  return { key, value: value.toWellFormed() };
}
