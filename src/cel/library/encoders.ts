import { fail } from '../value/failure.ts';
import { decodePercent, encodePercent } from '../value/percent.ts';
import { bytesOfHex, decodeBase64, encodeBase64, hexOf } from '../value/text.ts';
import { bounded } from './build.ts';
import { TEXT, WRITTEN } from './cost.ts';
import { type FunctionDeclaration, overload } from './function.ts';
import { jsonOf } from './json-text.ts';

/** Base64 of RFC 4648, section 4, with padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Base64 without padding. */
const UNPADDED = /^(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,3}$/;

/** Characters of a UTF-16 unit that is percent-encoded: one of three bytes. */
const LONGEST_ESCAPE = 9;

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
    name: 'hex.decode',
    doc: 'the bytes that a hex string encodes, in upper or lower case',
    examples: [
      ["hex.decode('617A')", "b'az'"],
      ["hex.decode('617')", 'error'],
    ],
    overloads: [overload(['string'], 'bytes', (text) => bytesOfHex(text) ?? fail('bad_hex'), { cost: TEXT })],
  },
  {
    name: 'url.encode',
    doc: 'a string as one part of a URL, such as a segment of a path or the value of a parameter: every byte but letters, digits, `-`, `.`, `_` and `~` is percent-encoded (RFC 3986)',
    examples: [
      ["url.encode('a b/é')", "'a%20b%2F%C3%A9'"],
      [
        "'https://login.acme.example/?to=' + url.encode('/a?b=c')",
        "'https://login.acme.example/?to=%2Fa%3Fb%3Dc'",
      ],
    ],
    overloads: [
      overload(['string'], 'string', (text) => bounded(encodePercent(text)), {
        cost: { ...TEXT, size: (n) => n * LONGEST_ESCAPE },
      }),
    ],
  },
  {
    name: 'url.decode',
    doc: 'a string with its percent-encoding decoded (RFC 3986); `+` stays `+`',
    examples: [
      ["url.decode('a%20b%2F%C3%A9+')", "'a b/é+'"],
      ["url.decode('100%')", 'error'],
    ],
    overloads: [
      overload(['string'], 'string', (text) => decodePercent(text) ?? fail('bad_percent'), { cost: TEXT }),
    ],
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
