import { generateKeyPairSync } from 'node:crypto';
import { compileKeys } from '../../../src/engine/identity/jwks.ts';
import { candidateKeys, type KeysNow, MOST_CANDIDATES } from '../../../src/engine/identity/keys.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../src/engine/identity/token.ts';
import type { VerificationKey } from '../../../src/engine/identity/verification-key.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { claimsOf, EC, EC_NEXT, ED, issuerOf, jwks, NOW, publicJwk, RSA, signed } from './tokens.ts';

const OTHERS = Array.from({ length: MOST_CANDIDATES }, () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
);

function keysOf(...members: readonly JsonObject[]): readonly VerificationKey[] {
  return compileKeys(jwks(...members), ['ES256', 'RS256', 'EdDSA'], nodeCrypto).keys;
}

const NAMELESS = { kid: undefined };

/** A verifier with one key set after the other, and the signatures that it has checked. */
class Rotation {
  checks = 0;
  fetches = 0;
  readonly #sets: (readonly VerificationKey[])[];
  readonly #verifier: TokenVerifier;
  readonly #issuer = issuerOf();

  constructor(...sets: (readonly VerificationKey[])[]) {
    this.#sets = sets;
    const of = (): KeysNow => ({ keys: this.#sets[0], failing: false });
    const refetch = (): Promise<void> | undefined => {
      if (this.#sets.length < 2) return undefined;
      this.fetches++;
      this.#sets.shift();
      return Promise.resolve();
    };
    this.#verifier = createTokenVerifier({
      keys: { of, refetch },
      crypto: nodeCrypto,
      onSignature: () => void this.checks++,
    });
  }

  async ask(token: string): Promise<string> {
    const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
    const { denial } = await this.#verifier.verify(asked, [this.#issuer], NOW);
    return denial?.reason ?? 'accepted';
  }
}

test('a token without a key name is tried with each fitting key', async () => {
  const keys = keysOf(
    publicJwk(RSA, { kid: 'rsa' }),
    publicJwk(EC_NEXT, { kid: 'next' }),
    publicJwk(ED),
    publicJwk(EC, { kid: 'ec' }),
  );
  const set = new Rotation(keys);
  expect(await set.ask(await signed(claimsOf(), NAMELESS))).toBe('accepted');
  expect(set.checks).toBe(2);
  expect(await set.ask(await signed(claimsOf(), { ...NAMELESS, alg: 'EdDSA' }, ED))).toBe('accepted');
});

test('at most eight keys are tried, and a forged token only once with each', async () => {
  const others = OTHERS.map(({ privateKey }) => publicJwk(privateKey));
  const set = new Rotation(keysOf(...others, publicJwk(EC)));
  const token = await signed(claimsOf(), NAMELESS);
  expect(await set.ask(token)).toBe('token_bad_signature');
  expect(set.checks).toBe(MOST_CANDIDATES);
  expect(await set.ask(token)).toBe('token_bad_signature');
  expect(set.checks).toBe(MOST_CANDIDATES);
  const first = new Rotation(keysOf(publicJwk(EC), ...others));
  expect(await first.ask(token)).toBe('accepted');
  expect(first.checks).toBe(1);
});

test('a token with a key name, for a set without names', async () => {
  expect(await new Rotation(keysOf(publicJwk(EC))).ask(await signed())).toBe('accepted');
  expect(await new Rotation(keysOf(publicJwk(EC_NEXT), publicJwk(EC))).ask(await signed())).toBe('accepted');
  expect(await new Rotation(keysOf(publicJwk(EC_NEXT))).ask(await signed())).toBe('token_bad_signature');
  // A key of another algorithm may have a name.
  const mixed = keysOf(publicJwk(RSA, { kid: 'rsa' }), publicJwk(EC));
  expect(await new Rotation(mixed).ask(await signed())).toBe('accepted');
});

test('a token with a key name, where another fitting key has a name', async () => {
  const keys = keysOf(publicJwk(EC_NEXT, { kid: 'next' }), publicJwk(EC));
  const set = new Rotation(keys);
  expect(await set.ask(await signed())).toBe('token_unknown_key');
  expect(set.checks).toBe(0);
  // The name of a key is compared exactly.
  expect(await set.ask(await signed(claimsOf(), { kid: '' }))).toBe('token_unknown_key');
});

test('the keys are fetched once more for a token that names none, and only the new ones are tried', async () => {
  const [before, after] = [keysOf(publicJwk(EC_NEXT)), keysOf(publicJwk(EC))];
  const set = new Rotation(before, [...before, ...after]);
  expect(await set.ask(await signed(claimsOf(), NAMELESS))).toBe('accepted');
  expect([set.checks, set.fetches]).toEqual([2, 1]);
  const forged = await signed(claimsOf(), NAMELESS, OTHERS[0]?.privateKey);
  expect(await set.ask(forged)).toBe('token_bad_signature');
  expect(set.fetches).toBe(1);
});

test('a token whose named key did not sign it causes no fetch', async () => {
  const set = new Rotation(keysOf(publicJwk(EC, { kid: 'ec' })), []);
  expect(await set.ask(await signed(claimsOf(), {}, EC_NEXT))).toBe('token_bad_signature');
  expect(set.fetches).toBe(0);
});

test('a forged token without a key name, while every fetch brings other keys', async () => {
  const sets = OTHERS.map(({ privateKey }) => keysOf(publicJwk(privateKey)));
  const set = new Rotation(...sets);
  expect(await set.ask(await signed(claimsOf(), NAMELESS))).toBe('token_bad_signature');
  expect(set.fetches).toBe(1);
});

test('no key fits the algorithm', () => {
  for (const kid of [undefined, 'a']) {
    const token = { alg: 'ES256', kid, iss: undefined };
    expect(candidateKeys(keysOf(publicJwk(RSA)), token, issuerOf())).toEqual([]);
  }
});

test('a fetch that was under way when the key was published is followed by another', async () => {
  const before = keysOf(publicJwk(EC_NEXT, { kid: 'next' }));
  const after = [...before, ...keysOf(publicJwk(EC, { kid: 'ec' }))];
  const set = new Rotation(before, before, after);
  expect(await set.ask(await signed())).toBe('accepted');
  expect(set.fetches).toBe(2);
});

test('a token with an unknown key waits for two fetches at most', async () => {
  const keys = keysOf(publicJwk(EC_NEXT, { kid: 'next' }));
  const set = new Rotation(keys, keys, keys, keys);
  expect(await set.ask(await signed())).toBe('token_unknown_key');
  expect(set.fetches).toBe(2);
});
