import { decodeCheck } from '../../../src/engine/envoy/decode.ts';
import type { HttpRequestMessage } from '../../../src/engine/envoy/messages.ts';
import { type ProxyNotice, ProxyObserver } from '../../../src/engine/envoy/proxy-observer.ts';
import type { Attributes } from '../../../src/engine/request/attributes.ts';
import { decodeText } from '../../../src/node/decode-text.ts';
import { encodeCheckRequest } from '../../support/check-messages.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../../support/checks.ts';
import { officialCheckRequest } from '../../support/official.ts';
import { plainAttributes } from '../../support/plain-attributes.ts';

function read(bytes: Uint8Array): Attributes {
  const { attributes, reason } = decodeCheck(bytes, decodeText);
  if (attributes === undefined) throw new Error(`not read: ${reason}`);
  return attributes;
}

function readHttp(http: HttpRequestMessage): Attributes['request'] {
  return read(encodeCheckRequest({ attributes: { request: { http } } })).request;
}

describe('decodeCheck', () => {
  test('copies everything that Envoy sends', () => {
    const attributes = read(officialCheckRequest.serialize(FULL_CHECK));
    expect(plainAttributes(attributes)).toEqual({
      request: {
        id: '5c1f8e7e-2a7b-4a3a-9c33-0d1f3b9c0001',
        method: 'POST',
        path: '/api/orders?dry=1',
        host: 'orders.acme.svc:8443',
        scheme: 'https',
        protocol: 'HTTP/2',
        time: { seconds: 1_764_000_000, nanos: 123_456_789 },
        size: 14,
        headers: new Map([
          ['content-type', 'application/json'],
          ['cookie', 'a=1; b=2'],
          ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
          ['x-envoy-auth-partial-body', 'false'],
        ]),
        headerForm: { isJoined: true, repeated: new Map(), unusual: [], hasOverride: false },
        body: { bytes: Buffer.from('{"amount": 12}'), defect: undefined },
      },
      source: {
        address: '10.0.0.7',
        port: 43210,
        principal: 'spiffe://acme.example/ns/shop/sa/checkout',
        service: 'checkout',
        labels: new Map([['version', 'v2']]),
        certificate: '-----BEGIN CERTIFICATE-----\nMIIB+zCC=\n-----END CERTIFICATE-----\n',
      },
      destination: {
        address: '10.0.0.8',
        port: 8443,
        principal: 'spiffe://acme.example/ns/shop/sa/orders',
        service: '',
        labels: new Map(),
        certificate: '',
      },
      connection: { requestedServerName: 'orders.acme.svc', mtls: true },
      context: new Map([['route', 'orders']]),
      metadata: new Map([
        [
          'envoy.filters.http.jwt_authn',
          {
            sub: 'alice',
            level: 3,
            admin: false,
            nothing: null,
            groups: ['a', 'b'],
            nested: { constructor: 'plain' },
          },
        ],
      ]),
      routeMetadata: new Map([['lictor', { tier: 'gold' }]]),
    });
  });

  test('joins raw headers, takes method, path, host and scheme from pseudo-headers', () => {
    const { request, source, connection } = read(officialCheckRequest.serialize(RAW_HEADERS_CHECK));
    expect(request).toMatchObject({
      method: 'GET',
      path: '/raw',
      host: 'raw.acme.svc',
      scheme: 'http',
      size: -1,
    });
    expect([...request.headers]).toEqual([
      ['x-tag', 'one,two'],
      ['cookie', 'a=1; b=2'],
      ['x-bytes', 'a\u{fffd}b'],
    ]);
    expect(request.headerForm).toEqual({
      isJoined: false,
      repeated: new Map([
        ['x-tag', ['one', 'two']],
        ['cookie', ['a=1', 'b=2']],
      ]),
      unusual: [],
      hasOverride: false,
    });
    expect(new TextDecoder().decode(request.body.bytes)).toBe('grüße');
    expect(source.address).toBe('/run/proxy.sock');
    expect(connection.mtls).toBe(false);
  });

  test('takes the path from its bytes, as the text has `!` for those that are not UTF-8', () => {
    const path = { key: ':path', rawValue: Buffer.from('/a?b=\xFF', 'latin1') };
    const http = { path: '/a?b=!', headerMap: { headers: [path] } };
    expect(read(encodeCheckRequest({ attributes: { request: { http } } })).request.path).toBe('/a?b=\uFFFD');
  });

  test('removes white space around a value, but not from names of certificates', () => {
    const forwarded = 'Hash=ab;URI=spiffe://acme.example/ns/shop/sa/web ';
    const lines = { 'x-role': '  admin\t', 'x-forwarded-client-cert': forwarded };
    const headers = Object.entries(lines).map(([key, line]) => ({
      key,
      rawValue: new TextEncoder().encode(line),
    }));
    const http = { headerMap: { headers } };
    const { request } = read(encodeCheckRequest({ attributes: { request: { http } } }));
    expect([...request.headers]).toEqual([
      ['x-role', 'admin'],
      ['x-forwarded-client-cert', forwarded],
    ]);
  });

  test('takes notice of a proxy that joins headers, once', () => {
    const notices: string[] = [];
    const proxy = new ProxyObserver({ onNotice: (notice) => void notices.push(notice) });
    const header = { key: 'x-a', rawValue: new Uint8Array([0x61]) };
    for (const http of [{}, { headerMap: { headers: [header] } }]) {
      decodeCheck(encodeCheckRequest({ attributes: { request: { http } } }), decodeText, proxy);
    }
    expect(notices).toEqual([]);
    const joined = encodeCheckRequest({ attributes: { request: { http: { headers: { 'x-a': 'a' } } } } });
    for (const bytes of [joined, joined]) decodeCheck(bytes, decodeText, proxy);
    expect(notices).toEqual(['joined_headers']);
  });

  test('tells once that the proxy does not send the certificates of peers', () => {
    const notices: ProxyNotice[] = [];
    const proxy = new ProxyObserver({ onNotice: (notice) => void notices.push(notice) });
    const from = (source: { readonly principal?: string; readonly certificate?: string }) =>
      decodeCheck(encodeCheckRequest({ attributes: { source, request: { http: {} } } }), decodeText, proxy);
    from({});
    from({ principal: 'spiffe://acme.example/a', certificate: 'PEM' });
    expect(notices).toEqual([]);
    for (const principal of ['spiffe://acme.example/a', 'spiffe://acme.example/b']) from({ principal });
    expect(notices).toEqual(['no_certificates']);
  });

  test('accepts an empty request', () => {
    const { request, source, destination, connection, context, metadata } = read(
      encodeCheckRequest({ attributes: { request: { http: {} } } }),
    );
    expect(request).toMatchObject({ id: '', method: '', path: '', host: '', time: undefined, size: 0 });
    expect(request.headers.size).toBe(0);
    expect(request.body).toEqual({ bytes: new Uint8Array(0), defect: 'missing' });
    expect([source.principal, source.certificate, destination.address]).toEqual(['', '', '']);
    expect(connection).toEqual({ requestedServerName: '', mtls: false });
    expect([context.size, metadata.size]).toEqual([0, 0]);
  });

  test.each<[string, HttpRequestMessage, Partial<Attributes['request']>]>([
    [
      'fields take precedence over pseudo-headers',
      { method: 'GET', headers: { ':method': 'PUT' } },
      { method: 'GET' },
    ],
    ['the host header replaces a missing authority', { headers: { host: 'h' } }, { host: 'h' }],
    [
      'x-request-id takes precedence over the stream id',
      { id: '7', headers: { 'x-request-id': 'r' } },
      { id: 'r' },
    ],
    ['the stream id replaces a missing x-request-id', { id: '7' }, { id: '7' }],
    ['a separate query is added to the path', { path: '/a', query: 'b=1' }, { path: '/a?b=1' }],
    ['a query that the path has is not added again', { path: '/a?b=1', query: 'b=1' }, { path: '/a?b=1' }],
    [
      'a partial body is reported',
      { body: '{"a', headers: { 'X-Envoy-Auth-Partial-Body': 'true' } },
      { body: { bytes: Buffer.from('{"a'), defect: 'truncated' } },
    ],
    [
      'a caller cannot deny that its body is partial',
      {
        body: '{"a',
        headerMap: {
          headers: [
            { key: 'x-envoy-auth-partial-body', rawValue: Buffer.from('false') },
            { key: 'x-envoy-auth-partial-body', rawValue: Buffer.from('true') },
          ],
        },
      },
      { body: { bytes: Buffer.from('{"a'), defect: 'truncated' } },
    ],
    [
      'bytes take precedence over text',
      { body: 'text', rawBody: Buffer.from('raw') },
      { body: { bytes: Buffer.from('raw'), defect: undefined } },
    ],
    [
      'empty bytes do not hide the text',
      { body: 'text', rawBody: Buffer.alloc(0) },
      { body: { bytes: Buffer.from('text'), defect: undefined } },
    ],
  ])('%s', (_, http, expected) => {
    expect(readHttp(http)).toMatchObject(expected);
  });

  test('special names of objects are plain names', () => {
    const { headers } = readHttp({
      headers: Object.fromEntries([
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ]),
    });
    expect([...headers]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    const fields = Object.fromEntries([['__proto__', { stringValue: 'own' }]]);
    const metadata = read(
      encodeCheckRequest({
        attributes: { request: { http: {} }, metadataContext: { filterMetadata: { filter: { fields } } } },
      }),
    ).metadata.get('filter');
    expect(Object.entries(metadata ?? {})).toEqual([['__proto__', 'own']]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  test.each([
    ['a broken escape', '-----BEGIN%2', '-----BEGIN%2'],
    ['a broken sequence', '%ff%fe', '%ff%fe'],
    ['nothing encoded', 'plain', 'plain'],
  ])('a certificate with %s', (_, certificate, expected) => {
    const { source } = read(
      encodeCheckRequest({ attributes: { request: { http: {} }, source: { certificate } } }),
    );
    expect(source.certificate).toBe(expected);
  });

  test.each<[string, { seconds: number; nanos: number }]>([
    ['before the year 1', { seconds: -62_135_596_801, nanos: 0 }],
    ['after the year 9999', { seconds: 253_402_300_800, nanos: 0 }],
    ['more than a second of nanoseconds', { seconds: 0, nanos: 1_000_000_000 }],
    ['negative nanoseconds', { seconds: 0, nanos: -1 }],
  ])('a time %s is unknown', (_, time) => {
    const { request } = read(encodeCheckRequest({ attributes: { request: { http: {}, time } } }));
    expect(request.time).toBeUndefined();
  });

  test('nothing in the snapshot can be changed', () => {
    const attributes = read(officialCheckRequest.serialize(FULL_CHECK));
    const before = plainAttributes(attributes);
    const { request, source, destination, connection, metadata } = attributes;
    for (const part of [attributes, request, request.body, source, destination, connection]) {
      const members = new Set([
        ...Object.keys(part),
        ...Object.getOwnPropertyNames(Object.getPrototypeOf(part) as object),
      ]);
      expect(members.size).toBeGreaterThan(1);
      for (const member of members) {
        if (member === 'constructor' || member in Object.prototype) continue;
        expect(() => Object.assign(part, { [member]: 'changed' })).toThrow(TypeError);
      }
    }
    expect(Object.isFrozen(metadata.get('envoy.filters.http.jwt_authn'))).toBe(true);
    expect(plainAttributes(attributes)).toEqual(before);
  });

  test.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(0), 'bad_check'],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'bad_check'],
    ['a message cut short', officialCheckRequest.serialize(FULL_CHECK).subarray(0, 300), 'bad_check'],
    ['no attributes', encodeCheckRequest({}), 'bad_check'],
    ['no request', encodeCheckRequest({ attributes: {} }), 'not_http'],
    [
      'no HTTP request',
      encodeCheckRequest({ attributes: { request: { time: { seconds: 1 } } } }),
      'not_http',
    ],
  ])('%s gives a denial reason', (_, bytes, reason) => {
    expect(decodeCheck(bytes, decodeText)).toEqual({ reason });
  });

  test.each([
    [20, undefined],
    [5_000, 'bad_check'],
  ])('metadata nested %d times: %s', (levels, reason) => {
    const bytes = nestedMetadata(levels);
    const { attributes, ...rest } = decodeCheck(bytes, decodeText);
    expect(rest.reason).toBe(reason);
    if (reason === undefined) expect(JSON.stringify(attributes?.metadata.get('f'))).toContain('"deep"');
  });
});

/** Written by hand, innermost first, since the encoder has its own bound. */
function nestedMetadata(levels: number): Uint8Array {
  let value = field(0x1a, Buffer.from('deep'));
  const struct = (): Buffer =>
    field(0x0a, Buffer.concat([field(0x0a, Buffer.from('a')), field(0x12, value)]));
  for (let level = 0; level < levels; level += 1) value = field(0x2a, struct());
  const filter = Buffer.concat([field(0x0a, Buffer.from('f')), field(0x12, struct())]);
  const http = field(0x22, field(0x12, Buffer.alloc(0)));
  return field(0x0a, Buffer.concat([http, field(0x5a, field(0x0a, filter))]));
}

function field(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
