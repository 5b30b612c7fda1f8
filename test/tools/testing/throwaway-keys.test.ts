import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import type { KeyProvider } from '../../../src/engine/identity/keys.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import type { TokenResult } from '../../../src/engine/identity/verified-token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { createThrowawayKeys } from '../../../src/tools/testing/throwaway-keys.ts';
import { issuerOf, NOW, NOW_SECONDS, REFRESH, signed } from '../../engine/identity/tokens.ts';
import { attributes } from '../../support/attributes.ts';

const CLAIMS = { iss: 'https://login.acme.example', aud: 'orders', exp: NOW_SECONDS + 60 };

async function ask(keys: KeyProvider, token: string, issuer: Issuer): Promise<TokenResult> {
  const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
  return createTokenVerifier({ keys, crypto: nodeCrypto }).verify(asked, [issuer], NOW);
}

describe('throwaway keys', () => {
  test.each([
    [['RS256', 'ES256'], 'ES256'],
    [['RS256', 'EdDSA'], 'EdDSA'],
    [['HS256', 'PS384'], 'PS384'],
    [['HS512'], 'HS512'],
  ])('for an issuer that accepts %j sign with %s', async (algorithms, alg) => {
    const keys = createThrowawayKeys();
    const issuer = issuerOf({ name: alg, algorithms });
    const { token } = await ask(keys, await keys.sign(issuer, CLAIMS), issuer);
    expect(token?.header['alg']).toBe(alg);
    expect(token?.claims).toEqual(CLAIMS);
  });

  test('replace keys of a URL, with a type that the issuer accepts', async () => {
    const keys = createThrowawayKeys();
    const source = { kind: 'uri', jwksUri: 'https://login.acme.example/jwks', refresh: REFRESH } as const;
    const issuer = issuerOf({ keys: source, types: ['at+jwt'] });
    expect((await ask(keys, await keys.sign(issuer, CLAIMS), issuer)).denial).toBeUndefined();
    const other = await keys.sign(issuer, CLAIMS, { typ: 'JWT' });
    expect((await ask(keys, other, issuer)).denial?.reason).toBe('token_wrong_type');
    const unknown = await keys.sign(issuer, CLAIMS, { kid: 'other' });
    expect((await ask(keys, unknown, issuer)).denial?.reason).toBe('token_unknown_key');
  });

  test("are one issuer's alone, and nobody trusts them but a verifier of throwaway keys", async () => {
    const keys = createThrowawayKeys();
    const issuer = issuerOf();
    const partner = issuerOf({ name: 'partner' });
    const borrowed = await keys.sign(partner, CLAIMS, { kid: 'throwaway-acme' });
    expect((await ask(keys, borrowed, issuer)).denial?.reason).toBe('token_bad_signature');
    const token = await keys.sign(issuer, CLAIMS);
    expect((await ask(new KeyRing({ crypto: nodeCrypto }), token, issuer)).denial?.reason).toBe(
      'token_unknown_key',
    );
    expect((await ask(keys, await signed(), issuer)).denial?.reason).toBe('token_unknown_key');
  });
});
