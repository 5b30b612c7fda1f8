import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compiled, documentOf, judged, verdict } from '../../support/openapi.ts';

const ORDER = {
  type: 'object',
  required: ['sku'],
  properties: { sku: { type: 'string' }, copies: { type: 'integer', maximum: 9 } },
  additionalProperties: false,
};

function bodyOf(content: JsonValue, more: object = {}): JsonValue {
  return documentOf({ '/orders': { post: { requestBody: { content, ...more } } } });
}

function post(document: JsonValue, type: string | undefined, body?: string): string {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const request = { method: 'POST', path: '/orders', headers, ...(body === undefined ? {} : { body }) };
  const denial = judged(compiled(document), request);
  return denial === undefined ? 'fits' : `${denial.reason}: ${denial.detail}`;
}

describe('a body by its content type', () => {
  const document = bodyOf({
    'application/json': { schema: ORDER },
    'application/vnd.acme.v2+json': { schema: { type: 'object', required: ['v2'] } },
    'text/*': { schema: { type: 'string', maxLength: 3 } },
    'image/png': { schema: { type: 'string', format: 'binary' } },
    'application/xml': { schema: ORDER },
    'application/json; profile=x': { schema: { type: 'array' } },
  });

  test.each([
    ['application/json', '{"sku":"a"}', 'fits'],
    ['Application/JSON; Charset="UTF-8"', '{"sku":"a"}', 'fits'],
    ['application/json', '{"sku":1}', 'schema_violation: `/sku` must be a string'],
    ['application/json;profile=x', '[]', 'fits'],
    ['application/json;profile=x', '{"sku":"a"}', 'schema_violation: the body must be a list'],
    ['application/vnd.acme.v2+json', '{"v2":1}', 'fits'],
    ['text/plain', 'abc', 'fits'],
    ['text/csv', 'abcd', 'schema_violation: the body must have at most 3 characters'],
    ['image/png', '\x89PNG', 'fits'],
    ['application/json', '{"sku":"a","sku":"b"}', expect.stringMatching(/^body_malformed: /)],
    [
      'application/xml',
      '<a/>',
      'body_wrong_type: bodies of the type `application/xml` cannot be compared with the schema',
    ],
    ['application/vnd.acme.v3+json', '{}', expect.stringMatching(/^body_wrong_type: the body must be /)],
    ['application/json; charset=utf-16', '{"sku":"a"}', expect.stringMatching(/^body_wrong_type: /)],
    [
      "application/json; charset*=us-ascii''utf-7",
      '{"sku":"a"}',
      expect.stringMatching(/^body_wrong_type: /),
    ],
    ['application/json, text/plain', '{"sku":"a"}', expect.stringMatching(/^body_wrong_type: /)],
    [undefined, '{"sku":"a"}', expect.stringMatching(/^body_wrong_type: /)],
  ])('%s %s', (type, body, expected) => {
    expect(post(document, type, body)).toEqual(expected);
  });

  test('text that is not UTF-8', () => {
    const schema = compiled(document);
    const body = new Uint8Array([0x61, 0xff]);
    expect(
      judged(schema, { method: 'POST', path: '/orders', headers: { 'content-type': 'text/plain' }, body }),
    ).toEqual({
      reason: 'body_malformed',
      detail: 'the body is not UTF-8',
    });
  });

  test('a compressed body', () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const denial = judged(compiled(document), {
      method: 'POST',
      path: '/orders',
      headers,
      body: '{"sku":"a"}',
    });
    expect(denial?.reason).toBe('body_wrong_type');
  });
});

describe('a body that is missing, or not expected', () => {
  const json = { 'application/json': { schema: ORDER } };

  test('is required only where the document says so', () => {
    expect(post(bodyOf(json, { required: true }), undefined)).toBe('body_missing: a body is required');
    expect(post(bodyOf(json), undefined)).toBe('fits');
  });

  test('an optional body that the proxy does not send is not taken for none', () => {
    expect(post(bodyOf(json), 'application/json')).toBe('body_missing: a body is required');
  });

  test('an operation without a body takes none', () => {
    const schema = compiled(documentOf({ '/orders': { post: {}, get: {} } }));
    expect(verdict(schema, { method: 'POST', path: '/orders', body: 'x' })).toBe(
      'the operation takes no body',
    );
    expect(verdict(schema, { path: '/orders' })).toBe('fits');
    expect(verdict(schema, { path: '/orders', headers: { 'content-type': 'application/json' } })).toBe(
      'fits',
    );
  });

  test.each([
    ['POST', 'application/x-www-form-urlencoded', 'the operation takes no body'],
    ['POST', 'text/plain', 'the operation takes no body'],
    ['POST', '', 'the operation takes no body'],
    ['POST', 'application/json', 'fits'],
    ['GET', 'text/plain', 'fits'],
  ])('nor a %s of the type `%s` whose body the proxy may not have sent', (method, type, expected) => {
    const schema = compiled(documentOf({ '/orders': { post: {}, get: {} } }));
    const headers = { 'content-type': type };
    expect(verdict(schema, { method, path: '/orders', headers })).toBe(expected);
  });
});

describe('forms', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 2 },
      age: { type: 'integer', minimum: 0 },
      tags: { type: 'array', items: { type: 'string', maxLength: 3 }, maxItems: 2 },
      ids: { type: 'array', items: { type: 'integer' } },
      address: { type: 'object', properties: { zip: { type: 'integer' } }, additionalProperties: false },
      range: { type: 'object', properties: { gte: { type: 'integer' } }, additionalProperties: false },
    },
    additionalProperties: false,
  };
  const encoding = { ids: { style: 'form', explode: false }, range: { style: 'deepObject', explode: true } };
  const form = bodyOf({ 'application/x-www-form-urlencoded': { schema, encoding } });

  test.each([
    ['name=Ann', 'fits'],
    ['name=Ann+B&age=7&tags=a&tags=b&ids=1,2&address=%7B%22zip%22%3A1%7D&range[gte]=4', 'fits'],
    ['age=7', 'the body must have the member `name`'],
    ['name=Ann&age=x', '`/age` must be an integer'],
    ['name=Ann&age=-1', '`/age` must be >= 0'],
    ['name=Ann&name=Bob', 'the field `name` appears more than once'],
    ['name=Ann&tags=long', '`/tags/0` must have at most 3 characters'],
    ['name=Ann&tags=a&tags=b&tags=c', '`/tags` must have at most 2 items'],
    ['name=Ann&ids=1,x', '`/ids/1` must be an integer'],
    ['name=Ann&ids=1&ids=2', 'the field `ids` appears more than once'],
    ['name=Ann&address={', expect.stringContaining('the field `address` must be JSON')],
    ['name=Ann&range[gte]=x', '`/range/gte` must be an integer'],
    ['name=Ann&other=1', '`/other` is not expected'],
    ['name=Ann&__proto__=1', '`/__proto__` is not expected'],
    ['name=Ann&Age=-1', expect.stringContaining('that some services take for another one')],
    ['name=Ann&age[]=-1', expect.stringContaining('that some services take for another one')],
    ['name=Ann;age=-1', expect.stringContaining('has a `;`')],
  ])('%s', (body, expected) => {
    const result = post(form, 'application/x-www-form-urlencoded', body).replace('schema_violation: ', '');
    expect(result).toEqual(expected);
  });

  test('too many fields', () => {
    const body = `name=Ann&${'tags=a&'.repeat(1_000)}`;
    expect(post(form, 'application/x-www-form-urlencoded', body)).toContain('more than 1000 fields');
  });
});

describe('multipart', () => {
  const schema = {
    type: 'object',
    required: ['name', 'photo'],
    properties: {
      name: { type: 'string', minLength: 2 },
      age: { type: 'integer' },
      photo: { type: 'string', format: 'binary' },
      address: { type: 'object', required: ['zip'] },
      tags: { type: 'array', items: { type: 'string' } },
    },
    additionalProperties: false,
  };
  const document = bodyOf({ 'multipart/form-data': { schema } });
  const field = (name: string, value: string, more = ''): string =>
    `--b1\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const photo = field('photo', '\u0000\u0001', '; filename="a.png"\r\nContent-Type: image/png');
  const send = (body: string, type = 'multipart/form-data; boundary=b1'): string =>
    post(document, type, body);

  test('fields and files by the schema', () => {
    expect(send(`${field('name', 'Ann')}${photo}--b1--\r\n`)).toBe('fits');
    expect(
      send(`${field('name', 'Ann')}${field('age', '7')}${field('address', '{"zip":1}')}${photo}--b1--`),
    ).toBe('fits');
    expect(send(`${field('name', 'Ann')}${field('tags', 'a')}${field('tags', 'b')}${photo}--b1--`)).toBe(
      'fits',
    );
    expect(send(`${field('name', 'Ann')}--b1--`)).toBe(
      'schema_violation: the body must have the member `photo`',
    );
    expect(send(`${field('name', 'Ann')}${field('age', 'x')}${photo}--b1--`)).toBe(
      'schema_violation: `/age` must be an integer',
    );
    expect(send(`${field('name', 'Ann')}${field('name', 'Bob')}${photo}--b1--`)).toBe(
      'schema_violation: the field `name` appears more than once',
    );
    expect(send(`${field('name', 'Ann')}${field('address', '{}')}${photo}--b1--`)).toContain(
      '`/address` must have the member `zip`',
    );
    expect(send(`${field('name', 'Ann')}${field('x', '1')}${photo}--b1--`)).toContain('is not expected');
  });

  test.each([
    ['text before the first part', `x\r\n${field('name', 'Ann')}${photo}--b1--`],
    ['text after the last', `${field('name', 'Ann')}${photo}--b1--\r\nx`],
    ['no last delimiter', `${field('name', 'Ann')}${photo}`],
    ['other line ends', `${field('name', 'Ann')}${photo}--b1--`.replaceAll('\r\n', '\n')],
    ['a name with an escape', `${field('na\\"me', 'Ann')}${photo}--b1--`],
    ['an extended file name', `${field('name', 'Ann', "; filename*=UTF-8''a")}${photo}--b1--`],
    [
      'a repeated header',
      `${field('name', 'Ann', '\r\nContent-Disposition: form-data; name="age"')}${photo}--b1--`,
    ],
    ['an encoding', `${field('name', 'Ann', '\r\nContent-Transfer-Encoding: base64')}${photo}--b1--`],
    [
      'a name in another header',
      `${field('name', 'Ann', '\r\nContent-Type: text/plain; name="age"')}${photo}--b1--`,
    ],
    ['a folded header', `${field('name', 'Ann', ';\r\n filename="x"')}${photo}--b1--`],
    ['no part', '--b1--'],
    [
      'the boundary after LF, where Flask begins another part',
      `${field('name', 'Ann\n--b1\nContent-Disposition: form-data; name="age"\n\n7')}${photo}--b1--`,
    ],
    ['the boundary within a line', `${field('name', 'a--b1')}${photo}--b1--`],
    [
      'another charset for all fields',
      `${field('name', 'Ann')}${field('_charset_', 'utf-16')}${photo}--b1--`,
    ],
  ])('what servers read in different ways: %s', (_what, body) => {
    expect(send(body)).toMatch(/^body_malformed: /);
  });

  test('no boundary, or a strange one', () => {
    expect(send('--b1--', 'multipart/form-data')).toMatch(/^body_malformed: /);
    expect(send('--b1--', 'multipart/form-data; boundary="b 1"')).toMatch(/^body_malformed: /);
    expect(send('--b1--', 'multipart/form-data; boundary=b1; boundary=b2')).toMatch(/^body_wrong_type: /);
  });

  test.each([
    ["boundary=b1; boundary*=utf-8''b2", 'body_wrong_type'],
    ['boundary=b1; boundary*0=b2', 'body_wrong_type'],
    ['boundary*0=b; boundary*1=1', 'body_wrong_type'],
    ['xboundary=b2; boundary=b1', 'body_malformed'],
    ['x="boundary=b2"; boundary=b1', 'body_malformed'],
  ])('a second boundary, which Go, Flask or PHP read in its place: %s', (parameters, reason) => {
    const inner = field('name', 'Bob').replaceAll('--b1', '--b2');
    const body = `${field('name', `${inner}--b2--`)}${photo}--b1--`;
    expect(send(body)).toBe('fits');
    expect(send(body, `multipart/form-data; ${parameters}`)).toMatch(new RegExp(`^${reason}: `));
  });
});
