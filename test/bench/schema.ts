import { strict as assert } from 'node:assert';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../src/engine/request/attributes.ts';
import { readJsonBody } from '../../src/engine/schema/json-body.ts';
import { compileJsonSchema } from '../../src/engine/schema/json-schema.ts';
import { grpcContenders } from './grpc.ts';
import { type Contender, type Effort, measure, table } from './measure.ts';
import { openApiContenders } from './openapi.ts';

const SCHEMA = {
  type: 'object',
  required: ['id', 'items'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', format: 'uuid' },
    placed: { type: 'string', format: 'date-time' },
    customer: {
      type: 'object',
      required: ['name', 'mail'],
      properties: { name: { type: 'string', maxLength: 80 }, mail: { type: 'string', format: 'email' } },
    },
    items: { type: 'array', minItems: 1, maxItems: 1000, items: { $ref: '#/$defs/item' } },
    note: { type: 'string' },
  },
  $defs: {
    item: {
      type: 'object',
      required: ['sku', 'count', 'price'],
      additionalProperties: false,
      properties: {
        sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{4}$' },
        count: { type: 'integer', minimum: 1 },
        price: { type: 'number', minimum: 0, multipleOf: 0.01 },
        tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      },
    },
  },
} as const satisfies JsonObject;

const JSON_CONTENT = { type: 'application/json', encoding: '' };

/** Measures the check of bodies against a schema, beside the parser of the platform and `ajv` alone. */
export async function schemaPart(effort: Effort): Promise<string> {
  const fits = order(8, 1024);
  const refused = { ...fits, items: [...fits.items, { sku: 'secret', count: 0, price: 'x' }] };
  const large = order(600, 65_536);
  const less = { ...effort, runs: Math.ceil(effort.runs / 50) };
  return [
    table('schema: a body of 1 KiB that fits', await measure(contenders(fits, true), effort)),
    table('schema: a body of 1 KiB that does not fit', await measure(contenders(refused, false), effort)),
    table('schema: a body of 64 KiB that fits', await measure(contenders(large, true), less)),
    table(
      'schema: a request of an OpenAPI document with 1,000 operations',
      await measure(openApiContenders(SCHEMA, JSON.stringify(fits)), effort),
    ),
    table(
      'schema: a gRPC message of 1 KiB with rules of protovalidate',
      await measure(grpcContenders(), less),
    ),
  ].join('\n');
}

/** An order with this many items, filled to a length in bytes. */
function order(items: number, length: number) {
  const made = {
    id: '0b0d5b5a-2b63-4f4c-9a53-0d8f0b0f4b43',
    placed: '2026-11-30T12:00:00Z',
    customer: { name: 'Ada Lovelace', mail: 'ada@acme.example' },
    // Whole, since the library refuses 19.99 for `multipleOf: 0.01`.
    items: Array.from({ length: items }, (_, at) => ({
      sku: `ABC-${1000 + at}`,
      count: at + 1,
      price: 19 + at,
      tags: ['red', 'large', 'new'],
    })),
    note: '',
  };
  return { ...made, note: 'x'.repeat(Math.max(0, length - JSON.stringify(made).length)) };
}

function contenders(body: object, fits: boolean): readonly Contender[] {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const plain = ajv.compile(SCHEMA);
  const documents = new Map([['file:///schema.json', SCHEMA]]);
  const { schema } = compileJsonSchema({ documents, entry: 'file:///schema.json' });
  assert(schema);
  const ours = (): boolean => {
    const read = readJsonBody({ bytes, defect: undefined }, JSON_CONTENT);
    return read.denial === undefined && schema.validate(read.value) === undefined;
  };
  const parsed = (): unknown => JSON.parse(decoder.decode(bytes));
  assert.equal(ours(), fits);
  assert.equal(plain(parsed()), fits);
  return [
    { name: 'JSON.parse and ajv', run: () => plain(parsed()) },
    { name: 'Lictor: strict JSON, the schema', run: ours },
    { name: 'JSON.parse alone', run: parsed },
  ];
}
