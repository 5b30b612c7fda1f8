import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import type { Issuer } from '../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { claimsOf, encoded, issuerOf, jwks, NOW, NOW_SECONDS } from '../engine/identity/tokens.ts';
import { attributes } from '../support/attributes.ts';
import type { Random } from '../support/mutations.ts';
import { pick } from '../support/seeded.ts';

/** How often each result came; all of them are right. */
export interface TokenResults {
  accepted: number;
  refused: number;
}

const SECRET = Buffer.alloc(32, 7);
const OTHER_SECRET = Buffer.alloc(32, 8);
const HOUR = 3600;

const ISSUER: Issuer = issuerOf({
  algorithms: ['HS256'],
  keys: {
    kind: 'inline',
    jwks: jwks({ kty: 'oct', alg: 'HS256', kid: 'first', k: SECRET.toString('base64url') }),
  },
  maxAge: 2 * HOUR * 1000,
  requireClaims: ['sub'],
});

type Result = Awaited<ReturnType<ReturnType<typeof createTokenVerifier>['verify']>>;

/** Verifies the values of `Authorization` headers, with a cache that is full again and again. */
function createReader(): (value: string) => Result {
  const verifier = createTokenVerifier({
    keys: new KeyRing({ crypto: nodeCrypto }),
    crypto: nodeCrypto,
    cacheSize: 8,
  });
  return (value) => {
    const result = verifier.verify(attributes({ headers: { authorization: value } }), [ISSUER], NOW);
    assert.ok(!(result instanceof Promise), 'a key of the document is at hand');
    return result;
  };
}

interface Parts {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

function fresh(subject: string): Parts {
  return {
    header: { alg: 'HS256', kid: 'first', typ: 'JWT' },
    claims: claimsOf({ sub: subject, iat: NOW_SECONDS - HOUR }),
  };
}

function signed(
  { header, claims }: Parts,
  secret = SECRET,
  write: (value: unknown) => string = encoded,
): string {
  const input = `${write(header)}.${write(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const SUBJECTS = ['checkout', 'billing', 'reports', 'admin'] as const;
/** Tokens that the issuer has signed, by their text. */
const POOL: ReadonlyMap<string, string> = new Map(
  SUBJECTS.map((subject) => [signed(fresh(subject)), subject]),
);
const TOKENS = [...POOL.keys()] as [string, ...string[]];

const NOISE: readonly [string, ...string[]] = [
  ' ',
  '\t',
  ',',
  ', ',
  '.',
  '=',
  '==',
  '"',
  ';',
  '+',
  '/',
  '-',
  '_',
  'A',
  'Bearer ',
  'bearer ',
  'Basic ',
  'é',
  '\u0000',
  '%20',
  '{}',
  'null',
  ...TOKENS,
  encoded({ alg: 'none' }),
  encoded({ alg: 'HS256', crit: ['b64'], b64: false }),
];

type TextMutation = (text: string, random: Random) => string;

function place(text: string, random: Random): number {
  return Math.floor(random() * (text.length + 1));
}

/** What a broken client, or a hostile one with tokens of its own, might send. */
const TEXT_MUTATIONS: readonly [TextMutation, ...TextMutation[]] = [
  function insert(text, random) {
    const at = place(text, random);
    return text.slice(0, at) + pick(random, NOISE) + text.slice(at);
  },
  function insertAtAnEdge(text, random) {
    const part = pick(random, NOISE);
    return random() < 0.5 ? part + text : text + part;
  },
  function leaveOut(text, random) {
    const at = place(text, random);
    return text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 8));
  },
  function changeOne(text, random) {
    const at = place(text, random);
    return text.slice(0, at) + String.fromCharCode(0x20 + Math.floor(random() * 95)) + text.slice(at + 1);
  },
  function changeTheLast(text, random) {
    return text.slice(0, -1) + pick(random, ['A', 'Q', 'g', 'w', 'B', 'h', '=']);
  },
  function changeCase(text, random) {
    const at = place(text, random);
    const end = at + 1 + Math.floor(random() * 8);
    const part = text.slice(at, end);
    return text.slice(0, at) + (random() < 0.5 ? part.toUpperCase() : part.toLowerCase()) + text.slice(end);
  },
  function spliceParts(text, random) {
    const parts = text.split('.');
    const at = Math.floor(random() * parts.length);
    parts[at] = pick(random, TOKENS).split('.')[at % 3] ?? '';
    return parts.join('.');
  },
  function repeat(text) {
    return `${text}${text.slice(6)}`;
  },
];

/** The only form in which a token counts: RFC 6750 section 2.1, with any white space. */
const BEARER = /^[ \t]*bearer[ \t]+([\w-]+\.[\w-]+\.[\w-]+)[ \t]*$/i;

/** Reads so many values, which `judge` makes, and counts its results. */
function counted(
  count: number,
  onRound: (round: number) => void,
  judge: (read: ReturnType<typeof createReader>) => Result,
): TokenResults {
  const read = createReader();
  const results = { accepted: 0, refused: 0 };
  for (let round = 0; round < count; round += 1) {
    onRound(round);
    results[judge(read).token === undefined ? 'refused' : 'accepted'] += 1;
  }
  return results;
}

/** Reads mutated headers: only a token of the issuer is accepted, as whom the issuer says, and always if it is whole. */
export function runTokenHeaders(
  count: number,
  random: Random,
  onRound: (round: number) => void = () => {},
): TokenResults {
  return counted(count, onRound, (read) => {
    let value = `Bearer ${pick(random, TOKENS)}`;
    for (let left = Math.floor(random() * 4); left > 0; left -= 1)
      value = pick(random, TEXT_MUTATIONS)(value, random);
    const result = read(value);
    const [, text = ''] = BEARER.exec(value) ?? [];
    const shown = JSON.stringify({ value, reason: result.denial?.reason });
    assert.equal(result.token?.subject, POOL.get(text), shown);
    return result;
  });
}

/** A change of a token before it is signed. */
interface Change {
  /** The member that it sets. */
  readonly of: string;
  /** The reasons for which the token is refused; none for a harmless change. */
  readonly reasons: readonly string[];
  readonly apply: (parts: Parts, random: Random) => void;
}

const HEADER_CHANGES: readonly (readonly [string | undefined, string, readonly [unknown, ...unknown[]]])[] = [
  [undefined, 'typ', ['at+jwt', 'JWT', undefined]],
  [undefined, 'jku', ['https://evil.example/jwks']],
  [undefined, 'jwk', [{ kty: 'oct', k: OTHER_SECRET.toString('base64url') }]],
  [undefined, 'x5u', ['https://evil.example/x5u']],
  ['token_wrong_type', 'typ', ['id+jwt', 'secevent+jwt', 'JWE', '']],
  ['token_bad_algorithm', 'alg', ['none', 'None', 'HS512', 'RS256', 'ES256', 'hs256', '', 'constructor']],
  ['token_unknown_key', 'kid', ['second', '', 'FIRST', 'first ', '__proto__']],
  ['token_malformed', 'alg', [undefined, null, 256, ['HS256'], {}]],
  ['token_malformed', 'kid', [1, null, ['first']]],
  ['token_malformed', 'crit', [[], ['b64'], ['exp'], null]],
  ['token_malformed', 'b64', [true, false]],
];

const CLAIM_CHANGES: readonly (readonly [string | undefined, string, readonly [unknown, ...unknown[]]])[] = [
  [undefined, 'aud', ['orders', ['orders'], ['other', 'orders'], ['orders', 'orders']]],
  [undefined, 'exp', [NOW_SECONDS + 1, NOW_SECONDS + 0.5, NOW_SECONDS - 29, 4_102_444_800]],
  [undefined, 'nbf', [NOW_SECONDS, NOW_SECONDS + 29, 0, -1]],
  [undefined, 'tenant', ['acme', null, { a: [1, 'x'] }]],
  [undefined, '__proto__x', [{ sub: 'admin' }]],
  [
    'token_unknown_issuer',
    'iss',
    [undefined, '', 'https://login.acme.example/', 'https://LOGIN.acme.example', 'acme'],
  ],
  ['token_wrong_audience', 'aud', [undefined, '', [], 'Orders', ['order', 's'], 'orders ']],
  ['token_expired', 'exp', [NOW_SECONDS - 30, NOW_SECONDS - HOUR, 0, -1]],
  ['token_not_yet_valid', 'nbf', [NOW_SECONDS + 31, NOW_SECONDS + HOUR, 1e18]],
  ['token_not_yet_valid', 'iat', [NOW_SECONDS + 31, NOW_SECONDS + HOUR]],
  ['token_too_old', 'iat', [NOW_SECONDS - 3 * HOUR, 0]],
  ['token_claim_missing', 'sub', [undefined]],
  ['token_malformed', 'sub', [1, null, ['checkout'], {}]],
  ['token_malformed', 'exp', ['1', null, true, []]],
  ['token_malformed', 'nbf', ['now', null, {}]],
  ['token_malformed', 'aud', [1, null, {}, ['orders', 1]]],
];

const CHANGES: readonly Change[] = [
  ...HEADER_CHANGES.map((row) => changeOf('header', row)),
  ...CLAIM_CHANGES.map((row) => changeOf('claims', row)),
];

function changeOf(part: keyof Parts, [reason, name, values]: (typeof CLAIM_CHANGES)[number]): Change {
  return {
    of: `${part}.${name}`,
    reasons: reason === undefined ? [] : [reason],
    apply: (parts, random) => {
      parts[part][name] = pick(random, values);
    },
  };
}

/** Ways to write JSON that all mean the same, and are signed as they are. */
const WRITERS: readonly [(value: unknown) => string, ...((value: unknown) => string)[]] = [
  (value) => encoded(JSON.stringify(value)),
  (value) => encoded(JSON.stringify(value, undefined, 2)),
  (value) => encoded(` ${JSON.stringify(value)}\r\n`),
  (value) => encoded(JSON.stringify(value).replace(/"[^"]*"/g, (text) => text.replaceAll('e', '\\u0065'))),
];

/** Reads tokens that are made of right and wrong parts: accepted if all are right, else refused for one that is wrong. */
export function runTokenClaims(
  count: number,
  random: Random,
  onRound: (round: number) => void = () => {},
): TokenResults {
  return counted(count, onRound, (read) => {
    const subject = pick(random, SUBJECTS);
    const parts = fresh(subject);
    const applied = new Map<string, Change>();
    for (let left = Math.floor(random() * 4); left > 0; left -= 1) {
      const change = CHANGES[Math.floor(random() * CHANGES.length)];
      change?.apply(parts, random);
      if (change !== undefined) applied.set(change.of, change);
    }
    const isForged = random() < 0.1;
    const reasons = [...applied.values()].flatMap((change) => change.reasons);
    if (isForged) reasons.push('token_bad_signature');
    const text = signed(parts, isForged ? OTHER_SECRET : SECRET, pick(random, WRITERS));
    const result = read(`Bearer ${text}`);
    const { token, denial } = result;
    const shown = JSON.stringify({ parts, isForged, reason: denial?.reason });
    assert.equal(token?.subject, reasons.length === 0 ? subject : undefined, shown);
    assert.ok(token !== undefined || reasons.includes(denial?.reason ?? ''), shown);
    return result;
  });
}
