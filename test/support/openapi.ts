import {
  type CompiledOpenApi,
  compileOpenApi,
  type OpenApiOptions,
} from '../../src/engine/openapi/compile-openapi.ts';
import { denyUnknown, findOperation, judgeOperation } from '../../src/engine/openapi/judge.ts';
import type { OpenApiSchema } from '../../src/engine/openapi/operation.ts';
import type { JsonValue } from '../../src/engine/request/attributes.ts';
import { canonicalPath } from '../../src/engine/request/canonical-path.ts';
import type { BodyDenial } from '../../src/engine/schema/body-schema.ts';
import { readJsonBody } from '../../src/engine/schema/json-body.ts';

/** A document with its files, compiled. */
export function compileDocument(
  value: JsonValue,
  options: Partial<OpenApiOptions> = {},
  files: Readonly<Record<string, JsonValue>> = {},
): CompiledOpenApi {
  return compileOpenApi(
    { file: 'api.yaml', value },
    (reference) => {
      const file = files[reference];
      return file === undefined ? undefined : { file: reference, value: file };
    },
    {
      unknown: 'deny',
      unknownQuery: 'allow',
      readOnly: 'deny',
      basePath: undefined,
      maxBytes: undefined,
      credentials: new Set(),
      ...options,
    },
  );
}

/** A document without mistakes, compiled. */
export function compiled(...parts: Parameters<typeof compileDocument>): OpenApiSchema {
  const { schema, problems } = compileDocument(...parts);
  if (schema === undefined) throw new Error(JSON.stringify(problems));
  return schema;
}

/** A document with these paths. */
export function documentOf(paths: JsonValue, more: { readonly [name: string]: JsonValue } = {}): JsonValue {
  return { openapi: '3.1.1', info: { title: 'Test', version: '1' }, paths, ...more };
}

export interface TestRequest {
  readonly method?: string;
  /** With the query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The denial of a request; undefined if it fits. */
export function judged(
  schema: OpenApiSchema,
  { method = 'GET', path, headers = {}, body }: TestRequest,
): BodyDenial | undefined {
  const canonical = canonicalPath(path, method);
  const found = findOperation(schema, method, canonical.path);
  if (found.operation === undefined) return denyUnknown(schema, found.methods, method);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
  const sent = new Map(Object.entries(headers));
  const read = { bytes, defect: bytes.length === 0 ? ('missing' as const) : undefined };
  return judgeOperation(schema, found, {
    method,
    query: canonical.query,
    headers: sent,
    body: read,
    size: bytes.length,
    json: () =>
      readJsonBody(read, {
        type: sent.get('content-type') ?? '',
        encoding: sent.get('content-encoding') ?? '',
      }),
  });
}

/** `fits`, or the detail of the denial. */
export function verdict(schema: OpenApiSchema, request: TestRequest): string {
  return judged(schema, request)?.detail ?? 'fits';
}
