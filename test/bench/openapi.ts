import { strict as assert } from 'node:assert';
import { findOperation, judgeOperation } from '../../src/engine/openapi/judge.ts';
import type { JsonObject, JsonValue } from '../../src/engine/request/attributes.ts';
import { canonicalPath } from '../../src/engine/request/canonical-path.ts';
import { readJsonBody } from '../../src/engine/schema/json-body.ts';
import { compiled } from '../support/openapi.ts';
import type { Contender } from './measure.ts';

const NO_HEADERS: ReadonlyMap<string, string> = new Map();
const JSON_HEADERS = new Map([['content-type', 'application/json']]);

/** A document with this many operations, a list and a creation for each kind of object. */
function documentOf(operations: number, body: JsonObject): JsonValue {
  const kinds = Array.from({ length: operations / 2 }, (_, at) => `kind${at}`);
  const paths = kinds.map((kind) => [
    `/shops/{shop}/${kind}`,
    {
      parameters: [{ name: 'shop', in: 'path', required: true, schema: { type: 'integer' } }],
      get: {
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
          { name: 'state', in: 'query', schema: { type: 'array', items: { enum: ['open', 'sent'] } } },
        ],
      },
      post: {
        requestBody: { required: true, content: { 'application/json': { schema: bodyOf(body, kind) } } },
      },
    },
  ]);
  const { $defs = {} } = body;
  return { openapi: '3.1.1', paths: Object.fromEntries(paths) as JsonObject, $defs };
}

/** The schema with a name of its own, so that no two operations share one. */
function bodyOf(body: JsonObject, kind: string): JsonObject {
  const { properties } = body as { readonly properties: JsonObject };
  return { ...body, properties: { ...properties, [kind]: { type: 'integer' } } };
}

/** Requests for one of 1,000 operations, and one with a body of the schema. `text` is a body that fits. */
export function openApiContenders(schema: JsonObject, text: string): readonly Contender[] {
  const before = process.cpuUsage();
  const document = compiled(documentOf(1_000, schema));
  const { user, system } = process.cpuUsage(before);
  const loading = Math.round((user + system) / 1_000);
  const bytes = new TextEncoder().encode(text);
  const judge = (method: string, path: string, body: Uint8Array): boolean => {
    const { path: canonical, query } = canonicalPath(path, method);
    const found = findOperation(document, method, canonical);
    if (found.operation === undefined) return false;
    const headers = body.length === 0 ? NO_HEADERS : JSON_HEADERS;
    const sent = { bytes: body, defect: body.length === 0 ? ('missing' as const) : undefined };
    const json = () => readJsonBody(sent, { type: 'application/json', encoding: '' });
    const request = { method, query, headers, body: sent, size: body.length, json };
    return judgeOperation(document, found, request) === undefined;
  };
  const get = (): boolean => judge('GET', '/shops/7/kind321?limit=20&state=open&state=sent', EMPTY);
  const refused = (): boolean => judge('GET', '/shops/7/kind321?limit=2000&state=open', EMPTY);
  const post = (): boolean => judge('POST', '/shops/7/kind321', bytes);
  const unknown = (): boolean => judge('GET', '/shops/7/other', EMPTY);
  assert.deepEqual([get(), refused(), post(), unknown()], [true, false, true, false]);
  return [
    { name: `parameters that fit (document compiled in ${loading} ms of CPU)`, run: get },
    { name: 'a parameter that does not fit', run: refused },
    { name: 'a body of 1 KiB that fits', run: post },
    { name: 'an unknown path', run: unknown },
  ];
}

const EMPTY = new Uint8Array();
