import type { Method } from '../../engine/grpc/method.ts';
import { findOperation } from '../../engine/openapi/judge.ts';
import { nameOfOperation, type OpenApiSchema } from '../../engine/openapi/operation.ts';
import type { CompiledSchema, MessageSchema } from '../../engine/set/policy-set.ts';

/** A request, of which the method may be any. */
interface Subject {
  readonly method: string | undefined;
  /** Canonical. */
  readonly path: string;
}

/** Requirement of a schema for a request, as a phrase. */
export function schemaText(schema: CompiledSchema, subject: Subject): string {
  switch (schema.kind) {
    case 'body':
      return `a body${most(schema.body.maxBytes)} that fits its schema`;
    case 'messages':
      return messagesText(schema.messages, subject);
    case 'openapi':
      return openApiText(schema.openapi, subject);
  }
}

function messagesText({ services, maxBytes, allowsUnknown }: MessageSchema, { path }: Subject): string {
  const method = services.methodAt(path);
  if (method !== undefined) return `a call${most(maxBytes)} with ${messageNoun(method)}`;
  return allowsUnknown
    ? 'nothing: the descriptor set has no such method'
    : 'a method of the descriptor set, which has none for this';
}

function messageNoun({ input, isStream }: Method): string {
  return isStream ? `messages that fit ${input.typeName}` : `a message that fits ${input.typeName}`;
}

function openApiText(schema: OpenApiSchema, { method, path }: Subject): string {
  const { document, unknown, maxBytes } = schema;
  const found = findOperation(schema, method ?? '', path);
  if (found.operation !== undefined) {
    const body = maxBytes === undefined ? '' : `, with a body${most(maxBytes)}`;
    return `a request for ${nameOfOperation(found.operation)} of ${document}${body}`;
  }
  if (method === undefined && found.methods.length > 0)
    return `a request for an operation of ${document}, ${found.methods.join(' or ')}`;
  return unknown === 'allow'
    ? `nothing: ${document} has no such operation`
    : `an operation of ${document}, which has none for this`;
}

function most(maxBytes: number | undefined): string {
  return maxBytes === undefined ? '' : ` of at most ${maxBytes} bytes`;
}
