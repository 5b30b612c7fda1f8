import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { waitFor } from './wait.ts';

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

describe('the keys of an identity provider', () => {
  const start = () =>
    startIdentityProvider({
      audience: AUDIENCE,
      clients: { checkout: { secret: 'a', scope: 'orders:read' } },
    });
  const kidOf = (token: string): unknown => decodeProtectedHeader(token).kid;
  const published = async ({ jwks }: IdentityProvider) => (await jwks()).keys.map((key) => key['kid']);

  test('rotate: published first, signing next, removed at last', async () => {
    await using stack = new AsyncDisposableStack();
    const provider = await start();
    stack.defer(provider.stop);
    const [first = ''] = provider.kids();
    expect(kidOf(await provider.token('checkout'))).toBe(first);
    provider.publish();
    const [, next = ''] = provider.kids();
    expect(await published(provider)).toEqual([first, next]);
    expect(kidOf(await provider.token('checkout'))).toBe(first);
    provider.rotate();
    expect(kidOf(await provider.token('checkout'))).toBe(next);
    expect(await published(provider)).toEqual([next, first]);
    provider.remove(first);
    expect(await published(provider)).toEqual([next]);
    expect(() => provider.remove(next)).toThrow('cannot be removed');
    expect(provider.keyRequests()).toBe(3);
  });

  test('the OpenID configuration names the issuer and the key set', async () => {
    await using stack = new AsyncDisposableStack();
    const provider = await start();
    stack.defer(provider.stop);
    const response = await fetch(`${provider.issuer}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ issuer: provider.issuer, jwks_uri: provider.jwksUri });
    expect(decodeJwt(await provider.token('checkout')).iss).toBe(provider.issuer);
  });

  test('are the same after the provider was away', async () => {
    await using stack = new AsyncDisposableStack();
    const provider = await start();
    stack.defer(provider.stop);
    const before = await published(provider);
    await provider.leave();
    await expect(provider.jwks()).rejects.toThrow('fetch failed');
    await provider.comeBack();
    expect(await published(provider)).toEqual(before);
  });

  test('are hidden by other answers, and tokens are issued all the same', async () => {
    await using stack = new AsyncDisposableStack();
    const provider = await start();
    stack.defer(provider.stop);
    const status = async (): Promise<number> => (await fetch(provider.jwksUri)).status;
    for (const way of ['with garbage', 'with another document'] as const) {
      provider.answer(way);
      const response = await fetch(provider.jwksUri);
      expect([way, response.status, (await response.text()).includes('kid')]).toEqual([way, 200, false]);
      expect(kidOf(await provider.token('checkout'))).toBe(provider.kids()[0]);
    }
    provider.answer('with an error');
    expect(await status()).toBe(503);
    provider.answer('silent');
    const before = provider.keyRequests();
    const answer = status().catch((error: unknown) => String(error));
    await waitFor(() => provider.keyRequests() > before || undefined, { what: 'the request', timeout: 5000 });
    provider.answer('well');
    expect(await answer).toBe('TypeError: fetch failed');
    expect(await status()).toBe(200);
  });
});
