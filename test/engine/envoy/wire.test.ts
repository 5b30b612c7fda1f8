import { decodeCheck } from '../../../src/engine/envoy/decode.ts';
import type { Attributes } from '../../../src/engine/request/attributes.ts';
import { decodeText } from '../../../src/node/decode-text.ts';
import { compareReaders } from '../../fuzz/compare-readers.ts';
import { encodeCheckRequest } from '../../support/check-messages.ts';

/** A field with a length, and its tag in hex. */
function field(tag: string, ...content: readonly (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >>> 7];
  return Buffer.concat([hex(tag), Buffer.from(length), bytes]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** A check about an HTTP request with these fields; `beside` are further fields of the attributes. */
function http(fields: readonly Buffer[], beside: readonly Buffer[] = []): Buffer {
  return field('0a', field('22', field('12', ...fields)), ...beside);
}

const GET = field('12', 'GET');
const HEADER = field('1a', field('0a', 'x-a'), field('12', 'v'));

function requestOf(bytes: Buffer): Attributes['request'] {
  const { attributes } = decodeCheck(bytes, decodeText);
  if (attributes === undefined) throw new Error('not read');
  return attributes.request;
}

describe('bytes that readers of protobuf could read differently', () => {
  test.each<[string, Buffer]>([
    ['attributes twice', Buffer.concat([http([GET]), http([GET])])],
    ['a request twice', http([GET], [field('22', field('12', GET))])],
    ['a peer twice', http([GET], [field('0a'), field('0a')])],
    ['a header map twice', http([field('6a'), field('6a')])],
    ['two members of a oneof', http([GET], [field('0a', field('0a', field('0a'), field('12')))])],
    ['an overlong tag', http([GET, hex('8a000161')])],
    ['a tag of more than 32 bits', http([GET, hex('88808080100a')])],
    ['the field 0', http([GET, hex('0000')])],
    ['another wire type', http([GET, hex('2001')])],
    ['another wire type of a number', http([GET, hex('4a0161')])],
    ['a length beyond its message', field('0a', field('22', field('12', GET, hex('220561'))))],
    ['a length beyond its entry', http([GET, field('1a', field('0a', 'x-a'), hex('120576'))])],
    ['a length of 2^28', http([GET, hex('228080808001')])],
    ['a length below 0', http([GET, hex('22ffffffffffffffffff01')])],
    ['a number of eleven bytes', http([GET, hex('488080808080808080808000')])],
    ['a number of more than 64 bits', http([GET, hex('48ffffffffffffffffff03')])],
    [
      'a port of more than 32 bits',
      http([GET], [field('0a', field('0a', field('0a', hex('18ffffffff1f'))))]),
    ],
    ['a group that does not end', http([GET, hex('7b')])],
    ['the end of no group', http([GET, hex('7c')])],
    ['the end of another group', http([GET, hex('7b7c'), hex('7b8401')])],
    ['an entry without its message', http([GET], [field('5a', field('0a', field('0a', 'f')))])],
    ['the end in a tag', http([GET, hex('fa')])],
    ['the end in a number', http([GET, hex('48ff')])],
    ['the end in a field of fixed length', http([GET, hex('790000')])],
  ])('%s: refused', (_, bytes) => {
    expect(decodeCheck(bytes, decodeText)).toEqual({ reason: 'bad_check' });
    expect(compareReaders(bytes)).toBe('bad_check');
  });

  test.each<[string, Buffer, Partial<Attributes['request']>]>([
    ['a text twice: the last', http([GET, field('12', 'PUT')]), { method: 'PUT' }],
    ['a padded length', http([hex('1283800047455400'.slice(0, 14))]), { method: 'GET' }],
    ['a padded number', http([GET, hex('48858000')]), { size: 5 }],
    ['unknown fields', http([GET, hex('7801'), field('fa01', 'x'), hex('7900000000000000007d00000000')]), {}],
    ['a group', http([GET, hex('7b087f7b7c7c')]), { method: 'GET' }],
    ['a size below 0', http([GET, hex('48ffffffffffffffffff01')]), { size: -1 }],
    ['fields in another order', http([HEADER, field('22', '/p'), GET]), { method: 'GET', path: '/p' }],
    ['bytes that are not UTF-8', http([field('12', hex('47ff54'))]), { method: 'G\uFFFDT' }],
    ['a byte order mark', http([field('2a', '\uFEFFh')]), { host: '\uFEFFh' }],
    [
      'a header twice among joined ones: the last',
      http([HEADER, field('1a', field('0a', 'x-a'), field('12', 'w'))]),
      { headers: new Map([['x-a', 'w']]) },
    ],
    [
      'an entry with its parts in another order, twice and with others',
      http([field('1a', field('12', 'u'), field('0a', 'x-a'), field('12', 'v'), field('1a', 'w'))]),
      { headers: new Map([['x-a', 'v']]) },
    ],
    [
      'an entry without a value',
      http([field('1a', field('0a', 'x-a'))]),
      { headers: new Map([['x-a', '']]) },
    ],
    [
      'a raw header with a text and bytes: the text',
      http([field('6a', field('0a', field('0a', 'x-a'), field('12', 't'), field('1a', 'r')))]),
      { headers: new Map([['x-a', 't']]) },
    ],
    [
      'a header map before headers, which it replaces',
      http([field('6a', field('0a', field('0a', 'x-b'), field('1a', 'r'))), HEADER]),
      { headers: new Map([['x-b', 'r']]) },
    ],
    ['an empty header map', http([HEADER, field('6a')]), { headers: new Map([['x-a', 'v']]) }],
  ])('%s', (_, bytes, expected) => {
    const request = requestOf(bytes);
    const { headers, ...rest } = expected;
    expect(request).toMatchObject(rest);
    if (headers !== undefined) expect(new Map(request.headers)).toEqual(headers);
    expect(compareReaders(bytes)).toBe('read');
  });
});

describe('headers that are decoded when they are read', () => {
  /** Usual headers, whose names were seen before. */
  function headersOf(sent: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    const headers = Object.entries(sent).map(([key, value]) => ({ key, rawValue: Buffer.from(value) }));
    const bytes = Buffer.from(
      encodeCheckRequest({ attributes: { request: { http: { headerMap: { headers } } } } }),
    );
    requestOf(bytes);
    return requestOf(bytes).headers;
  }

  const SENT = { accept: '*/*', 'x-first': ' padded\t', 'x-empty': '', 'x-text': 'gr\u00FC\u00DFe' };
  const READ: readonly (readonly [string, string])[] = [
    ['accept', '*/*'],
    ['x-first', 'padded'],
    ['x-empty', ''],
    ['x-text', 'gr\u00FC\u00DFe'],
  ];

  test('are a map to all that reads one', () => {
    const headers = headersOf(SENT);
    expect(headers).toBeInstanceOf(Map);
    expect(headers.size).toBe(READ.length);
    for (const [name, value] of READ) {
      expect([headers.has(name), headers.get(name), headers.get(name)]).toEqual([true, value, value]);
    }
    expect([headers.has('x-no'), headers.get('x-no')]).toEqual([false, undefined]);
    expect([...headers]).toEqual(READ);
    expect([...headers.entries()]).toEqual(READ);
    expect([...headers.keys()]).toEqual(READ.map(([name]) => name));
    expect([...headers.values()]).toEqual(READ.map(([, value]) => value));
    const visited: unknown[] = [];
    headers.forEach((value, name, map) => visited.push([name, value, map === headers]));
    expect(visited).toEqual(READ.map(([name, value]) => [name, value, true]));
  });

  test('cannot be changed as a map could', () => {
    const headers = headersOf(SENT);
    expect(() => (headers as Map<string, string>).set('x-a', 'b')).toThrow(TypeError);
    expect(() => (headers as Map<string, string>).delete('accept')).toThrow(TypeError);
    expect(() => (headers as Map<string, string>).clear()).toThrow(TypeError);
  });

  test('are read alike when their names are new, forgotten and known', () => {
    // More names than are remembered.
    for (let number = 0; number < 3000; number += 1) {
      const header = { key: `x-${number}`, rawValue: Buffer.from(String(number)) };
      const bytes = encodeCheckRequest({
        attributes: { request: { http: { headerMap: { headers: [header, header] } } } },
      });
      expect(compareReaders(bytes)).toBe('read');
    }
  });

  test.each([
    [{ 'x-original-url': '/admin' }, true],
    [{ 'X-Original_URL': '/admin' }, true],
    [{ 'x-original-uri': '/admin' }, false],
  ])('tell of override headers: %j', (sent, expected) => {
    const [[key, value] = ['', '']] = Object.entries(sent);
    const headers = { [key]: value };
    const bytes = Buffer.from(encodeCheckRequest({ attributes: { request: { http: { headers } } } }));
    for (const _ of [1, 2]) expect(requestOf(bytes).headerForm.hasOverride).toBe(expected);
  });
});
