import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import type { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import type { KeyStore, StoredKeys } from '../../../src/engine/identity/remote-keys.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { FakeClock, FakeProvider, ringOf, settled } from './fake-provider.ts';
import { claimsOf, EC, EC_NEXT, issuerOf, jwks, NOW, publicJwk, REFRESH, signed } from './tokens.ts';

const ISSUER = 'https://login.acme.example';
const KEYS_URL = `${ISSUER}/keys`;
const CONFIGURATION_URL = `${ISSUER}/.well-known/openid-configuration`;
const FIRST = publicJwk(EC, { kid: 'ec' });
const NEXT = publicJwk(EC_NEXT, { kid: 'next' });
const TOKEN = await signed();
const NEXT_TOKEN = await signed(claimsOf(), { kid: 'next' }, EC_NEXT);

const BY_URL = issuerOf({ keys: { kind: 'uri', jwksUri: KEYS_URL, refresh: REFRESH } });
const DISCOVERED = issuerOf({ keys: { kind: 'discovery', issuer: ISSUER, refresh: REFRESH } });

/** A store in memory. */
class MemoryStore implements KeyStore {
  readonly stored = new Map<string, StoredKeys>();

  load(place: string): StoredKeys | undefined {
    return this.stored.get(place);
  }

  save(place: string, keys: StoredKeys): void {
    this.stored.set(place, keys);
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly provider: FakeProvider;
  readonly ring: KeyRing;
  reasonFor(token: string, issuer?: Issuer): Promise<string>;
}

function bench({ store, now = NOW }: { store?: KeyStore; now?: number } = {}): Bench {
  const clock = new FakeClock(now);
  const provider = new FakeProvider(jwks(FIRST));
  const ring = ringOf(provider, clock, store === undefined ? {} : { store });
  const verifier = createTokenVerifier({ crypto: nodeCrypto, keys: ring });
  return {
    clock,
    provider,
    ring,
    reasonFor: async (token, issuer = BY_URL) => {
      const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
      return (await verifier.verify(asked, [issuer], NOW)).denial?.reason ?? 'verified';
    },
  };
}

describe('discovery', () => {
  test('the OpenID configuration names the key set, at each fetch', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    provider.pages.set(CONFIGURATION_URL, { issuer: ISSUER, jwks_uri: KEYS_URL });
    ring.use([DISCOVERED]);
    expect(await reasonFor(TOKEN, DISCOVERED)).toBe('verified');
    expect(ring.status()[0]).toMatchObject({ source: 'discovery', keys: 1, error: null });
    provider.pages.set(CONFIGURATION_URL, { issuer: ISSUER, jwks_uri: `${ISSUER}/moved` });
    provider.pages.set(`${ISSUER}/moved`, jwks(NEXT));
    await clock.advance(REFRESH.interval);
    expect(await reasonFor(NEXT_TOKEN, DISCOVERED)).toBe('verified');
    expect(provider.fetched).toEqual([CONFIGURATION_URL, KEYS_URL, CONFIGURATION_URL, `${ISSUER}/moved`]);
    expect(await reasonFor(TOKEN, DISCOVERED)).toBe('token_unknown_key');
  });

  test.each<[string, object, string]>([
    [
      'of another issuer',
      { issuer: 'https://evil.example', jwks_uri: KEYS_URL },
      'the OpenID configuration is that of another `issuer`',
    ],
    [
      'whose issuer has one slash more',
      { issuer: `${ISSUER}/`, jwks_uri: KEYS_URL },
      'the OpenID configuration is that of another `issuer`',
    ],
    ['without an issuer', { jwks_uri: KEYS_URL }, 'the OpenID configuration is that of another `issuer`'],
    ['without a key URL', { issuer: ISSUER }, 'the OpenID configuration has no `jwks_uri`'],
    [
      'with a key URL in plain text',
      { issuer: ISSUER, jwks_uri: 'http://login.acme.example/keys' },
      'the `jwks_uri` of the OpenID configuration is refused: plain `http` is accepted only for loopback addresses; use `https`',
    ],
    [
      'with a key URL on this host',
      { issuer: ISSUER, jwks_uri: 'http://127.0.0.1:9192/v1/status' },
      'the `jwks_uri` of the OpenID configuration is refused: it is a loopback address',
    ],
    ['that is a list', [], 'the OpenID configuration is not a JSON object'],
  ])('a configuration %s is refused', async (_, configuration, error) => {
    const { provider, ring, reasonFor } = bench();
    provider.pages.set(CONFIGURATION_URL, { ...configuration });
    if (Array.isArray(configuration)) provider.served = Response.json(configuration);
    ring.use([DISCOVERED]);
    expect(await reasonFor(TOKEN, DISCOVERED)).toBe('keys_unavailable');
    expect(ring.status()[0]?.error).toBe(error);
    expect(provider.fetched).toEqual([CONFIGURATION_URL]);
  });

  test('a configuration that cannot be fetched is told apart from keys that cannot', async () => {
    const { provider, ring, reasonFor } = bench();
    provider.served = 'down';
    ring.use([DISCOVERED]);
    expect(await reasonFor(TOKEN, DISCOVERED)).toBe('keys_unavailable');
    expect(ring.status()[0]?.error).toBe('the OpenID configuration: cannot be reached: ECONNREFUSED');
  });
});

describe('the time of the next fetch', () => {
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['that of the document, if the server says nothing', {}, REFRESH.interval],
    ['earlier, if the server says so', { 'cache-control': 'max-age=60' }, 60_000],
    ['not later, if the server says so', { 'cache-control': 'max-age=86400' }, REFRESH.interval],
    ['not at once, if the server says so', { 'cache-control': 'public, max-age=0' }, 10_000],
    ['earlier by the age of a cached answer', { 'cache-control': 'max-age=60', age: '20' }, 40_000],
  ])('%s', async (_, headers, delay) => {
    const { clock, provider, ring } = bench();
    provider.headers = headers;
    ring.use([BY_URL]);
    await settled();
    await clock.advance(delay - 1);
    expect(provider.fetched).toHaveLength(1);
    await clock.advance(1);
    expect(provider.fetched).toHaveLength(2);
  });

  test('that of a SPIFFE bundle is its refresh hint', async () => {
    const { clock, provider, ring } = bench();
    provider.served = { ...jwks(FIRST), spiffe_refresh_hint: 30 };
    ring.use([BY_URL]);
    await settled();
    await clock.advance(29_999);
    expect(provider.fetched).toHaveLength(1);
    await clock.advance(1);
    expect(provider.fetched).toHaveLength(2);
  });

  test('after an outage of an hour, it is at most a minute away', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([BY_URL]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = 'down';
    await clock.advance(3_600_000);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = jwks(NEXT);
    await clock.advance(60_000);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
    expect(await reasonFor(TOKEN)).toBe('token_unknown_key');
  });
});

test('a set that has not changed is asked for by its version, and counts as fetched', async () => {
  const { clock, provider, ring, reasonFor } = bench();
  provider.headers = { etag: '"v1"' };
  ring.use([BY_URL]);
  await settled();
  await clock.advance(REFRESH.interval);
  expect(provider.versions).toEqual([undefined, '"v1"']);
  expect(ring.status()[0]).toMatchObject({ keys: 1, fetched_at: '2026-06-01T12:05:00.000Z', error: null });
  provider.headers = { etag: '"v2"' };
  provider.served = jwks(NEXT);
  await clock.advance(REFRESH.interval);
  expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
});

describe('a SPIFFE bundle', () => {
  const bundle = (sequence: number, ...keys: readonly ReturnType<typeof publicJwk>[]) => ({
    ...jwks(...keys.map((key) => ({ ...key, use: 'jwt-svid' }))),
    spiffe_sequence: sequence,
  });

  test('that is older than the one in use is refused, since a withdrawn key could come back', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    provider.served = bundle(7, NEXT);
    ring.use([BY_URL]);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
    provider.served = bundle(6, FIRST, NEXT);
    await clock.advance(REFRESH.interval);
    expect(ring.status()[0]?.error).toBe(
      'answered with a bundle that is older than the one in use (`spiffe_sequence`)',
    );
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
    provider.served = bundle(7, NEXT);
    await clock.advance(60_000);
    expect(ring.status()[0]?.error).toBeNull();
  });

  test('that is older is used as soon as the one before is too stale', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    provider.served = bundle(7, FIRST);
    ring.use([BY_URL]);
    await settled();
    provider.served = bundle(1, NEXT);
    await clock.advance(REFRESH.maxStale + 120_000);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
  });

  test('has X.509 keys, which verify no token', async () => {
    const { provider, ring, reasonFor } = bench();
    provider.served = {
      keys: [
        { ...FIRST, use: 'x509-svid' },
        { ...NEXT, use: 'jwt-svid' },
      ],
    };
    ring.use([BY_URL]);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
    expect(await reasonFor(TOKEN)).toBe('token_unknown_key');
    expect(ring.status()[0]).toMatchObject({ keys: 1, ignored: [expect.stringContaining('/keys/0')] });
  });
});

describe('stored key sets', () => {
  async function filled(): Promise<MemoryStore> {
    const store = new MemoryStore();
    const { ring } = bench({ store });
    ring.use([BY_URL]);
    await settled();
    ring.close();
    return store;
  }

  test('verify after a restart while the provider is down, and say so in the status', async () => {
    const store = await filled();
    const { clock, provider, ring, reasonFor } = bench({ store, now: NOW + 3_600_000 });
    provider.served = 'down';
    ring.use([BY_URL]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    await settled();
    expect(ring.status()[0]).toMatchObject({
      keys: 1,
      cached: true,
      fetched_at: '2026-06-01T12:00:00.000Z',
      error: 'cannot be reached: ECONNREFUSED',
    });
    provider.served = jwks(NEXT);
    await clock.advance(1_000);
    expect(ring.status()[0]).not.toHaveProperty('cached');
    expect(await reasonFor(TOKEN)).toBe('token_unknown_key');
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
  });

  test('do not get younger by a restart', async () => {
    const store = await filled();
    const { provider, ring, reasonFor } = bench({ store, now: NOW + REFRESH.maxStale + 1 });
    provider.served = 'down';
    ring.use([BY_URL]);
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
  });

  test('a token whose key is not among them waits for the fetch', async () => {
    const store = await filled();
    const { provider, ring, reasonFor } = bench({ store });
    provider.served = jwks(FIRST, NEXT);
    ring.use([BY_URL]);
    expect(await Promise.all([reasonFor(NEXT_TOKEN), reasonFor(TOKEN)])).toEqual(['verified', 'verified']);
    expect(provider.fetched).toHaveLength(1);
  });

  test.each<[string, StoredKeys]>([
    ['from the future', { text: JSON.stringify(jwks(FIRST)), fetchedAt: NOW + 3_600_000 }],
    ['without a usable key', { text: JSON.stringify(jwks()), fetchedAt: NOW }],
    ['that are not JSON', { text: 'x', fetchedAt: NOW }],
    [
      'with a secret',
      { text: JSON.stringify(jwks({ kty: 'oct', k: 'A'.repeat(64), kid: 'ec' })), fetchedAt: NOW },
    ],
  ])('%s are not used', async (_, stored) => {
    const store = new MemoryStore();
    store.save(KEYS_URL, stored);
    const { provider, ring, reasonFor } = bench({ store });
    provider.served = 'down';
    ring.use([BY_URL]);
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
    expect(ring.status()[0]).not.toHaveProperty('cached');
  });

  test('are saved at each success, also of a set that has not changed', async () => {
    const store = new MemoryStore();
    const { clock, provider, ring } = bench({ store });
    provider.headers = { etag: '"v1"' };
    ring.use([BY_URL]);
    await settled();
    await clock.advance(REFRESH.interval);
    expect(provider.versions).toEqual([undefined, '"v1"']);
    expect([...store.stored]).toEqual([
      [KEYS_URL, { text: JSON.stringify(jwks(FIRST)), fetchedAt: NOW + REFRESH.interval }],
    ]);
    provider.served = 'down';
    await clock.advance(REFRESH.interval);
    expect(store.stored.get(KEYS_URL)?.fetchedAt).toBe(NOW + REFRESH.interval);
  });
});

test('after the clock was set back, keys are used for `maxStale` from then, not longer', async () => {
  const { clock, provider, ring, reasonFor } = bench();
  ring.use([BY_URL]);
  expect(await reasonFor(TOKEN)).toBe('verified');
  provider.served = 'down';
  clock.now -= 30 * REFRESH.maxStale;
  expect(await reasonFor(TOKEN)).toBe('verified');
  clock.now += REFRESH.maxStale;
  expect(await reasonFor(TOKEN)).toBe('verified');
  clock.now += 1;
  expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
});
