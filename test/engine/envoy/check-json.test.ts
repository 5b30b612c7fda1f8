import { checkRequestOfJson } from '../../../src/engine/envoy/check-json.ts';
import { decodeCheck } from '../../../src/engine/envoy/decode.ts';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { decodeText } from '../../../src/node/decode-text.ts';
import { encodeCheckRequest } from '../../support/check-messages.ts';

const HTTP = { method: 'GET', host: 'a', path: '/', headers: { some_header: 'x' } };

/** The attributes that the server reads from the message. */
function attributesOf(value: JsonValue) {
  const { message, problem } = checkRequestOfJson(value);
  if (message === undefined) throw new Error(problem);
  return decodeCheck(encodeCheckRequest(message), decodeText).attributes;
}

test('names in camelCase and in snake_case are the same', () => {
  const camel = {
    source: { address: { socketAddress: { address: '10.0.0.7', portValue: 80 } }, labels: { app_name: 'x' } },
    request: { time: '2026-06-01T12:00:00Z', http: { ...HTTP, rawBody: 'aGk=', size: '2' } },
    contextExtensions: { a_b: 'c' },
    tlsSession: { sni: 'orders' },
    metadataContext: { filterMetadata: { f_g: { h_i: [true, 'x', 1.5, null, { j_k: 1 }] } } },
  };
  const snake = {
    source: {
      address: { socket_address: { address: '10.0.0.7', port_value: 80 } },
      labels: { app_name: 'x' },
    },
    request: { time: '2026-06-01T12:00:00Z', http: { ...HTTP, raw_body: 'aGk=', size: '2' } },
    context_extensions: { a_b: 'c' },
    tls_session: { sni: 'orders' },
    metadata_context: { filter_metadata: { f_g: { h_i: [true, 'x', 1.5, null, { j_k: 1 }] } } },
  };
  const read = attributesOf({ attributes: snake });
  expect(read).toEqual(attributesOf({ attributes: camel }));
  expect(read?.request).toMatchObject({ size: 2, time: { seconds: 1_780_315_200, nanos: 0 } });
  expect(new TextDecoder().decode(read?.request.body.bytes)).toBe('hi');
  expect(read?.request.headers.get('some_header')).toBe('x');
  expect(read?.source).toMatchObject({ address: '10.0.0.7', port: 80, labels: new Map([['app_name', 'x']]) });
  expect(read?.context).toEqual(new Map([['a_b', 'c']]));
  expect(read?.connection.requestedServerName).toBe('orders');
  expect(read?.metadata.get('f_g')).toEqual({ h_i: [true, 'x', 1.5, null, { j_k: 1 }] });
});

test('a time before 1970 counts forward', () => {
  const read = attributesOf({ attributes: { request: { time: '1969-12-31T23:59:59.250Z', http: HTTP } } });
  expect(read?.request.time).toEqual({ seconds: -1, nanos: 250_000_000 });
});

test.each<[string, JsonValue, string]>([
  ['a list', [], 'it has no `attributes`'],
  ['no request', { attributes: {} }, 'not about an HTTP request'],
  [
    'a path that is not text',
    { attributes: { request: { http: { path: 1 } } } },
    '`attributes.request.http.path`',
  ],
  ['an invalid time', { attributes: { request: { time: 'noon', http: HTTP } } }, 'RFC 3339'],
])('%s is a problem', (_, value, problem) => {
  expect(checkRequestOfJson(value).problem).toContain(problem);
});
