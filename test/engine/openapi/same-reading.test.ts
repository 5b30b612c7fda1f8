import { ambiguousParameter } from '../../../src/engine/decision/ambiguous-parameter.ts';
import { findOperation } from '../../../src/engine/openapi/judge.ts';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compiled, documentOf, judged, verdict } from '../../support/openapi.ts';

describe('query parameters that are written by other names than their own', () => {
  const range = { type: 'object', properties: { gte: { type: 'integer' } } };
  const parameters = [
    { name: 'filter', in: 'query', style: 'deepObject', explode: true, schema: range },
    { name: 'page', in: 'query', schema: { type: 'object', properties: { limit: { type: 'integer' } } } },
  ];
  const schema = compiled(documentOf({ '/items': { get: { parameters } } }));
  const reads = findOperation(schema, 'GET', '/items').operation?.reads.parameters;

  test.each([
    ['filter[gte]=1', true],
    ['filter%5Bgte%5D=1', true],
    ['limit=1', true],
    ['Filter[gte]=1', false],
    ['filter%255Bgte%255D=1', false],
    ['limit[]=1', false],
    ['Limit=1', false],
  ])('%s', (query, isClear) => {
    expect(reads && ambiguousParameter(reads, `/items?${query}`) === undefined).toBe(isClear);
  });
});

function post(body: JsonValue, schema: JsonValue): string {
  const content = { 'application/json': { schema } };
  const component = { type: 'object', properties: { kind: { const: 'A' } } };
  const document = documentOf(
    { '/items': { post: { requestBody: { content } } } },
    { components: { schemas: { A: component } } },
  );
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', path: '/items', headers, body: JSON.stringify(body) };
  return verdict(compiled(document), request);
}

const REFERENCE = { $ref: '#/components/schemas/A' };

test('`anyOf` beside the `oneOf` of a discriminator is judged', () => {
  const discriminator = { propertyName: 'kind' };
  const schema = { discriminator, oneOf: [REFERENCE], anyOf: [{ required: ['size'] }] };
  expect(post({ kind: 'A' }, schema)).toBe('the body must have the member `size`');
  expect(post({ kind: 'A', size: 1 }, schema)).toBe('fits');
});

test('`unevaluatedProperties` beside a reference knows its members', () => {
  const schema = { ...REFERENCE, unevaluatedProperties: false };
  expect(post({ kind: 'A' }, schema)).toBe('fits');
  expect(post({ kind: 'A', size: 1 }, schema)).toBe('`/size` is not expected');
});

test('a part with an empty file name and bytes is refused, since some servers read it as text', () => {
  const note = { type: 'object', properties: { note: { type: 'string', maxLength: 2 } } };
  const content = { 'multipart/form-data': { schema: note } };
  const schema = compiled(documentOf({ '/items': { post: { requestBody: { content } } } }));
  const send = (text: string): string | undefined => {
    const head = 'content-disposition: form-data; name="note"; filename=""';
    const body = `--b\r\n${head}\r\n\r\n${text}\r\n--b--`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    return judged(schema, { method: 'POST', path: '/items', headers, body })?.reason;
  };
  expect(send('')).toBeUndefined();
  expect(send('long')).toBe('body_malformed');
});
