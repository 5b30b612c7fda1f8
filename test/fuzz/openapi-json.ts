import type { JsonObject, JsonValue } from '../../src/engine/request/attributes.ts';
import type { BodyDenial } from '../../src/engine/schema/body-schema.ts';
import { compiled, documentOf, judged } from '../support/openapi.ts';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

const SCHEMAS = {
  Id: { type: 'integer', readOnly: true },
  Order: {
    type: 'object',
    required: ['id', 'name'],
    additionalProperties: false,
    properties: {
      id: { allOf: [ref('Id')] },
      name: { type: 'string', maxLength: 5, nullable: true },
      pay: {
        oneOf: [ref('Card'), ref('Bill')],
        discriminator: { propertyName: 'kind', mapping: { card: '#/components/schemas/Card' } },
      },
      parts: { type: 'array', maxItems: 2, items: ref('Order') },
      days: { type: 'number', minimum: 0, exclusiveMinimum: true, multipleOf: 0.5 },
    },
  },
  Card: { type: 'object', required: ['number'], properties: { number: { type: 'string', minLength: 4 } } },
  Bill: { type: 'object', required: ['days'], properties: { days: { type: 'integer', maximum: 60 } } },
};

const content = { 'application/json': { schema: ref('Order') } };
const API = compiled(
  documentOf(
    { '/orders': { post: { requestBody: { required: true, content } } } },
    { openapi: '3.0.3', components: { schemas: SCHEMAS } },
  ),
);

/** Bodies that fit. */
export const FITTING: readonly JsonValue[] = [
  { name: 'Ann' },
  { name: null, days: 1.5, pay: { kind: 'card', number: '4111', more: [1] } },
  { name: 'Bob', pay: { kind: 'Bill', days: 30 }, parts: [{ name: 'a' }, { name: 'b', parts: [] }] },
];

/** The denial of a body; undefined if it fits. */
export function deny(bytes: Uint8Array): BodyDenial | undefined {
  const headers = { 'content-type': 'application/json' };
  return judged(API, { method: 'POST', path: '/orders', headers, body: bytes });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True if a parsed body fits, by code for this document alone. */
export function isOrder(value: unknown): boolean {
  if (!isObject(value) || !Object.hasOwn(value, 'name')) return false;
  return Object.entries(value).every(([name, each]) => {
    switch (name) {
      case 'name':
        return each === null || (typeof each === 'string' && Array.from(each).length <= 5);
      case 'pay':
        return isPayment(each);
      case 'parts':
        return Array.isArray(each) && each.length <= 2 && each.every(isOrder);
      case 'days':
        return typeof each === 'number' && each > 0 && Number.isInteger(each * 2);
      default:
        return false;
    }
  });
}

function isPayment(value: unknown): boolean {
  if (!isObject(value)) return false;
  const own = (name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
  const number = own('number');
  const days = own('days');
  switch (own('kind')) {
    case 'card':
      return typeof number === 'string' && Array.from(number).length >= 4;
    case 'Bill':
      return typeof days === 'number' && Number.isInteger(days) && days <= 60;
    default:
      return false;
  }
}
