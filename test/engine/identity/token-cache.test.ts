import { generateKeyPairSync } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import {
  createTokenVerifier,
  type TokenVerifier,
  type VerifiedTokens,
} from '../../../src/engine/identity/token.ts';
import type { TokenResult } from '../../../src/engine/identity/verified-token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { claimsOf, EC, EC_NEXT, issuerOf, jwks, NOW, NOW_SECONDS, publicJwk, signed } from './tokens.ts';

interface Bench {
  readonly verifier: TokenVerifier & VerifiedTokens;
  readonly ring: KeyRing;
  readonly signatures: () => number;
  ask(token: string, issuer: Issuer, now?: number): TokenResult | Promise<TokenResult>;
}

function bench(cacheSize = 100): Bench {
  let count = 0;
  const ring = new KeyRing({ crypto: nodeCrypto });
  const verifier = createTokenVerifier({
    keys: ring,
    crypto: nodeCrypto,
    cacheSize,
    onSignature: () => {
      count += 1;
    },
  });
  return {
    verifier,
    ring,
    signatures: () => count,
    ask: (token, issuer, now = NOW) =>
      verifier.verify(attributes({ headers: { authorization: `Bearer ${token}` } }), [issuer], now),
  };
}

test('a token is verified once, and then answered synchronously', async () => {
  const { ask, signatures } = bench();
  const [issuer, token] = [issuerOf(), await signed()];
  const first = ask(token, issuer);
  expect(first).toBeInstanceOf(Promise);
  const second = await first;
  expect(second.denial).toBeUndefined();
  const third = ask(token, issuer);
  expect(third).not.toBeInstanceOf(Promise);
  expect((await third).token).toBe(second.token);
  expect(signatures()).toBe(1);
});

test('concurrent checks of one token share one verification', async () => {
  const { ask, signatures } = bench();
  const [issuer, token] = [issuerOf(), await signed()];
  const results = await Promise.all(Array.from({ length: 20 }, async () => ask(token, issuer)));
  expect(results.every(({ denial }) => denial === undefined)).toBe(true);
  expect(signatures()).toBe(1);
});

test('a verifier that uses the signatures of another checks none again, and changes nothing of it', async () => {
  const { ask, ring, verifier, signatures } = bench();
  const [issuer, other, token] = [issuerOf(), issuerOf({ name: 'other' }), await signed()];
  ring.use([issuer]);
  ring.useCandidates([other]);
  const { token: verified } = await ask(token, issuer);
  const checked: string[] = [];
  const beside = createTokenVerifier({
    keys: ring,
    crypto: nodeCrypto,
    verified: verifier,
    onSignature: () => checked.push('signature'),
  });
  const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
  const result = beside.verify(asked, [other], NOW);
  expect(result).toMatchObject({ token: { subject: verified?.subject } });
  expect(checked).toEqual([]);
  expect((await ask(token, issuer)).token).toBe(verified);
  expect(signatures()).toBe(1);
});

test('a replayed token with an invalid signature costs no second check', async () => {
  const { ask, signatures } = bench();
  const [issuer, token] = [issuerOf(), await signed(claimsOf(), {}, EC_NEXT)];
  for (let i = 0; i < 3; i += 1) {
    expect((await ask(token, issuer)).denial?.reason).toBe('token_bad_signature');
  }
  expect(signatures()).toBe(1);
});

test('a replayed token without a kid costs one check for each key, once', async () => {
  const { ask, signatures } = bench();
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const token = await signed(claimsOf(), { kid: undefined }, stranger);
  const two = issuerOf({
    keys: { kind: 'inline', jwks: jwks(publicJwk(EC, { kid: 'ec' }), publicJwk(EC_NEXT, { kid: 'next' })) },
  });
  for (let i = 0; i < 3; i += 1) {
    expect((await ask(token, two)).denial?.reason).toBe('token_bad_signature');
  }
  expect(signatures()).toBe(2);
});

test('an invalid signature is remembered for the key that was looked at, and no other', async () => {
  const { ask, signatures } = bench();
  const token = await signed(claimsOf(), {}, EC_NEXT);
  expect((await ask(token, issuerOf())).denial?.reason).toBe('token_bad_signature');
  const rotated = issuerOf({ keys: { kind: 'inline', jwks: jwks(publicJwk(EC_NEXT, { kid: 'ec' })) } });
  expect((await ask(token, rotated)).denial).toBeUndefined();
  expect((await ask(token, issuerOf())).denial?.reason).toBe('token_bad_signature');
  expect(signatures()).toBe(3);
});

test('the key of the cache is the whole token: another signature is another token', async () => {
  const { ask, signatures } = bench();
  const issuer = issuerOf();
  const [token, again] = [await signed(), await signed()];
  expect((await ask(token, issuer)).denial).toBeUndefined();
  const grafted = token.replace(/[^.]+$/, again.split('.')[2]?.replace(/^.{4}/, 'AAAA') ?? '');
  expect((await ask(grafted, issuer)).denial?.reason).toBe('token_bad_signature');
  expect(signatures()).toBe(2);
});

test('a token that ends as a remembered one is another token', async () => {
  const { ask, signatures } = bench();
  const issuer = issuerOf();
  const token = await signed();
  expect((await ask(token, issuer)).denial).toBeUndefined();
  const [header, , signature] = token.split('.');
  const claims = Buffer.from(JSON.stringify(claimsOf({ sub: 'admin' }))).toString('base64url');
  const forged = `${header}.${claims}.${signature}`;
  expect(forged.slice(-64)).toBe(token.slice(-64));
  expect((await ask(forged, issuer)).denial?.reason).toBe('token_bad_signature');
  expect(await ask(token, issuer)).toHaveProperty('token.subject', claimsOf()['sub']);
  expect(signatures()).toBe(2);
});

test('a key that was withdrawn while a token was verified is not taken for current', async () => {
  const { ask, ring, signatures } = bench();
  const [token, issuer] = [await signed(), issuerOf()];
  const withdrawn = jest.spyOn(ring, 'of');
  const verifying = ask(token, issuer);
  withdrawn.mockReturnValue({ keys: [], failing: false });
  expect((await verifying).denial).toBeUndefined();
  expect((await ask(token, issuer)).denial?.reason).toBe('token_unknown_key');
  expect(signatures()).toBe(1);
});

test('a remembered token that is sent twice, or in another place, is refused', async () => {
  const { ask, verifier } = bench();
  const [token, issuer] = [await signed(), issuerOf()];
  expect((await ask(token, issuer)).denial).toBeUndefined();
  const reasonOf = async (headers: Readonly<Record<string, string>>): Promise<string | undefined> =>
    (await verifier.verify(attributes({ headers }), [issuer], NOW)).denial?.reason;
  expect(await reasonOf({ authorization: `Bearer ${token},Bearer ${token}` })).toBe('token_ambiguous');
  expect(await reasonOf({ authorization: token })).toBe('token_missing');
  expect(await reasonOf({ authorization: `Bearer ${token} ` })).toBeUndefined();
  const elsewhere = issuerOf({ from: [{ header: 'x-token', prefix: '' }] });
  const both = [issuerOf({ from: [{ cookie: 'session' }] }), elsewhere];
  const result = await verifier.verify(attributes({ headers: { 'x-token': token } }), both, NOW);
  expect(result.token?.issuerName).toBe(elsewhere.name);
});

test('times are checked at every use', async () => {
  const { ask, signatures } = bench();
  const issuer = issuerOf({ maxAge: 7_200_000 });
  const token = await signed(claimsOf({ nbf: NOW_SECONDS, exp: NOW_SECONDS + 10_000 }));
  const reasonAt = async (now: number): Promise<string | undefined> =>
    (await ask(token, issuer, now)).denial?.reason;
  expect(await reasonAt(NOW)).toBeUndefined();
  expect(await reasonAt(NOW - 60_000)).toBe('token_not_yet_valid');
  expect(await reasonAt(NOW + 7_230_001)).toBe('token_too_old');
  expect(await reasonAt(NOW + 10_030_000)).toBe('token_expired');
  expect(await reasonAt(NOW + 1)).toBeUndefined();
  expect(signatures()).toBe(1);
});

describe('a changed Issuer document applies to remembered tokens', () => {
  test.each<[string, Partial<Issuer>, string]>([
    ['audiences', { audiences: ['other'] }, 'token_wrong_audience'],
    ['algorithms', { algorithms: ['RS256'] }, 'token_bad_algorithm'],
    ['issuer', { issuer: 'https://other.example' }, 'token_unknown_issuer'],
    ['types', { types: ['at+jwt'] }, 'token_wrong_type'],
    ['requireClaims', { requireClaims: ['tenant'] }, 'token_claim_missing'],
    ['from', { from: [{ cookie: 'session' }] }, 'token_missing'],
    [
      'a removed key',
      { keys: { kind: 'inline', jwks: jwks(publicJwk(EC_NEXT, { kid: 'next' })) } },
      'token_unknown_key',
    ],
    [
      'a replaced key',
      { keys: { kind: 'inline', jwks: jwks(publicJwk(EC_NEXT, { kid: 'ec' })) } },
      'token_bad_signature',
    ],
  ])('%s', async (_, members, reason) => {
    const { ask } = bench();
    const token = await signed();
    expect((await ask(token, issuerOf())).denial).toBeUndefined();
    expect((await ask(token, issuerOf(members))).denial?.reason).toBe(reason);
    expect((await ask(token, issuerOf())).denial).toBeUndefined();
  });

  test('the content of a token follows the document that it is verified for', async () => {
    const { ask } = bench();
    const token = await signed(claimsOf({ scope: 'a', roles: ['b'] }));
    expect((await ask(token, issuerOf())).token?.scopes).toEqual(['a']);
    const renamed = await ask(token, issuerOf({ name: 'renamed', scopesClaim: 'roles' }));
    expect(renamed.token).toMatchObject({ issuerName: 'renamed', scopes: ['b'] });
  });
});

test('after a reload with the same keys no token is verified again', async () => {
  const { ask, ring, signatures } = bench();
  const token = await signed();
  const [before, after] = [
    issuerOf(),
    issuerOf({ keys: { kind: 'inline', jwks: jwks(publicJwk(EC, { kid: 'ec' })) } }),
  ];
  ring.use([before]);
  await ask(token, before);
  ring.use([after]);
  expect(ask(token, after)).not.toBeInstanceOf(Promise);
  expect(signatures()).toBe(1);
});

test('without a kid, a remembered token counts as long as its key is one of those that fit', async () => {
  const { ask, signatures } = bench();
  const token = await signed(claimsOf(), { kid: undefined });
  expect((await ask(token, issuerOf())).denial).toBeUndefined();
  const two = issuerOf({
    keys: { kind: 'inline', jwks: jwks(publicJwk(EC, { kid: 'ec' }), publicJwk(EC_NEXT)) },
  });
  expect((await ask(token, two)).denial).toBeUndefined();
  expect(signatures()).toBe(2);
  const other = issuerOf({ keys: { kind: 'inline', jwks: jwks(publicJwk(EC_NEXT)) } });
  expect((await ask(token, other)).denial?.reason).toBe('token_bad_signature');
});

test('the cache is bounded', async () => {
  const { ask, signatures } = bench(2);
  const issuer = issuerOf();
  const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => signed(claimsOf({ sub }))));
  for (const token of tokens) await ask(token, issuer);
  expect(ask(tokens[2] ?? '', issuer)).not.toBeInstanceOf(Promise);
  expect(await ask(tokens[0] ?? '', issuer)).toHaveProperty('token.subject', 'a');
  expect(signatures()).toBe(4);
});
