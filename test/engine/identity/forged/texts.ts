import { encoded, NOW_SECONDS } from '../tokens.ts';
import {
  CLAIMS,
  claims,
  claimsText,
  claimsWith,
  ES,
  each,
  type ForgedTokens,
  HEADER,
  headerText,
  rawPart,
  SIGNATURE,
  signedParts,
  tokenWith,
  VALID,
} from './builders.ts';

const NOT_COMPACT: ForgedTokens = {
  reason: 'token_malformed',
  detail: 'the token is not a signed JWT in compact form',
  rows: [
    ['one letter', 'x'],
    ['a reference token', '2YotnFZFEjr1zCsicMWpAA'],
    ['a UUID', '1b4e28ba-2fa1-11d2-883f-0016d3cca427'],
    ['two parts', `${HEADER}.${CLAIMS}`],
    ['four parts', `${VALID}.x`],
    ['an encrypted token', `${encoded({ alg: 'dir', enc: 'A128GCM' })}.AA.AA.AA.AA`],
    ['a dot at the end', `${VALID}.`],
    ['a dot at the start', `.${VALID}`],
    ['only the claims', CLAIMS],
    ['the JSON form (RFC 7515, section 7.2)', JSON.stringify({ payload: CLAIMS, signatures: [] })],
    ['five thousand dots', '.'.repeat(5000)],
    ['an unsigned token without the last dot', `${encoded({ alg: 'none' })}.${CLAIMS}`],
    ['encoded dots', VALID.replaceAll('.', '%2E')],
    ['colons for dots', VALID.replaceAll('.', ':')],
    ['a macaroon', 'MDAxY2xvY2F0aW9uIGh0dHBzOi8vYWNtZS5leGFtcGxlCg'],
    ['a PASETO', 'v4.public.eyJzdWIiOiJqbyJ9AAAA.AAAA.AAAA'],
    ['two tokens with a comma', `${VALID},${VALID}`],
    ['two tokens with a space', `${VALID} ${VALID}`],
    ['an XML assertion', 'PHNhbWw6QXNzZXJ0aW9uLz4'],
  ],
};

/** Texts that are not canonical base64url. */
const NOT_BASE64: readonly (readonly [what: string, change: (part: string) => string])[] = [
  ['padding', (part) => `${part.slice(0, part.length - (part.length % 4))}=`],
  ['the alphabet of base64', (part) => `+${part.slice(1)}`],
  ['a slash', (part) => `${part.slice(0, -1)}/`],
  ['a space within', (part) => `${part.slice(0, 8)} ${part.slice(8)}`],
  ['a length that no bytes have', (part) => part.slice(0, part.length - (part.length % 4)).concat('A')],
  ['a letter beyond ASCII', (part) => `${part.slice(0, 8)}é${part.slice(8)}`],
  ['an encoded letter', (part) => `%65${part.slice(1)}`],
  ['a dollar sign', (part) => `${part}$`],
];

const BASE64_HEADER: ForgedTokens = {
  reason: 'token_malformed',
  detail: 'the header of the token is not a JSON object',
  rows: [
    ...NOT_BASE64.map(
      ([what, change]) => [`header: ${what}`, `${change(HEADER)}.${CLAIMS}.${SIGNATURE}`] as const,
    ),
    ['no header', `.${CLAIMS}.${SIGNATURE}`],
    ['two dots', '..'],
    ['two dots and a signature', `..${SIGNATURE}`],
    ...each(
      ['[]', '"ES256"', '1', 'null', 'true', '', ' ', '{', '}', '{}{}', "{'alg':'ES256'}", '{alg:"ES256"}'],
      (text) => `header: ${text}`,
      headerText,
    ),
    ['header: a comma at the end', headerText('{"alg":"ES256","kid":"ec",}')],
    ['header: a comment', headerText('{"alg":"ES256"/**/,"kid":"ec"}')],
    ['header: a byte-order mark', headerText(`\uFEFF${JSON.stringify(ES)}`)],
    ['header: alg twice', headerText('{"alg":"none","alg":"ES256","kid":"ec"}')],
    ['header: alg twice, once escaped', headerText(String.raw`{"alg":"ES256","\u0061lg":"none","kid":"ec"}`)],
    ['header: kid twice', headerText('{"alg":"ES256","kid":"ec","kid":"ec"}')],
    ['header: a member twice within another', headerText('{"alg":"ES256","kid":"ec","x":{"a":1,"a":2}}')],
    ['header: bytes that are not UTF-8', signedParts(rawPart(0x7b, 0xff, 0x7d), CLAIMS)],
    ['header: UTF-16', signedParts(Buffer.from(JSON.stringify(ES), 'utf16le').toString('base64url'), CLAIMS)],
    ['header: a line break in a text', headerText('{"alg":"ES256","kid":"e\nc"}')],
    ['header: NaN', headerText('{"alg":"ES256","kid":"ec","x":NaN}')],
    ['header: a plus sign', headerText('{"alg":"ES256","kid":"ec","x":+1}')],
  ],
};

const BASE64_SIGNATURE: ForgedTokens = {
  reason: 'token_malformed',
  detail: 'the signature of the token is not base64url',
  rows: [
    ...NOT_BASE64.map(
      ([what, change]) => [`signature: ${what}`, `${HEADER}.${CLAIMS}.${change(SIGNATURE)}`] as const,
    ),
    ['stray bits', `${HEADER}.${CLAIMS}.${SIGNATURE.slice(0, -1)}${SIGNATURE.endsWith('B') ? 'D' : 'B'}`],
    ['a quote after it', `${VALID}"`],
  ],
};

const CLAIMS_JSON: ForgedTokens = {
  reason: 'token_malformed',
  detail: 'the claims of the token are not a JSON object',
  rows: [
    ...NOT_BASE64.map(
      ([what, change]) => [`claims: ${what}`, `${HEADER}.${change(CLAIMS)}.${SIGNATURE}`] as const,
    ),
    ['no claims', signedParts(HEADER, '')],
    // RFC 7797, section 4.1, with this key.
    ['claims that are not encoded', signedParts(encoded({ ...ES, b64: false }), '$02')],
    ...each(
      ['[]', '[{}]', '"x"', '0', 'null', 'false', 'iss=a', '{"iss"}', '{"iss":1,}'],
      (text) => `claims: ${text}`,
      claimsText,
    ),
    ['claims: a byte-order mark', claimsText(`\uFEFF${JSON.stringify(claims())}`)],
    ['claims: bytes that are not UTF-8', signedParts(HEADER, rawPart(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d))],
    ['claims: an overlong NUL', signedParts(HEADER, rawPart(0x7b, 0x22, 0xc0, 0x80, 0x22, 0x7d))],
    ['claims: iss twice', claimsWith('"iss":"https://evil.example"')],
    ['claims: aud twice', claimsWith('"aud":"evil"')],
    ['claims: exp twice', claimsWith('"exp":99999999999')],
    ['claims: sub twice, once escaped', claimsWith(String.raw`"s\u0075b":"admin"`)],
    ['claims: a member twice within another', claimsWith('"x":{"roles":1,"roles":2}')],
    ['claims: Infinity', claimsWith('"x":Infinity')],
    ['claims: a hexadecimal number', claimsWith('"x":0x10')],
    ['claims: a number with a zero first', claimsWith('"x":01')],
    ['claims: brackets without an end', claimsText('['.repeat(5000))],
  ],
};

const TYPES_OF_MEMBERS: readonly ForgedTokens[] = [
  ...['kid', 'typ'].map(
    (name): ForgedTokens => ({
      reason: 'token_malformed',
      detail: `\`${name}\` of the token must be text`,
      rows: each(
        [1, null, ['ec'], { a: 1 }, true],
        (value) => `${name}: ${JSON.stringify(value)}`,
        (value) => signedParts(encoded({ ...ES, [name]: value }), CLAIMS),
      ),
    }),
  ),
  ...['iss', 'sub', 'jti'].map(
    (name): ForgedTokens => ({
      reason: 'token_malformed',
      detail: `\`${name}\` of the token must be text`,
      rows: each(
        [1, null, ['https://login.acme.example'], {}],
        (value) => `${name}: ${JSON.stringify(value)}`,
        (value) => tokenWith({ [name]: value }),
      ),
    }),
  ),
  ...['exp', 'nbf', 'iat'].map(
    (name): ForgedTokens => ({
      reason: 'token_malformed',
      detail: `\`${name}\` of the token must be a number`,
      rows: each(
        ['1780318800', null, [NOW_SECONDS], '2026-06-01T13:00:00Z'],
        (value) => `${name}: ${JSON.stringify(value)}`,
        (value) => tokenWith({ [name]: value }),
      ),
    }),
  ),
  {
    reason: 'token_malformed',
    detail: '`aud` of the token must be text or a list of texts',
    rows: each(
      [1, null, { orders: true }, ['orders', 1], [['orders']], true],
      (value) => `aud: ${JSON.stringify(value)}`,
      (value) => tokenWith({ aud: value }),
    ),
  },
  {
    reason: 'token_malformed',
    detail: 'the header of the token has no `alg`',
    rows: [
      ['no alg', headerText('{"kid":"ec"}')],
      ...each(
        [null, 1, ['ES256'], { name: 'ES256' }, true],
        (alg) => `alg: ${JSON.stringify(alg)}`,
        (alg) => signedParts(encoded({ alg, kid: 'ec' }), CLAIMS),
      ),
    ],
  },
  {
    reason: 'token_malformed',
    detail: 'the token has a `crit` header that is not understood',
    rows: each(
      [[], ['exp'], ['b64'], ['alg'], ['http://example.com/UNDEFINED'], 'exp', null, {}],
      (crit) => `crit: ${JSON.stringify(crit)}`,
      (crit) => signedParts(encoded({ ...ES, crit, 'http://example.com/UNDEFINED': true }), CLAIMS),
    ),
  },
  {
    reason: 'token_malformed',
    detail: 'the token has a `b64` header, which is not accepted',
    rows: [
      ['b64: true', signedParts(encoded({ ...ES, b64: true }), CLAIMS)],
      ['b64: false', signedParts(encoded({ ...ES, b64: false }), CLAIMS)],
    ],
  },
];

export const FORGED_TEXTS: readonly ForgedTokens[] = [
  NOT_COMPACT,
  BASE64_HEADER,
  BASE64_SIGNATURE,
  CLAIMS_JSON,
  ...TYPES_OF_MEMBERS,
];
