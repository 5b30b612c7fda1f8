import { createHmac } from 'node:crypto';
import { jest } from '@jest/globals';
import { createEnvironment } from '../../../src/cel/check/environment.ts';
import { compile } from '../../../src/cel/compile.ts';
import { hmacSha256 } from '../../../src/cel/value/sha256.ts';
import { NAMES } from '../../../src/engine/request/names.ts';
import { ADDED_FUNCTIONS } from '../../../src/policy/compile/added-functions.ts';
import { evaluated } from '../evaluations.ts';

const environment = createEnvironment(NAMES, ADDED_FUNCTIONS);

/** Pairs of a text and its encoding that read back as each other, with the published vectors of the standards. */
const PAIRS: readonly (readonly [coding: string, plain: string, encoded: string])[] = [
  // RFC 4648, section 10.
  ['hex', "b''", "''"],
  ['hex', "b'foobar'", "'666f6f626172'"],
  ['base64', "b'fooba'", "'Zm9vYmE='"],
  ['base64url', "b'\\xfb\\xff'", "'-_8'"],
  // RFC 3986, section 2.3: only these stay.
  ['url', "'azAZ09-._~'", "'azAZ09-._~'"],
  ['url', '" !\\"#$%&\'()*+,/:;=?@[]"', "'%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D'"],
  ['url', "'é😀'", "'%C3%A9%F0%9F%98%80'"],
];

test.each(PAIRS)('%s: %s is %s, and back', (coding, plain, encoded) => {
  expect(evaluated(`${coding}.encode(${plain}) == ${encoded}`)).toBe(true);
  expect(evaluated(`${coding}.decode(${encoded}) == ${plain}`)).toBe(true);
});

test.each([
  ["hex.decode('0')", 'bad_hex'],
  ["hex.decode('0x')", 'bad_hex'],
  ["hex.decode('61 ')", 'bad_hex'],
  ["url.decode('%')", 'bad_percent'],
  ["url.decode('a%2')", 'bad_percent'],
  ["url.decode('%zz')", 'bad_percent'],
  ["url.decode('%C3')", 'bad_percent'],
  ["url.decode('%C3%A9%ff')", 'bad_percent'],
  ["json.decode('')", 'bad_json'],
  [`json.decode('{"a":1,"a":1}')`, 'bad_json'],
  // Go's `encoding/json` reads the second one, as in a body.
  [`json.decode('{"role":"user","Role":"admin"}')`, 'bad_json'],
  ["json.decode('[18446744073709551616]')", 'bad_json'],
  ["json.decode('[1,]')", 'bad_json'],
  [`json.decode('${'['.repeat(65)}${']'.repeat(65)}')`, 'bad_json'],
  ["json.decode(b'\\xff')", 'bad_utf8'],
])('%s fails: %s', (source, failure) => {
  expect(evaluated(source, environment)).toEqual({ failure });
});

test('an unpaired surrogate is encoded as in `bytes`, and both codings of base64url are read', () => {
  const names = createEnvironment({ text: { type: 'string' } });
  expect(evaluated("url.encode(text) == '%EF%BF%BD'", names, { text: '\ud800' })).toBe(true);
  expect(evaluated("base64url.decode('YQ') == base64url.decode('YQ==')")).toBe(true);
});

test('a header of escapes between other characters is decoded at once, not escape by escape', () => {
  const decode = jest.spyOn(TextDecoder.prototype, 'decode');
  const names = createEnvironment({ text: { type: 'string' } });
  expect(evaluated(`url.decode(text) == '${'éa'.repeat(100)}'`, names, { text: '%C3%A9a'.repeat(100) })).toBe(
    true,
  );
  expect(decode.mock.calls.length).toBeLessThanOrEqual(1);
  decode.mockRestore();
});

test.each([
  [`json.decode('{"a":{"b":[9223372036854775807]}}').a.b[0] == 9223372036854775807`],
  ["json.decode('3.0') == 3 && json.decode('2.5') == 2.5 && json.decode('null') == null"],
  [`json.decode('{"__proto__":1,"constructor":2}').constructor == 2`],
  [`json.decode(b'"a"') == 'a'`],
  [`json.decode(json.encode({'a': [1, 2.5, 'x', null, true]})) == {'a': [1, 2.5, 'x', null, true]}`],
  // A nested token, as some gateways forward it.
  [`json.decode(base64url.decode('eyJzdWIiOiJhIn0')).sub == 'a'`],
])('%s', (source) => {
  expect(evaluated(source, environment)).toBe(true);
});

test('a long text pays for its decoding, and a text that is too long fails', () => {
  const names = createEnvironment({ text: { type: 'string' } }, ADDED_FUNCTIONS);
  const decoded = (text: string) => evaluated("json.decode(text) != ''", names, { text });
  expect(decoded(`"${'a'.repeat(60_000)}"`)).toBe(true);
  const { program } = compile("json.decode(text) != ''", names, { result: ['bool'] });
  expect(program?.evaluate({ text: `"${'a'.repeat(900_000)}"` })).toMatchObject({ code: 'too_many_steps' });
});

/** RFC 4231, section 4: key, data and HMAC-SHA-256 in hex. */
const VECTORS: readonly (readonly [key: string, data: string, digest: string])[] = [
  ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4a656665',
    '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    'aa'.repeat(131),
    '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
];

test.each(VECTORS)('HMAC-SHA-256 of RFC 4231 with the key %s', (key, data, digest) => {
  const source = `hex.encode(hash.hmacSha256(hex.decode('${key}'), hex.decode('${data}'))) == '${digest}'`;
  expect(evaluated(source)).toBe(true);
});

test('HMACs are those of the platform, for keys and messages of every length around the block', () => {
  for (let length = 0; length < 140; length++) {
    const key = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
    const message = Uint8Array.from({ length: 139 - length }, (_, at) => (at * 31 + length) & 0xff);
    const expected = createHmac('sha256', key).update(message).digest('hex');
    expect(Buffer.from(hmacSha256(key, message)).toString('hex')).toBe(expected);
  }
});

test('texts and bytes mix as key and message', () => {
  const all = ["'k', 'm'", "b'k', 'm'", "'k', b'm'", "b'k', b'm'"].map((args) => `hash.hmacSha256(${args})`);
  for (const each of all) expect(evaluated(`${each} == ${all[0]}`)).toBe(true);
});

test.each([
  ["constantTimeEquals('', '')", true],
  ["constantTimeEquals('a', '')", false],
  ["constantTimeEquals('', 'a')", false],
  ["constantTimeEquals('a', 'ab')", false],
  ["constantTimeEquals('ab', 'a')", false],
  ["constantTimeEquals('é', b'\\xc3\\xa9' == bytes('é') ? 'é' : '')", true],
  ["constantTimeEquals(hash.sha256('a'), hash.sha256('b'))", false],
  // The one differing bit is the last.
  ["constantTimeEquals(b'\\x00\\x01', b'\\x00\\x00')", false],
])('%s: %s', (source, expected) => {
  expect(evaluated(source)).toBe(expected);
});

test.each([
  ['base64.encode(bytes(json.encode(jwt.claims)))', 'string'],
  ["hex.encode(hash.sha256(bytes(request.headers[?'x-api-key'].orValue('')))) == 'ba78'", 'bool'],
  ["hex.encode(hash.sha256(request.headers[?'x-api-key'].orValue(''))) == 'ba78'", 'bool'],
  ["base64url.decode('YWI_')", 'bytes'],
] as const)('%s compiles', (source, result) => {
  expect(compile(source, environment, { result: [result] })).toMatchObject({ warnings: [] });
});

test.each([
  ['sha256(request.path)', 'write `hash.sha256(request.path)`'],
  ['crypto.sha256(request.path)', 'digests are `hash.sha256(x)` and `hash.hmacSha256(key, x)`'],
  ['hash.sha512(request.path)', 'known functions: `hash.sha256`, `hash.hmacSha256`'],
  ['hash.hmac(request.path, request.path)', 'did you mean `hash.hmacSha256`?'],
  ['json.parse(request.path)', 'write `json.decode(request.path)`'],
  ['json.stringify(jwt.claims)', 'write `json.encode(jwt.claims)`'],
  ['toList(jwt.claims)', 'write `asList(jwt.claims)`'],
  ['encodeURIComponent(request.path)', 'write `url.encode(request.path)`'],
  ['timingSafeEqual(request.path, request.path)', 'did you mean `constantTimeEquals`?'],
])('%s: %s', (source, help) => {
  const { problems } = compile(source, environment, { result: ['dyn'] });
  expect(problems?.[0]).toMatchObject({ code: 'cel_unknown_name', help });
});
