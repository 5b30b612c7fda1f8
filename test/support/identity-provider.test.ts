import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';

const ISSUER = 'https://login.acme.example';
const AUDIENCE = 'https://api.acme.example';

describe('identity provider', () => {
  let provider: IdentityProvider;
  beforeAll(async () => {
    provider = await startIdentityProvider({
      issuer: ISSUER,
      audience: AUDIENCE,
      clients: {
        checkout: { secret: 'a', scope: 'orders:read orders:write', claims: { tenant: 'acme' } },
        expired: { secret: 'b', scope: 'orders:read', issuedAgo: 7200 },
      },
    });
  });
  afterAll(() => provider.stop());

  const verify = async (token: string) =>
    jwtVerify(token, createLocalJWKSet((await provider.jwks()) as unknown as JSONWebKeySet), {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
    });

  test('issues tokens that its keys verify', async () => {
    const { payload } = await verify(await provider.token('checkout'));
    expect(payload).toMatchObject({ sub: 'checkout', scope: 'orders:read orders:write', tenant: 'acme' });
  });

  test('issues only the requested scope', async () => {
    const { payload } = await verify(await provider.token('checkout', 'orders:read'));
    expect(payload['scope']).toBe('orders:read');
  });

  test('refuses a scope that the client does not have', async () => {
    await expect(provider.token('expired', 'orders:write')).rejects.toThrow(
      'no token for expired: invalid_scope',
    );
  });

  test('issues expired tokens', async () => {
    await expect(verify(await provider.token('expired'))).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  });
});
