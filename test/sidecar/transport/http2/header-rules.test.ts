import { HeadBuilder } from '../../../../src/sidecar/transport/http2/header-rules.ts';
import type { RequestHead } from '../../../../src/sidecar/transport/http2/stream.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const CALL: Fields = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/a.B/C'],
  [':authority', 'lictor'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
  ['grpc-timeout', '1S'],
  ['traceparent', '00-1'],
];

const ROUTE_FIELDS = new Set(['content-type', 'grpc-timeout']);

function read(builder: HeadBuilder, fields: Fields, isTrailers = false): RequestHead {
  builder.open(isTrailers);
  for (const [name, value] of fields) builder.add(name, value);
  return builder.close(false);
}

/** The call with another value, or without the field. */
function changed(name: string, value?: string): Fields {
  return CALL.flatMap((field): Fields => {
    if (field[0] !== name) return [field];
    return value === undefined ? [] : [[name, value]];
  });
}

const MALFORMED: readonly (readonly [what: string, fields: Fields, mistake: string])[] = [
  ['no method', changed(':method'), 'no method'],
  ['no scheme', changed(':scheme'), 'no scheme or no path'],
  ['no path', changed(':path'), 'no scheme or no path'],
  ['an empty path', changed(':path', ''), 'an empty pseudo-header'],
  ['no authority', changed(':authority'), 'no authority'],
  ['an unknown pseudo-header', [[':status', '200'], ...CALL], 'an unknown pseudo-header'],
  ['an inherited name', [[':constructor', 'a'], ...CALL], 'an unknown pseudo-header'],
  [
    'a repeated pseudo-header',
    [...CALL.slice(0, 4), [':path', '/x'], ...CALL.slice(4)],
    'a repeated pseudo-header',
  ],
  [
    'a pseudo-header at the end',
    [...CALL.slice(1), [':method', 'POST']],
    'a pseudo-header after another field',
  ],
  [
    'a forbidden character in the path',
    changed(':path', '/a\nb'),
    'a pseudo-header with a forbidden character',
  ],
  ['a name in upper case', [...CALL, ['X-a', 'b']], 'a field name with a forbidden character'],
  ['an empty name', [...CALL, ['', 'b']], 'a field name with a forbidden character'],
  ['a line break in a value', changed('traceparent', 'a\r\nb'), 'a field value with a forbidden character'],
  ['a blank before a value', changed('traceparent', ' a'), 'a field value with a forbidden character'],
  ['a field of a connection', [...CALL, ['connection', 'close']], 'the field connection'],
  ['another te', changed('te', 'gzip'), 'the field te with another value than trailers'],
  [
    'two lengths',
    [...CALL, ['content-length', '1'], ['content-length', '2']],
    'a content-length that is not one number',
  ],
  ['a length with a sign', [...CALL, ['content-length', '+1']], 'a content-length that is not one number'],
  ['another host', [...CALL, ['host', 'other']], 'a host that is not the authority'],
  [
    'CONNECT with a path',
    changed(':method', 'CONNECT'),
    'a CONNECT with other pseudo-headers than its authority',
  ],
];

test.each(MALFORMED)('a request with %s is malformed, alone and after a good one', (_, fields, mistake) => {
  expect(read(new HeadBuilder(ROUTE_FIELDS), fields).mistake).toBe(mistake);
  const builder = new HeadBuilder(ROUTE_FIELDS);
  expect(read(builder, CALL).mistake).toBeUndefined();
  expect(read(builder, fields).mistake).toBe(mistake);
  expect(read(builder, CALL).mistake).toBeUndefined();
});

test('trailers have no pseudo-headers, and do not count as the request before', () => {
  const builder = new HeadBuilder(ROUTE_FIELDS);
  read(builder, CALL);
  expect(read(builder, [['a', 'b']], true).mistake).toBeUndefined();
  expect(read(builder, CALL, true).mistake).toBe('a pseudo-header in trailers');
  expect(read(builder, CALL)).toMatchObject({ mistake: undefined, path: '/a.B/C' });
});

const OTHERS: readonly (readonly [what: string, fields: Fields, isTakenOver: boolean])[] = [
  ['the same fields', CALL, true],
  ['another value that no route depends on', changed('traceparent', '00-2'), true],
  ['another path', changed(':path', '/a.B/D'), false],
  ['another content type', changed('content-type', 'text/plain'), false],
  ['another timeout', changed('grpc-timeout', '2S'), false],
  ['a field less', CALL.slice(0, -1), false],
  ['a field more', [...CALL, ['x-a', 'b']], false],
  ['another order', [...CALL.slice(0, 4), ...CALL.slice(4).toReversed()], false],
  ['a length', [...CALL, ['content-length', '12']], false],
];

test.each(OTHERS)('after a request, %s gives the same head as alone', (_, fields, isTakenOver) => {
  const alone = read(new HeadBuilder(ROUTE_FIELDS), fields);
  const builder = new HeadBuilder(ROUTE_FIELDS);
  const before = read(builder, CALL);
  before.route = { accept: () => ({}) as never };
  const { route, ...after } = read(builder, fields);
  expect({ ...after, route: undefined }).toEqual({ ...alone });
  expect(route).toBe(isTakenOver ? before.route : undefined);
});
