import { constantTimeEquals } from '../value/constant-time.ts';
import { hmacSha256, sha256 } from '../value/sha256.ts';
import { encodeUtf8 } from '../value/text.ts';
import { DIGEST, KEYED_DIGEST, SECRET } from './cost.ts';
import { type FunctionDeclaration, overload } from './function.ts';

export const HASHES: readonly FunctionDeclaration[] = [
  {
    name: 'hash.sha256',
    doc: 'the SHA-256 digest of bytes, or of a string in UTF-8; for example to keep API keys in git as digests only',
    examples: [
      [
        "hex.encode(hash.sha256('abc'))",
        "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'",
      ],
      ["hash.sha256('é') == hash.sha256(b'\\xc3\\xa9')", 'true'],
    ],
    overloads: [
      overload(['bytes'], 'bytes', sha256, { cost: DIGEST }),
      overload(['string'], 'bytes', (text) => sha256(encodeUtf8(text)), { cost: DIGEST }),
    ],
  },
  {
    name: 'hash.hmacSha256',
    doc: 'the HMAC-SHA-256 (RFC 2104) of a message, the second argument, with a key, the first; strings are in UTF-8',
    examples: [
      [
        "hex.encode(hash.hmacSha256('Jefe', 'what do ya want for nothing?'))",
        "'5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'",
      ],
    ],
    overloads: [
      overload(['bytes', 'bytes'], 'bytes', hmacSha256, { cost: KEYED_DIGEST }),
      overload(['bytes', 'string'], 'bytes', (key, text) => hmacSha256(key, encodeUtf8(text)), {
        cost: KEYED_DIGEST,
      }),
      overload(['string', 'bytes'], 'bytes', (key, message) => hmacSha256(encodeUtf8(key), message), {
        cost: KEYED_DIGEST,
      }),
      overload(['string', 'string'], 'bytes', (key, text) => hmacSha256(encodeUtf8(key), encodeUtf8(text)), {
        cost: KEYED_DIGEST,
      }),
    ],
  },
  {
    name: 'constantTimeEquals',
    doc: 'true if two digests or secrets are equal; the time tells their lengths, and nothing about their content',
    examples: [
      ["constantTimeEquals(hash.sha256('a'), hash.sha256('a'))", 'true'],
      ["constantTimeEquals('secret', 'secreT')", 'false'],
    ],
    overloads: [
      overload(['bytes', 'bytes'], 'bool', constantTimeEquals, { cost: SECRET }),
      overload(['string', 'string'], 'bool', (a, b) => constantTimeEquals(encodeUtf8(a), encodeUtf8(b)), {
        cost: SECRET,
      }),
    ],
  },
];
