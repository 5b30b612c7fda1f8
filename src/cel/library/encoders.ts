import { fail } from '../value/failure.ts';
import { decodeBase64, encodeBase64 } from '../value/text.ts';
import { bounded } from './build.ts';
import { TEXT } from './cost.ts';
import { type FunctionDeclaration, overload } from './function.ts';

/** RFC 4648, section 4, with its padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** What others leave out. */
const UNPADDED = /^(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,3}$/;

export const ENCODERS: readonly FunctionDeclaration[] = [
  {
    name: 'base64.encode',
    doc: 'bytes as base64',
    examples: [["base64.encode(b'hello')", "'aGVsbG8='"]],
    overloads: [
      overload(['bytes'], 'string', (bytes) => bounded(encodeBase64(bytes)), {
        cost: { ...TEXT, size: (n) => Math.ceil((n * 4) / 3) + 2 },
      }),
    ],
  },
  {
    name: 'base64.decode',
    doc: 'the bytes that a base64 text says, with or without padding at its end',
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
];
