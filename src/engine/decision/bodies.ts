import { denyUnknown, findOperation, judgeOperation } from '../openapi/judge.ts';
import { nameOfOperation, type OpenApiSchema } from '../openapi/operation.ts';
import type { BodyDenial, BodySchema } from '../schema/body-schema.ts';
import type { CompiledPolicy, CompiledSchema, MessageSchema } from '../set/policy-set.ts';
import { denyAmbiguousHeader } from './ambiguous-header.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type GrpcCall, UNKNOWN_METHOD } from './grpc-call.ts';
import type { RequestContext } from './request-context.ts';
import { selectsWithin } from './select.ts';

/** Every schema that selects the request must accept it. */
export function checkBodies(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): DenialCause | undefined {
  for (const each of policies) {
    for (const schema of each.policy.schemas) {
      const cause = checkSchema(schema, each, context);
      if (cause !== undefined) return cause;
    }
  }
  return undefined;
}

function checkSchema(
  schema: CompiledSchema,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const { policy } = applicable;
  const { trace } = request;
  const entries = trace && [];
  const selected = selectsWithin(schema.match, applicable, request, identities, entries);
  const judged = selected?.params === undefined ? ACCEPTED : judge(schema, policy, request);
  const { denial, operation } = judged;
  const cause = denial === undefined ? selected?.failure : { ...denial, policy };
  if (entries !== undefined) {
    const unselected = selected === undefined ? 'not_selected' : 'failed';
    const verdict = denial === undefined ? 'accepted' : 'denied';
    const result = selected?.params === undefined ? unselected : verdict;
    trace?.report({ kind: 'schema', policy, schema, entries, result, operation, cause });
  }
  return cause;
}

interface Judgement {
  readonly denial: Pick<DenialCause, 'reason' | 'detail' | 'errors' | 'fault'> | undefined;
  /** Name of the operation of the request, for traces. */
  readonly operation: string | undefined;
}

const ACCEPTED: Judgement = { denial: undefined, operation: undefined };

function judge(schema: CompiledSchema, policy: CompiledPolicy, request: RequestContext): Judgement {
  switch (schema.kind) {
    case 'body': {
      const denial = checkBody(schema.body, request);
      return denial === undefined ? ACCEPTED : { denial, operation: undefined };
    }
    case 'messages':
      return checkMessages(schema.messages, request);
    case 'openapi':
      return checkOperation(schema.openapi, policy, request);
  }
}

function checkBody(schema: BodySchema, request: RequestContext): BodyDenial | undefined {
  const tooLarge = denyTooLarge(schema.maxBytes, request);
  if (tooLarge !== undefined) return tooLarge;
  const read = request.body;
  return read.denial ?? schema.validate(read.value);
}

/** A declared length counts as well: the proxy may have sent a part only. */
function denyTooLarge(maxBytes: number | undefined, { attributes }: RequestContext): BodyDenial | undefined {
  const { body, size } = attributes.request;
  if (maxBytes === undefined || Math.max(body.bytes.length, size) <= maxBytes) return undefined;
  return { reason: 'body_too_large', detail: `the body is longer than ${maxBytes} bytes` };
}

/** Finds the operation of a request, whose headers and query parameters must have been sent in one way, and judges it. */
function checkOperation(schema: OpenApiSchema, policy: CompiledPolicy, request: RequestContext): Judgement {
  const { attributes, path } = request;
  const { method, headers, body, size } = attributes.request;
  const found = findOperation(schema, method, path.path);
  if (found.operation === undefined)
    return { denial: denyUnknown(schema, found.methods, method), operation: undefined };
  const { operation } = found;
  const sent = { method, headers, body, size, query: path.query, json: () => request.body };
  const denial =
    denyTooLarge(schema.maxBytes, request) ??
    denyAmbiguousHeader(operation.reads, policy, attributes.request) ??
    judgeOperation(schema, found, sent);
  return { denial, operation: nameOfOperation(operation) };
}

function checkMessages(schema: MessageSchema, request: RequestContext): Judgement {
  const call = request.callOf(schema.services);
  if (call === undefined) {
    return schema.allowsUnknown ? ACCEPTED : { denial: UNKNOWN_METHOD, operation: undefined };
  }
  const denial = denyTooLarge(schema.maxBytes, request) ?? denyMessages(schema, call, request);
  return { denial, operation: call.method.path };
}

function denyMessages(
  { services, allowsUnknownFields }: MessageSchema,
  { method, messages: read }: GrpcCall,
  request: RequestContext,
): Judgement['denial'] {
  if (read.denial !== undefined) return read.denial;
  if (read.unknown !== undefined && !allowsUnknownFields) {
    return { reason: 'schema_violation', detail: read.unknown };
  }
  const found = services.check(method, read.messages, () => request.timestamp);
  if (found === undefined || !('fault' in found)) return found;
  const detail = 'a rule of the descriptor set could not be evaluated for this message';
  return { reason: 'policy_error', detail, fault: found.fault };
}
