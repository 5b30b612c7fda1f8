import { fail } from '../value/failure.ts';
import { sha256 } from '../value/sha256.ts';
import { decodeBase64, encodeBase64, hexOf } from '../value/text.ts';
import { bounded } from './build.ts';
import { DIGEST, TEXT, WRITTEN } from './cost.ts';
import { type FunctionDeclaration, overload } from './function.ts';
import { jsonOf } from './json-text.ts';

/** Base64 of RFC 4648, section 4, with padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Base64 without padding. */
const UNPADDED = /^(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,3}$/;

export const ENCODERS: readonly FunctionDeclaration[] = [
  {
    name: 'base64.encode',
    doc: 'the base64 encoding of bytes',
    examples: [["base64.encode(b'hello')", "'aGVsbG8='"]],
    overloads: [
      overload(['bytes'], 'string', (bytes) => bounded(encodeBase64(bytes)), {
        cost: { ...TEXT, size: (n) => Math.ceil((n * 4) / 3) + 2 },
      }),
    ],
  },
  {
    name: 'base64.decode',
    doc: 'the bytes that a base64 string encodes, with or without padding',
    examples: [
      ["base64.decode('aGVsbG8=')", "b'hello'"],
      ["base64.decode('a b')", 'error'],
    ],
    overloads: [
      overload(
        ['string'],
        'bytes',
        (text) => {
          if (!BASE64.test(text) && !UNPADDED.test(text)) fail('bad_base64');
          return decodeBase64(text);
        },
        { cost: TEXT },
      ),
    ],
  },
  {
    name: 'base64url.encode',
    doc: 'the base64url encoding of bytes (RFC 4648, section 5), without padding',
    examples: [["base64url.encode(b'ab?')", "'YWI_'"]],
    overloads: [
      overload(['bytes'], 'string', (bytes) => bounded(toUrl(encodeBase64(bytes))), {
        cost: { ...TEXT, size: (n) => Math.ceil((n * 4) / 3) + 2 },
      }),
    ],
  },
  {
    name: 'base64url.decode',
    doc: 'the bytes that a base64url string encodes, with or without padding',
    examples: [
      ["base64url.decode('YWI_')", "b'ab?'"],
      ["base64url.decode('YWI/')", 'error'],
    ],
    overloads: [
      overload(
        ['string'],
        'bytes',
        (text) => {
          const plain = text.replaceAll('-', '+').replaceAll('_', '/');
          if (/[+/]/.test(text) || !(BASE64.test(plain) || UNPADDED.test(plain))) fail('bad_base64');
          return decodeBase64(plain);
        },
        { cost: TEXT },
      ),
    ],
  },
  {
    name: 'hex.encode',
    doc: 'the bytes as lower-case hex',
    examples: [["hex.encode(b'az')", "'617a'"]],
    overloads: [
      overload(['bytes'], 'string', (bytes) => bounded(hexOf(bytes)), {
        cost: { ...TEXT, size: (n) => n * 2 },
      }),
    ],
  },
  {
    name: 'hash.sha256',
    doc: 'the SHA-256 digest of bytes, for example to keep API keys in git as digests only',
    examples: [
      [
        "hex.encode(hash.sha256(b'abc'))",
        "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'",
      ],
    ],
    overloads: [overload(['bytes'], 'bytes', sha256, { cost: DIGEST })],
  },
  {
    name: 'json.encode',
    doc: 'the value as JSON text; fails for bytes, times and other values that JSON does not have',
    examples: [
      ["json.encode({'a': [1, 2.5, true, null]})", `'{"a":[1,2.5,true,null]}'`],
      ["json.encode(b'a')", 'error'],
    ],
    overloads: [overload(['dyn'], 'string', jsonOf, { cost: WRITTEN })],
  },
];

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
