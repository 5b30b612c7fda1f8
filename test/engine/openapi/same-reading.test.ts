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
    ['filter.gte=1', false],
    ['filter%5B%FFgte%5D=1', false],
    ['filter%5Bgte%5D%2=1', false],
    ['Filter%2Egte=1', false],
    ['filters.gte=1', true],
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

describe('a cookie that an operation names', () => {
  const parameters = [
    { name: 'sid', in: 'cookie', schema: { type: 'string', pattern: '^[a-z"]{1,9}$' } },
    { name: 'ids', in: 'cookie', explode: false, schema: { type: 'array', items: { type: 'integer' } } },
  ];
  const named = compiled(documentOf({ '/x': { get: { parameters } } }));
  const none = compiled(documentOf({ '/x': { get: {} } }));
  const unclear = 'the cookie `sid` is written so that services read it in different ways';

  test.each([
    ['sid=ann', 'fits'],
    ['a=1,2; sid=ann; ids=1,2', 'fits'],
    ['sid="ann"', 'fits'],
    ['sid=x, sid=admin', unclear],
    ['a=1,sid=admin', unclear],
    ['a=1 sid=admin', unclear],
    ['a=1 sid\t= admin', unclear],
    ['a=1; secure sid=admin', unclear],
    ['a="1"sid=admin', unclear],
    ['sid="ann\\145"', unclear],
    ['sid = ann', 'fits'],
    ['sid, sid=root=ann', unclear],
    ['a=1;, sid=root', unclear],
    ['sid="admin', unclear],
    ['sid=ad"min', unclear],
    ['a="1; sid=admin; b=2"', unclear],
    ['sid="longestsid"', 'the cookie `sid` must match pattern "^[a-z"]{1,9}$"'],
    ['sid="eightish"', 'the cookie `sid` must match pattern "^[a-z"]{1,9}$"'],
  ])('%s', (cookie, expected) => {
    expect(verdict(named, { path: '/x', headers: { cookie } })).toBe(expected);
    expect(verdict(none, { path: '/x', headers: { cookie } })).toBe('fits');
  });
});

test.each([
  ['spaces', `sid=a${' '.repeat(60_000)}b`],
  ['separators', ';'.repeat(60_000)],
  ['commas', `a=${','.repeat(60_000)}`],
])('a cookie header of 60,000 %s takes little time for many cookies', (_, cookie) => {
  const parameters = Array.from({ length: 60 }, (_each, index) => ({
    name: index === 0 ? 'sid' : `c${index}`,
    in: 'cookie',
    schema: { type: 'string' },
  }));
  const schema = compiled(documentOf({ '/x': { get: { parameters } } }));
  const before = process.cpuUsage();
  expect(verdict(schema, { path: '/x', headers: { cookie } })).toBe('fits');
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(200);
});

describe('bytes and files in forms', () => {
  const schema = {
    type: 'object',
    properties: {
      note: { type: 'string', maxLength: 2 },
      photo: { type: 'string', format: 'binary' },
      size: { type: 'integer' },
      meta: { type: 'object', properties: { a: { type: 'integer' } } },
    },
  };
  const content = {
    'multipart/form-data': { schema },
    'application/x-www-form-urlencoded': { schema },
  };
  const parameters = [{ name: 'q', in: 'query', schema: { type: 'string', maxLength: 3 } }];
  const document = compiled(documentOf({ '/items': { post: { parameters, requestBody: { content } } } }));

  const part = (name: string, text: string, more = ''): string => {
    const head = `content-disposition: form-data; name="${name}"${more}`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const body = `--b\r\n${head}\r\n\r\n${text}\r\n--b--`;
    return verdict(document, { method: 'POST', path: '/items', headers, body });
  };
  const form = (body: string, path = '/items'): string => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return verdict(document, { method: 'POST', path, headers, body });
  };
  const FILE = '; filename="x"';

  test('a file for a field with limits is judged by its text', () => {
    expect(part('note', 'ab', FILE)).toBe('fits');
    expect(part('note', 'abc', FILE)).toBe('`/note` must have at most 2 characters');
    expect(part('photo', 'abc', FILE)).toBe('fits');
  });

  test('a file for an object is judged as JSON if its type says so', () => {
    const json = `${FILE}\r\ncontent-type: application/json`;
    expect(part('meta', '{"a":1}', json)).toBe('fits');
    expect(part('meta', '{"a":"x"}', json)).toBe('`/meta/a` must be an integer');
    expect(part('meta', '{"a":1}', FILE)).toBe('`/meta` must be an object');
  });

  test('JSON for a field of text must be the same value as text', () => {
    const json = '\r\ncontent-type: application/json';
    expect([part('size', '1', json), part('size', '1')]).toEqual(['fits', 'fits']);
    expect(part('size', '1.0', json)).toBe('the field `size` must be sent as text');
    expect(part('note', '"a"', json)).toBe('the field `note` must be sent as text');
    expect(part('other', '{"a":1}', json)).toBe('fits');
  });

  test('another charset than UTF-8 is refused', () => {
    const refused = 'the body is not multipart/form-data that servers read alike';
    expect([part('_charset_', 'utf-8'), part('_charset_', 'UTF-16')]).toEqual(['fits', refused]);
    expect(form('_charset_=utf-8')).toBe('fits');
    expect(form('_charset_=utf-7')).toBe('the field `_charset_` must be utf-8');
  });

  test.each(['%ff', 'a%', '%zz', '%C0%80', '%ED%A0%80'])('an escape such as `%s` is refused', (text) => {
    const refused = 'has an escape that is not of UTF-8';
    expect(form(`note=${text}`)).toBe(`the field \`note\` ${refused}`);
    expect(form(`other=${text}`)).toBe(`the field \`other\` ${refused}`);
    expect(form('note=a', `/items?q=${text}`)).toBe(`the query parameter \`q\` ${refused}`);
    expect(form('note=a', `/items?other=${text}`)).toBe('fits');
  });
});
