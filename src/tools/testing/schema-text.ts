import { findOperation } from '../../engine/openapi/judge.ts';
import { nameOfOperation, type OpenApiSchema } from '../../engine/openapi/operation.ts';
import type { CompiledSchema } from '../../engine/set/policy-set.ts';

/** A request, of which the method may be any. */
interface Subject {
  readonly method: string | undefined;
  /** Canonical. */
  readonly path: string;
}

/** What a schema requires of a request, as a phrase. */
export function schemaText(schema: CompiledSchema, subject: Subject): string {
  return schema.kind === 'body'
    ? `a body${most(schema.body.maxBytes)} that fits its schema`
    : openApiText(schema.openapi, subject);
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
