import { readHeaders } from '../../../src/engine/envoy/headers.ts';
import {
  foldedName,
  HEADER_FIELDS,
  hasOneValue,
  isPlainName,
  mayBeJoined,
} from '../../../src/engine/request/header-fields.ts';

/** True if the header, sent with each of these values, has one value. */
function one(name: string, values: readonly string[], form: 'raw' | 'joined' = 'raw'): boolean {
  const joined = { headers: { [name]: values.join(',') } };
  const raw = { headerMap: { headers: values.map((value) => ({ key: name, value })) } };
  const { headers, form: headerForm } = readHeaders(form === 'raw' ? raw : joined);
  return hasOneValue(name, { headers, headerForm });
}

const LISTS = Object.entries(HEADER_FIELDS).flatMap(([name, { comma }]) => (comma === 'list' ? [name] : []));

describe('a header has one value', () => {
  test.each(LISTS)('always, as `%s` is a list', (name) => {
    expect(one(name, ['a', 'b'])).toBe(true);
    expect(one(name, ['a', 'b'], 'joined')).toBe(true);
  });

  test('if it was sent once', () => {
    expect(one('x-role', ['admin'])).toBe(true);
    expect(one('x-role', ['user', 'admin'])).toBe(false);
    expect(one('x-role', ['user', 'user'])).toBe(false);
    expect(one('x-role', ['', ''])).toBe(false);
  });

  test('with a comma, if the proxy sends raw headers', () => {
    expect(one('x-role', ['user, admin'])).toBe(true);
    expect(one('x-role', ['user, admin'], 'joined')).toBe(false);
    expect(one('constructor', ['a'], 'joined')).toBe(true);
  });

  test('whose name is a name of every object', () => {
    expect(one('constructor', ['a,b'], 'joined')).toBe(false);
    expect(one('__proto__', ['a', 'b'])).toBe(false);
  });

  test('as cookies that arrive apart', () => {
    expect(one('cookie', ['a=1', 'b=2'])).toBe(true);
    expect(one('cookie', ['a=1; b=2'], 'joined')).toBe(true);
    expect(one('cookie', ['a=1', 'b=2'], 'joined')).toBe(false);
  });

  test.each([
    ['date', 'Mon, 30 Nov 2026 00:00:00 GMT', true],
    ['date', 'Monday, 30-Nov-26 00:00:00 GMT', true],
    ['date', 'Mon Nov 30 00:00:00 2026', true],
    ['date', 'Mon, 30 Nov 2026 00:00:00 GMT,Tue, 01 Dec 2026 00:00:00 GMT', false],
    ['date', 'Mon,30 Nov 2026 00:00:00 GMT', false],
    ['if-modified-since', 'x,Mon, 30 Nov 2026 00:00:00 GMT', false],
    ['content-type', 'multipart/form-data; boundary="a,\\",b"', true],
    ['content-type', 'text/plain,application/json', false],
    ['content-type', 'text/plain; a="b",application/json', false],
    ['content-type', 'text/plain; a="b, c', true],
    ['user-agent', 'Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko)', true],
    ['user-agent', 'shop/1 (iPhone12,1; iOS 15.0)', true],
    ['user-agent', 'curl/8,evil/1', false],
    ['authorization', 'Bearer abc.def.ghi', true],
    ['authorization', 'Digest username="a,b", realm=c,uri="/"', true],
    ['authorization', 'AWS4-HMAC-SHA256 Credential=A/b/c, SignedHeaders=host;range, Signature=fe5f', true],
    ['authorization', 'Bearer a,Bearer b', false],
    ['authorization', 'Basic YWI=,Bearer b', false],
    ['authorization', 'Digest a="b",Bearer c', false],
    ['authorization', 'Bearer a==,b=c', false],
    ['origin', 'https://a.example,https://b.example', false],
    ['x-forwarded-host', 'a.example, b.example', false],
    ['referer', 'https://a.example/x,y', true],
  ])('`%s: %s`: %s, since Envoy joins it for the service as well', (name, value, expected) => {
    expect(one(name, [value])).toBe(expected);
    expect(one(name, [value], 'joined')).toBe(expected);
  });
});

test('values of 64 KiB are read in one pass', () => {
  const began = performance.now();
  for (const [name, piece] of [
    ['content-type', '"\\"'],
    ['user-agent', '(('],
    ['authorization', 'a= "'],
    ['x-any', ' \t'],
  ] as const) {
    const value = `x,${piece.repeat(64 * 1024)}x`;
    one(name, [value]);
    mayBeJoined(name, value, true);
  }
  expect(performance.now() - began).toBeLessThan(2000);
});

test('names that CGI does not tell apart are folded, others are plain', () => {
  expect(['x-tenant', 'x_tenant', 'x.tenant', 'x~tenant', 'x-t_enant'].map(foldedName)).toEqual([
    'x-tenant',
    'x-tenant',
    'x-tenant',
    'x-tenant',
    'x-t-enant',
  ]);
  expect(['x-tenant', 'x1', 'x_tenant', 'X-Tenant', ':path'].map(isPlainName)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
