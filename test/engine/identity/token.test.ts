import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../src/engine/identity/token.ts';
import type { TokenReason, TokenResult } from '../../../src/engine/identity/verified-token.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import {
  claimsOf,
  EC,
  EC_NEXT,
  ED,
  encoded,
  forged,
  issuerOf,
  jwks,
  macSigned,
  NOW,
  NOW_SECONDS,
  publicJwk,
  RSA,
  signed,
} from './tokens.ts';

const SECRET = 'a secret of thirty-two bytes or so';

function verifier(): TokenVerifier {
  return createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto });
}

async function verify(token: string, issuer: Partial<Issuer> = {}, now = NOW): Promise<TokenResult> {
  const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
  return verifier().verify(asked, [issuerOf(issuer)], now);
}

interface Case {
  readonly what: string;
  readonly token: string | Promise<string>;
  readonly issuer?: Partial<Issuer>;
  readonly reason?: TokenReason;
  readonly detail?: string;
  readonly now?: number;
}

function inline(...keys: readonly JsonObject[]): Partial<Issuer> {
  return { keys: { kind: 'inline', jwks: jwks(...keys) } };
}

const RSA_KEY = inline(publicJwk(RSA, { kid: 'rsa' }));
const ED_KEY = inline(publicJwk(ED, { kid: 'ed' }));
const TWO_KEYS = inline(publicJwk(EC, { kid: 'ec' }), publicJwk(EC_NEXT, { kid: 'next' }));
const BY_SECRET = { ...inline({ kty: 'oct', k: encoded(SECRET), kid: 'ec' }), algorithms: ['HS256'] };

const ACCEPTED: readonly Case[] = [
  { what: 'ES256', token: signed() },
  { what: 'RS256', token: signed(claimsOf(), { alg: 'RS256', kid: 'rsa' }, RSA), issuer: RSA_KEY },
  { what: 'PS256', token: signed(claimsOf(), { alg: 'PS256', kid: 'rsa' }, RSA), issuer: RSA_KEY },
  { what: 'EdDSA', token: signed(claimsOf(), { alg: 'EdDSA', kid: 'ed' }, ED), issuer: ED_KEY },
  {
    what: 'HS256 with an inline key',
    token: macSigned({ alg: 'HS256', kid: 'ec' }, SECRET),
    issuer: BY_SECRET,
  },
  { what: 'no kid and two keys', token: signed(claimsOf(), { kid: undefined }), issuer: TWO_KEYS },
  { what: 'no kid and one key', token: signed(claimsOf(), { kid: undefined }) },
  { what: 'the second key', token: signed(claimsOf(), { kid: 'next' }, EC_NEXT), issuer: TWO_KEYS },
  { what: 'typ JWT', token: signed(claimsOf(), { typ: 'JWT' }) },
  { what: 'typ application/at+jwt', token: signed(claimsOf(), { typ: 'application/AT+JWT' }) },
  {
    what: 'a typ of the issuer',
    token: signed(claimsOf(), { typ: 'logout+jwt' }),
    issuer: { types: ['logout+jwt'] },
  },
  { what: 'one of several audiences', token: signed(claimsOf({ aud: ['x', 'orders'] })) },
  {
    what: 'no audience if the issuer accepts any',
    token: signed(claimsOf({ aud: undefined })),
    issuer: { audiences: [], anyAudience: true },
  },
  { what: 'exp within the skew', token: signed(claimsOf({ exp: NOW_SECONDS })), now: NOW + 29_999 },
  {
    what: 'no exp if the issuer does not require it',
    token: signed(claimsOf({ exp: undefined })),
    issuer: { requireExpiry: false },
  },
  { what: 'nbf within the skew', token: signed(claimsOf({ nbf: NOW_SECONDS + 30 })) },
  { what: 'iat within the skew', token: signed(claimsOf({ iat: NOW_SECONDS + 30 })) },
  { what: 'fractions of a second', token: signed(claimsOf({ exp: NOW_SECONDS + 0.5 })), now: NOW + 30_499 },
  {
    what: 'the maximum age',
    token: signed(claimsOf({ iat: NOW_SECONDS - 3600 })),
    issuer: { maxAge: 3_600_000 },
    now: NOW + 30_000,
  },
  {
    what: 'required claims, false and empty ones too',
    token: signed(claimsOf({ a: false, b: '' })),
    issuer: { requireClaims: ['a', 'b', 'sub'] },
  },
];

const KEY_IN_HEADER = {
  jwk: publicJwk(EC_NEXT),
  jku: 'https://evil.example/jwks',
  x5u: 'https://evil.example/x5u',
  x5c: ['AAAA'],
};

const DENIED: readonly Case[] = [
  // Shape.
  ...['x', 'a.b', 'a.b.c.d', 'a.b.c.d.e', '..', '.', 'a b.c.d', 'a.'.repeat(5000)].map(
    (token): Case => ({
      what: `not a compact JWS: ${token.slice(0, 20)}`,
      token,
      reason: 'token_malformed',
    }),
  ),
  {
    what: 'padding',
    token: signed().then((token) => token.replace('.', '=.')),
    reason: 'token_malformed',
    detail: 'the header of the token is not a JSON object',
  },
  {
    what: 'stray bits in the signature',
    token: signed().then((token) => `${token.slice(0, -1)}${token.endsWith('B') ? 'D' : 'B'}`),
    reason: 'token_malformed',
    detail: 'the signature of the token is not base64url',
  },
  {
    what: 'claims that are a list',
    token: signed('[]'),
    reason: 'token_malformed',
    detail: 'the claims of the token are not a JSON object',
  },
  { what: 'claims that are not JSON', token: signed('{iss:1}'), reason: 'token_malformed' },
  {
    what: 'claims with a byte-order mark',
    token: signed(`\uFEFF${JSON.stringify(claimsOf())}`),
    reason: 'token_malformed',
  },
  {
    what: 'a claim twice',
    token: signed('{"iss":"https://login.acme.example","iss":"x"}'),
    reason: 'token_malformed',
  },
  {
    what: 'a claim twice, once escaped',
    token: signed('{"iss":"https://login.acme.example","\\u0069ss":"x"}'),
    reason: 'token_malformed',
  },
  { what: 'a header member twice', token: forged('{"alg":"ES256","alg":"none"}'), reason: 'token_malformed' },
  {
    what: 'deep claims',
    token: forged({ alg: 'ES256' }, `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`),
    reason: 'token_malformed',
  },
  {
    what: 'claims that are not UTF-8',
    token: `${encoded({ alg: 'ES256' })}.${Buffer.from('7b22ff223a317d', 'hex').toString('base64url')}.AAAA`,
    reason: 'token_malformed',
  },
  {
    what: 'no alg',
    token: forged({ kid: 'ec' }),
    reason: 'token_malformed',
    detail: 'the header of the token has no `alg`',
  },
  { what: 'alg that is not text', token: forged({ alg: ['ES256'] }), reason: 'token_malformed' },
  {
    what: 'kid that is not text',
    token: forged({ alg: 'ES256', kid: { a: 1 } }),
    reason: 'token_malformed',
    detail: '`kid` of the token must be text',
  },
  {
    what: 'crit',
    token: forged({ alg: 'ES256', crit: ['exp'], exp: 1 }),
    reason: 'token_malformed',
    detail: 'the token has a `crit` header that is not understood',
  },
  { what: 'an empty crit', token: forged({ alg: 'ES256', crit: [] }), reason: 'token_malformed' },
  {
    what: 'b64',
    token: forged({ alg: 'ES256', b64: false }),
    reason: 'token_malformed',
    detail: 'the token has a `b64` header, which is not accepted',
  },
  {
    what: 'exp as text',
    token: signed(claimsOf({ exp: '9999999999' })),
    reason: 'token_malformed',
    detail: '`exp` of the token must be a number',
  },
  {
    what: 'exp beyond all numbers',
    token: signed(JSON.stringify(claimsOf({ exp: 0 })).replace('"exp":0', '"exp":1e999')),
    reason: 'token_malformed',
  },
  {
    what: 'aud with a number',
    token: signed(claimsOf({ aud: ['orders', 1] })),
    reason: 'token_malformed',
    detail: '`aud` of the token must be text or a list of texts',
  },
  { what: 'sub that is not text', token: signed(claimsOf({ sub: 1 })), reason: 'token_malformed' },
  {
    what: 'more than 16 KiB',
    token: signed(claimsOf({ x: 'x'.repeat(13_000) })),
    reason: 'token_too_large',
    detail: 'the token is longer than 16 KiB',
  },
  // Issuer, algorithm, type.
  {
    what: 'another issuer',
    token: signed(claimsOf({ iss: 'https://login.acme.example/' })),
    reason: 'token_unknown_issuer',
    detail: 'tokens of this issuer (`iss`) are not accepted here',
  },
  { what: 'no issuer', token: signed(claimsOf({ iss: undefined })), reason: 'token_unknown_issuer' },
  ...['none', 'None', 'NONE', 'HS256', 'ES384', 'es256', 'RSA-OAEP', '', '__proto__', 'constructor'].map(
    (alg): Case => ({
      what: `alg ${alg}`,
      token: forged({ alg, kid: 'ec' }),
      reason: 'token_bad_algorithm',
      detail: 'the token is signed with an algorithm that its issuer is not expected to use',
    }),
  ),
  {
    what: 'alg none without a signature',
    token: forged({ alg: 'none' }, claimsOf(), ''),
    reason: 'token_bad_algorithm',
  },
  {
    what: 'alg none although the issuer lists it',
    token: forged({ alg: 'none' }, claimsOf(), ''),
    issuer: { algorithms: ['none', 'ES256'] },
    reason: 'token_bad_algorithm',
  },
  {
    what: 'a type',
    token: signed(claimsOf(), { typ: 'dpop+jwt' }),
    reason: 'token_wrong_type',
    detail: '`typ` of the token is not accepted here',
  },
  {
    what: 'no type if the issuer requires one',
    token: signed(),
    issuer: { types: ['at+jwt'] },
    reason: 'token_wrong_type',
  },
  // Keys and signatures.
  {
    what: 'an unknown kid',
    token: signed(claimsOf(), { kid: 'other' }),
    reason: 'token_unknown_key',
    detail: 'the issuer of the token has no key that fits it',
  },
  {
    what: 'a key of another kind',
    token: signed(claimsOf(), { alg: 'RS256' }, RSA),
    reason: 'token_unknown_key',
  },
  {
    what: 'a key that is for encryption',
    token: signed(),
    issuer: inline(publicJwk(EC, { kid: 'ec', use: 'enc' })),
    reason: 'token_unknown_key',
  },
  {
    what: 'the key of another issuer',
    token: signed(claimsOf(), {}, EC_NEXT),
    reason: 'token_bad_signature',
    detail: 'the signature of the token is not valid',
  },
  {
    what: 'keys in the header',
    token: signed(claimsOf(), KEY_IN_HEADER, EC_NEXT),
    reason: 'token_bad_signature',
  },
  {
    what: 'keys in the header, without kid',
    token: signed(claimsOf(), { ...KEY_IN_HEADER, kid: undefined }, EC_NEXT),
    reason: 'token_bad_signature',
  },
  {
    what: 'no signature',
    token: forged({ alg: 'ES256', kid: 'ec' }, claimsOf(), ''),
    reason: 'token_bad_signature',
  },
  {
    what: 'a signature of zeros',
    token: forged({ alg: 'ES256', kid: 'ec' }, claimsOf(), Buffer.alloc(64).toString('base64url')),
    reason: 'token_bad_signature',
  },
  {
    what: 'a signature in DER',
    token: forged({ alg: 'ES256', kid: 'ec' }, claimsOf(), Buffer.alloc(70, 1).toString('base64url')),
    reason: 'token_bad_signature',
  },
  {
    what: 'other claims',
    token: signed().then((token) => token.replace(/\..*\./, `.${encoded(claimsOf({ sub: 'admin' }))}.`)),
    reason: 'token_bad_signature',
  },
  {
    what: 'an HMAC with another secret',
    token: macSigned({ alg: 'HS256', kid: 'ec' }, 'x'),
    issuer: BY_SECRET,
    reason: 'token_bad_signature',
  },
  {
    what: 'an HMAC with the public RSA key',
    token: macSigned({ alg: 'HS256', kid: 'rsa' }, JSON.stringify(publicJwk(RSA))),
    issuer: { ...RSA_KEY, algorithms: ['RS256', 'HS256'] },
    reason: 'token_unknown_key',
  },
  // Claims.
  {
    what: 'expired',
    token: signed(claimsOf({ exp: NOW_SECONDS })),
    now: NOW + 30_000,
    reason: 'token_expired',
    detail: 'the token has expired',
  },
  {
    what: 'no exp',
    token: signed(claimsOf({ exp: undefined })),
    reason: 'token_claim_missing',
    detail: 'the token has no `exp`',
  },
  {
    what: 'nbf',
    token: signed(claimsOf({ nbf: NOW_SECONDS + 31 })),
    reason: 'token_not_yet_valid',
    detail: 'the token is not valid yet (`nbf`)',
  },
  {
    what: 'iat in the future',
    token: signed(claimsOf({ iat: NOW_SECONDS + 31 })),
    reason: 'token_not_yet_valid',
    detail: 'the token says that it was issued in the future (`iat`)',
  },
  {
    what: 'age',
    token: signed(claimsOf({ iat: NOW_SECONDS - 3600 })),
    issuer: { maxAge: 3_600_000 },
    now: NOW + 30_001,
    reason: 'token_too_old',
    detail: 'the token was issued too long ago',
  },
  {
    what: 'no iat, with a maximum age',
    token: signed(claimsOf({ iat: undefined })),
    issuer: { maxAge: 1 },
    reason: 'token_claim_missing',
    detail: 'the token has no `iat`, which its age is counted from',
  },
  {
    what: 'another audience',
    token: signed(claimsOf({ aud: ['order', 'Orders'] })),
    reason: 'token_wrong_audience',
    detail: 'the token is for another audience (`aud`)',
  },
  { what: 'no audience', token: signed(claimsOf({ aud: undefined })), reason: 'token_wrong_audience' },
  {
    what: 'a missing claim',
    token: signed(),
    issuer: { requireClaims: ['sub', 'tenant'] },
    reason: 'token_claim_missing',
    detail: 'the token has no `tenant` claim',
  },
  {
    what: 'a claim that is null',
    token: signed(claimsOf({ tenant: null })),
    issuer: { requireClaims: ['tenant'] },
    reason: 'token_claim_missing',
  },
  {
    what: 'an inherited claim',
    token: signed(),
    issuer: { requireClaims: ['constructor'] },
    reason: 'token_claim_missing',
  },
];

describe('a token is accepted with', () => {
  test.each(ACCEPTED)('$what', async ({ token, issuer, now }) => {
    expect((await verify(await token, issuer, now)).denial).toBeUndefined();
  });
});

describe('a token is denied for', () => {
  test.each(DENIED)('$what', async ({ token, issuer, now, reason, detail }) => {
    const { denial } = await verify(await token, issuer, now);
    expect(denial?.reason).toBe(reason);
    if (detail !== undefined) expect(denial?.detail).toBe(detail);
  });
});

test('the example of RFC 7515, appendix A.1, verifies', async () => {
  const token =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const k = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
  const issuer = {
    ...inline({ kty: 'oct', k }),
    algorithms: ['HS256'],
    issuer: 'joe',
    anyAudience: true,
    audiences: [],
  };
  const { token: verified } = await verify(token, issuer, 1_300_819_380_000);
  expect(verified?.claims['http://example.com/is_root']).toBe(true);
  expect((await verify(token, issuer, 1_300_819_410_000)).denial?.reason).toBe('token_expired');
});

describe('a verified token', () => {
  test('has the content of its claims', async () => {
    const claims = claimsOf({
      scope: ' orders:read  orders:write ',
      exp: NOW_SECONDS + 1.5,
      tenant: { id: [1] },
    });
    const { token } = await verify(await signed(claims, { typ: 'JWT' }));
    expect(token).toEqual({
      issuerName: 'acme',
      issuer: 'https://login.acme.example',
      tenant: '',
      subject: 'checkout',
      audiences: ['orders'],
      roles: [],
      withheld: undefined,
      scopes: ['orders:read', 'orders:write'],
      expiresAt: { seconds: NOW_SECONDS + 1, nanos: 500_000_000 },
      claims,
      header: { alg: 'ES256', kid: 'ec', typ: 'JWT' },
    });
  });

  test.each([
    [{ scope: ['a', 1, 'b'] }, {}, ['a', 'b']],
    [{ scope: 7 }, {}, []],
    [{ scp: 'a' }, {}, []],
    [{ scp: 'a' }, { scopesClaim: 'scp' }, ['a']],
    [{}, { scopesClaim: 'constructor' }, []],
  ])('scopes of %j', async (members, issuer, scopes) => {
    expect((await verify(await signed(claimsOf(members)), issuer)).token?.scopes).toEqual(scopes);
  });

  test('keeps names of JavaScript as plain claims, and is frozen', async () => {
    const text = JSON.stringify(claimsOf({ deep: { list: [1] } })).replace(
      '{',
      '{"__proto__":{"admin":true},"constructor":1,',
    );
    const { token } = await verify(await signed(text));
    expect(Object.keys(token?.claims ?? {})).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    expect(token?.claims['admin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    const deep = token?.claims['deep'] as { list: number[] };
    expect(() => deep.list.push(2)).toThrow(TypeError);
  });

  test('an expiry after the year 9999 becomes the end of it', async () => {
    const { token } = await verify(await signed(claimsOf({ exp: 1e15 })));
    expect(token?.expiresAt).toEqual({ seconds: 253_402_300_799, nanos: 0 });
  });
});

describe('places', () => {
  const internal = issuerOf();
  const partner = issuerOf({
    name: 'partner',
    issuer: 'https://partner.example',
    from: [{ query: 'access_token' }, { cookie: 'session' }],
  });
  const partnerClaims = claimsOf({ iss: 'https://partner.example' });

  async function reasonOf(
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    const { denial, token } = await verifier().verify(
      attributes({ path, headers }),
      [internal, partner],
      NOW,
    );
    return denial?.reason ?? token?.issuerName;
  }

  test('each issuer accepts tokens in its own places only', async () => {
    const [ours, theirs] = [await signed(), await signed(partnerClaims)];
    expect(await reasonOf('/', { authorization: `Bearer ${ours}` })).toBe('acme');
    expect(await reasonOf(`/?access_token=${theirs}`, {})).toBe('partner');
    expect(await reasonOf('/', { cookie: `session=${theirs}` })).toBe('partner');
    expect(await reasonOf(`/?access_token=${ours}`, {})).toBe('token_unknown_issuer');
    expect(await reasonOf('/', { authorization: `Bearer ${theirs}` })).toBe('token_unknown_issuer');
  });

  test('no token, and more than one', async () => {
    const [ours, theirs] = [await signed(), await signed(partnerClaims)];
    expect(await reasonOf('/', {})).toBe('token_missing');
    expect(await reasonOf('/', { authorization: 'Basic YTpi', 'x-token': ours })).toBe('token_missing');
    expect(await reasonOf(`/?access_token=${theirs}`, { authorization: `Bearer ${ours}` })).toBe(
      'token_ambiguous',
    );
    expect(await reasonOf('/', { authorization: `Bearer ${ours},Bearer ${ours}` })).toBe('token_ambiguous');
    expect(await reasonOf('/', { authorization: `Bearer ${ours},x` })).toBe('token_malformed');
  });

  test('of two issuers with one `iss`, the one that lists the place is used', async () => {
    const other = issuerOf({ name: 'other', from: [{ cookie: 'session' }] });
    const asked = attributes({ headers: { cookie: `session=${await signed()}` } });
    expect((await verifier().verify(asked, [internal, other], NOW)).token?.issuerName).toBe('other');
  });
});
