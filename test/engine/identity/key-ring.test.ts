import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import type { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { FakeClock, FakeProvider, ringOf, settled } from './fake-provider.ts';
import { claimsOf, EC, EC_NEXT, issuerOf, jwks, NOW, publicJwk, REFRESH, signed } from './tokens.ts';

const URL = 'https://login.acme.example/jwks';
const FIRST = publicJwk(EC, { kid: 'ec' });
const NEXT = publicJwk(EC_NEXT, { kid: 'next' });

interface Bench {
  readonly clock: FakeClock;
  readonly provider: FakeProvider;
  readonly ring: KeyRing;
  readonly verifier: TokenVerifier;
  readonly refreshed: string[];
  readonly signatures: () => number;
  reasonFor(token: string, issuer?: Issuer): Promise<string>;
}

const REMOTE = remoteIssuer();

function remoteIssuer(members: Partial<Issuer> = {}, url = URL): Issuer {
  return issuerOf({ keys: { kind: 'uri', jwksUri: url, refresh: REFRESH }, ...members });
}

function bench(): Bench {
  const clock = new FakeClock(NOW);
  const provider = new FakeProvider(jwks(FIRST));
  const refreshed: string[] = [];
  let count = 0;
  const ring = ringOf(provider, clock, {
    onRefresh: (name, result) => refreshed.push(`${name} ${result}`),
  });
  const verifier = createTokenVerifier({
    crypto: nodeCrypto,
    keys: ring,
    onSignature: () => {
      count += 1;
    },
  });
  return {
    clock,
    provider,
    ring,
    verifier,
    refreshed,
    signatures: () => count,
    reasonFor: async (token, issuer = REMOTE) => {
      const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
      return (await verifier.verify(asked, [issuer], NOW)).denial?.reason ?? 'verified';
    },
  };
}

const TOKEN = await signed();
const NEXT_TOKEN = await signed(claimsOf(), { kid: 'next' }, EC_NEXT);
const STRAY_TOKEN = await signed(claimsOf(), { kid: 'stray' }, EC_NEXT);

describe('fetching', () => {
  test('begins at once, repeats after the interval, and reports each result', async () => {
    const { clock, provider, ring, refreshed } = bench();
    ring.use([REMOTE]);
    await settled();
    expect(ring.status()).toEqual([
      { name: 'acme', source: 'uri', keys: 1, fetched_at: '2026-06-01T12:00:00.000Z', error: null },
    ]);
    await clock.advance(REFRESH.interval - 1);
    expect(provider.fetched).toEqual([URL]);
    await clock.advance(1);
    expect(provider.fetched).toEqual([URL, URL]);
    expect(refreshed).toEqual(['acme success', 'acme success']);
    expect(ring.status()[0]?.fetched_at).toBe('2026-06-01T12:05:00.000Z');
  });

  test('jitter brings the next fetch forward by a tenth at most', async () => {
    const clock = new FakeClock(NOW);
    const provider = new FakeProvider(jwks(FIRST));
    const ring = ringOf(provider, clock, { random: () => 0.5 });
    ring.use([REMOTE]);
    await settled();
    await clock.advance(REFRESH.interval * 0.95 - 1);
    expect(provider.fetched).toHaveLength(1);
    await clock.advance(1);
    expect(provider.fetched).toHaveLength(2);
  });

  test('the first tokens wait for the first fetch', async () => {
    const { ring, reasonFor, provider } = bench();
    ring.use([REMOTE]);
    expect(await Promise.all([reasonFor(TOKEN), reasonFor(TOKEN)])).toEqual(['verified', 'verified']);
    expect(provider.fetched).toHaveLength(1);
  });

  test('close stops timers and fetches', async () => {
    const { clock, provider, ring } = bench();
    provider.served = 'silent';
    ring.use([REMOTE, issuerOf({ name: 'inline' })]);
    ring.close();
    await settled();
    expect(clock.timers).toBe(0);
    await clock.advance(REFRESH.interval * 2);
    expect(provider.fetched).toHaveLength(1);
    expect(ring.status()).toEqual([]);
  });
});

describe('rotation', () => {
  test('tokens with an unknown kid share one fetch, and are verified', async () => {
    const { clock, provider, ring, reasonFor, signatures } = bench();
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = jwks(FIRST, NEXT);
    await clock.advance(1_000);
    const reasons = await Promise.all([NEXT_TOKEN, NEXT_TOKEN, STRAY_TOKEN].map((token) => reasonFor(token)));
    expect(reasons).toEqual(['verified', 'verified', 'token_unknown_key']);
    expect(provider.fetched).toHaveLength(2);
    // The known key stays the same object: tokens that it verified stay verified.
    expect(await reasonFor(TOKEN)).toBe('verified');
    expect(signatures()).toBe(2);
  });

  test('the cooldown separates two fetches caused by unknown kids', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    await settled();
    for (let i = 0; i < 5; i += 1) expect(await reasonFor(STRAY_TOKEN)).toBe('token_unknown_key');
    expect(provider.fetched).toHaveLength(2);
    provider.served = jwks(FIRST, NEXT);
    await clock.advance(REFRESH.cooldown - 1);
    expect(await reasonFor(NEXT_TOKEN)).toBe('token_unknown_key');
    await clock.advance(1);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
    expect(provider.fetched).toHaveLength(3);
  });

  test('a clock that is set back does not prolong the cooldown', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    await reasonFor(STRAY_TOKEN);
    clock.now -= 86_400_000;
    provider.served = jwks(FIRST, NEXT);
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
  });

  test('a key that is removed verifies no token, not even one verified before', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = jwks(NEXT);
    await clock.advance(REFRESH.interval);
    expect(await reasonFor(TOKEN)).toBe('token_unknown_key');
    expect(await reasonFor(NEXT_TOKEN)).toBe('verified');
  });

  test('a key that is replaced under its kid verifies no old token', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = jwks(publicJwk(EC_NEXT, { kid: 'ec' }));
    await clock.advance(REFRESH.interval);
    expect(await reasonFor(TOKEN)).toBe('token_bad_signature');
  });

  test('fetched secrets are never used', async () => {
    const { provider, ring, reasonFor } = bench();
    provider.served = jwks(FIRST, { kty: 'oct', kid: 'ec', k: 'A'.repeat(64), alg: 'HS256' });
    const trusting = remoteIssuer({ algorithms: ['ES256', 'HS256'] });
    ring.use([trusting]);
    await settled();
    expect(ring.status()[0]?.keys).toBe(1);
    expect(await reasonFor(TOKEN.replace(/^[^.]+/, 'eyJhbGciOiJIUzI1NiIsImtpZCI6ImVjIn0'), trusting)).toBe(
      'token_bad_algorithm',
    );
  });
});

describe('outages', () => {
  test('tokens of an issuer that is down from the start are denied at once until it recovers', async () => {
    const { clock, provider, ring, reasonFor, refreshed } = bench();
    provider.served = 'down';
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
    expect(ring.status()).toEqual([
      {
        name: 'acme',
        source: 'uri',
        keys: 0,
        fetched_at: null,
        error: 'cannot be reached: ECONNREFUSED',
      },
    ]);
    expect(provider.fetched).toHaveLength(1);
    await clock.advance(3_000);
    expect(provider.fetched).toHaveLength(3);
    provider.served = jwks(FIRST);
    await clock.advance(4_000);
    expect(await reasonFor(TOKEN)).toBe('verified');
    expect(refreshed).toEqual(['acme failure', 'acme failure', 'acme failure', 'acme success']);
  });

  test('a fetch without an answer is aborted after the timeout', async () => {
    const { clock, provider, ring } = bench();
    provider.served = 'silent';
    ring.use([REMOTE]);
    await clock.advance(REFRESH.timeout);
    expect(ring.status()[0]?.error).toBe('timed out');
  });

  test('keys are used until they are too stale', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = 'down';
    await clock.advance(REFRESH.maxStale);
    expect(await reasonFor(TOKEN)).toBe('verified');
    expect(ring.status()[0]).toMatchObject({ keys: 1, error: 'cannot be reached: ECONNREFUSED' });
    await clock.advance(1);
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
    expect(ring.status()[0]).toMatchObject({ keys: 0, fetched_at: '2026-06-01T12:00:00.000Z' });
  });

  test('an unknown kid during an outage gives `keys_unavailable`', async () => {
    const { provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    await settled();
    provider.served = 'down';
    expect(await reasonFor(NEXT_TOKEN)).toBe('keys_unavailable');
    expect(await reasonFor(TOKEN)).toBe('verified');
  });

  test('an issuer that is down does not affect others', async () => {
    const { provider, ring, reasonFor } = bench();
    const down = remoteIssuer({ name: 'down', issuer: 'https://down.example' }, 'http://down.example/jwks');
    ring.use([down, REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    expect(await reasonFor(await signed(claimsOf({ iss: 'https://down.example' })), down)).toBe(
      'keys_unavailable',
    );
    expect(ring.status().map(({ name, error }) => [name, error])).toEqual([
      ['acme', null],
      ['down', 'the URL is refused: plain `http` is accepted only for loopback addresses; use `https`'],
    ]);
    expect(provider.fetched).toEqual([URL]);
  });

  test('a set without a usable key is a failure, and the earlier keys are kept', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    await settled();
    provider.served = jwks();
    await clock.advance(REFRESH.interval);
    expect(ring.status()[0]?.error).toBe(
      'answered with no usable key: no key of the set can verify a signature',
    );
    expect(await reasonFor(TOKEN)).toBe('verified');
  });
});

describe('reloads', () => {
  test('keep the fetched keys, also of renamed documents', async () => {
    const { provider, ring, reasonFor, signatures } = bench();
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    provider.served = 'down';
    const renamed = remoteIssuer({ name: 'renamed' });
    ring.use([renamed]);
    expect(await reasonFor(TOKEN, renamed)).toBe('verified');
    expect(provider.fetched).toHaveLength(1);
    expect(signatures()).toBe(1);
  });

  test('a removed issuer serves checks under way, is not fetched again, and is dropped by the next reload', async () => {
    const { clock, provider, ring, reasonFor } = bench();
    ring.use([REMOTE]);
    await settled();
    ring.use([]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    await clock.advance(REFRESH.interval * 3);
    expect(provider.fetched).toHaveLength(1);
    ring.use([]);
    expect(await reasonFor(TOKEN)).toBe('keys_unavailable');
  });

  test('an issuer that comes back is fetched again', async () => {
    const { clock, provider, ring } = bench();
    ring.use([REMOTE]);
    await settled();
    ring.use([]);
    ring.use([REMOTE]);
    await settled();
    expect(provider.fetched).toHaveLength(2);
    await clock.advance(REFRESH.interval);
    expect(provider.fetched).toHaveLength(3);
  });

  test('a shorter interval counts from now', async () => {
    const { clock, provider, ring } = bench();
    ring.use([REMOTE]);
    await settled();
    ring.use([
      remoteIssuer({ keys: { kind: 'uri', jwksUri: URL, refresh: { ...REFRESH, interval: 10_000 } } }),
    ]);
    await clock.advance(10_000);
    expect(provider.fetched).toHaveLength(2);
  });

  test('the keys of a candidate are fetched once for both, and are left out of status and reports', async () => {
    const { provider, ring, refreshed, reasonFor } = bench();
    ring.use([REMOTE]);
    await settled();
    const own = remoteIssuer({ name: 'own' }, 'https://own.acme.example/jwks');
    ring.useCandidates([remoteIssuer({ name: 'again' }), own]);
    await settled();
    expect(provider.fetched).toEqual([URL, 'https://own.acme.example/jwks']);
    expect(ring.status().map(({ name }) => name)).toEqual(['acme']);
    expect(refreshed).toEqual(['acme success']);
    expect(await reasonFor(TOKEN, own)).toBe('verified');
    ring.useCandidates([]);
    ring.use([REMOTE]);
    expect(await reasonFor(TOKEN)).toBe('verified');
    ring.close();
  });

  test('two documents with one URL share its fetches, each with a status of its own', async () => {
    const { provider, ring, refreshed } = bench();
    ring.use([remoteIssuer({ name: 'b' }), remoteIssuer({ name: 'a' })]);
    await settled();
    expect(provider.fetched).toHaveLength(1);
    expect(refreshed).toEqual(['b success', 'a success']);
    expect(ring.status().map(({ name, keys }) => [name, keys])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });
});
