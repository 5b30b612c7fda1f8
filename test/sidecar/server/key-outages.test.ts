import { createServer, type RequestListener } from 'node:http';
import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { createHttpGet } from '../../../src/node/http-get.ts';
import { keyObserver } from '../../../src/sidecar/server/key-observer.ts';
import { createMetrics } from '../../../src/sidecar/telemetry/metrics.ts';
import { FakeClock, FakeProvider, settled } from '../../engine/identity/fake-provider.ts';
import {
  claimsOf,
  EC,
  issuerOf,
  jwks,
  NOW,
  publicJwk,
  REFRESH,
  signed,
} from '../../engine/identity/tokens.ts';
import { attributes } from '../../support/attributes.ts';
import { metricsOptions } from '../../support/metrics-options.ts';
import { waitFor } from '../../support/wait.ts';

const KEYS = JSON.stringify(jwks(publicJwk(EC, { kid: 'ec' })));
const GOOD = 'https://good.example';
const BAD = 'https://bad.example';
const GOOD_TOKEN = await signed(claimsOf({ iss: GOOD }));
const BAD_TOKEN = await signed(claimsOf({ iss: BAD }));

interface Bench {
  readonly ring: KeyRing;
  readonly warned: string[];
  reasonFor(token: string, issuer: Issuer): Promise<string>;
  /** Values of a metric by the name of the issuer. */
  metric(name: string): Promise<Readonly<Record<string, number>>>;
}

type RingOptions = Pick<ConstructorParameters<typeof KeyRing>[0], 'fetch' | 'clock' | 'timer'>;

/** The parts of a sidecar that keys pass through. */
function bench(options: RingOptions, clock = (): number => Date.now()): Bench {
  const warned: string[] = [];
  const log = {
    info: () => {},
    warn: (_: string, fields?: object) => void warned.push(JSON.stringify(fields)),
    error: () => {},
  };
  const ring: KeyRing = new KeyRing({
    crypto: nodeCrypto,
    ...options,
    onRefresh: keyObserver(
      () => metrics,
      log,
      () => ring.status(),
    ),
  });
  const metrics = createMetrics(metricsOptions({ clock, issuers: () => ring.status() }));
  const verifier = createTokenVerifier({ crypto: nodeCrypto, keys: ring });
  return {
    ring,
    warned,
    reasonFor: async (token, issuer) => {
      const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
      return (await verifier.verify(asked, [issuer], NOW)).denial?.reason ?? 'verified';
    },
    metric: async (name) => {
      const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
      return Object.fromEntries(
        lines.map((line) => [/issuer="(\w+)"/.exec(line)?.[1] ?? '', Number(line.split(' ').at(-1))]),
      );
    },
  };
}

async function serving(stack: AsyncDisposableStack, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks`;
}

/** Timeouts of fetches that never end, and of all others, in milliseconds. */
const SHORT = 200;
const LONG = 10_000;

const fetchedFrom = (name: string, issuer: string, jwksUri: string, timeout = SHORT): Issuer =>
  issuerOf({ name, issuer, keys: { kind: 'uri', jwksUri, refresh: { ...REFRESH, timeout } } });

describe('an issuer whose key server', () => {
  test.each<[string, RequestListener, string]>([
    ['is slow to answer', () => {}, 'timed out'],
    ['stops in the middle of its answer', (_, response) => void response.write('{"keys":['), 'timed out'],
    [
      'answers with garbage',
      (_, response) => void response.end(Buffer.from([0xff, 0x00, 0x7b])),
      'answered with something that is not JSON: an unexpected character at line 1, column 1',
    ],
    [
      'answers with another document',
      (_, response) => void response.end('{"keys":{}}'),
      'answered with no usable key: a key set must be an object with a list `keys`',
    ],
    [
      'redirects to itself',
      (_, response) => void response.writeHead(302, { location: '/jwks' }).end(),
      'answered with more than 3 redirects, one after another',
    ],
    [
      'redirects to the metadata of the cloud',
      (_, response) =>
        void response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data' }).end(),
      'has a private address, which `--jwks-allow-private` must allow for its host',
    ],
    [
      'answers with 10 MB',
      (_, response) => void response.end(`{"keys":[${' '.repeat(10_000_000)}]}`),
      'answered with more than 1 MiB',
    ],
    ['fails', (_, response) => void response.writeHead(500).end(KEYS), 'answered 500'],
    ['hangs up', (request) => void request.socket.destroy(), 'cannot be reached: ECONNRESET'],
  ])(
    '%s: its tokens are denied, those of another are not, and status and metrics tell',
    async (_, listener, error) => {
      await using stack = new AsyncDisposableStack();
      const goodUrl = await serving(stack, (__, response) => void response.end(KEYS));
      const good = fetchedFrom('good', GOOD, goodUrl, LONG);
      const timeout = error === 'timed out' ? SHORT : LONG;
      const bad = fetchedFrom('bad', BAD, await serving(stack, listener), timeout);
      const get = createHttpGet({ allowsPrivate: () => false, settingsOf: async () => ({}) });
      const { ring, warned, reasonFor, metric } = bench({ fetch: get });
      stack.defer(() => ring.close());
      ring.use([bad, good]);
      // The bad one is under way, and does not delay the good one.
      expect(await reasonFor(GOOD_TOKEN, good)).toBe('verified');
      expect(await reasonFor(BAD_TOKEN, bad)).toBe('keys_unavailable');
      await waitFor(async () => (ring.status()[0]?.error === null ? undefined : true), {
        what: 'the failure',
        timeout: 5000,
      });
      expect(ring.status()).toMatchObject([
        { name: 'bad', keys: 0, fetched_at: null, error },
        { name: 'good', keys: 1, error: null },
      ]);
      expect(await metric('lictor_jwks_refresh_total')).toMatchObject({ good: 1 });
      expect((await metric('lictor_jwks_refresh_total'))['bad']).toBeGreaterThanOrEqual(1);
      expect(warned).toEqual([JSON.stringify({ issuer: 'bad', error, keys: 0 })]);
    },
  );
});

test('a key server that is down at the start and for an hour: denied, then verified a minute later at most', async () => {
  const clock = new FakeClock(NOW);
  const provider = new FakeProvider(jwks());
  provider.served = 'down';
  const { ring, reasonFor, metric } = bench(
    { fetch: provider.fetch, clock: () => clock.now, timer: clock.timer },
    () => clock.now,
  );
  const issuer = fetchedFrom('bad', BAD, 'https://bad.example/jwks');
  ring.use([issuer]);
  expect(await reasonFor(BAD_TOKEN, issuer)).toBe('keys_unavailable');
  await clock.advance(3_600_000);
  expect(await reasonFor(BAD_TOKEN, issuer)).toBe('keys_unavailable');
  // 1, 2, 4, 8, 16, 32 seconds apart, then a minute less jitter.
  const attempts = (await metric('lictor_jwks_refresh_total'))['bad'] ?? 0;
  expect(attempts).toBeGreaterThan(60);
  expect(attempts).toBeLessThan(80);
  provider.served = jwks(publicJwk(EC, { kid: 'ec' }));
  await clock.advance(60_000);
  expect(await reasonFor(BAD_TOKEN, issuer)).toBe('verified');
  ring.close();
});

test('a key server that is down for an hour after a rotation: old tokens are verified, new ones denied until it is back', async () => {
  const clock = new FakeClock(NOW);
  const provider = new FakeProvider(jwks(publicJwk(EC, { kid: 'ec' })));
  const { ring, reasonFor, metric } = bench(
    { fetch: provider.fetch, clock: () => clock.now, timer: clock.timer },
    () => clock.now,
  );
  const issuer = fetchedFrom('bad', BAD, 'https://bad.example/jwks');
  const rotated = await signed(claimsOf({ iss: BAD }), { kid: 'next' });
  ring.use([issuer]);
  await settled();
  provider.served = 'down';
  for (let minutes = 0; minutes < 60; minutes += 10) {
    expect(await reasonFor(BAD_TOKEN, issuer)).toBe('verified');
    expect(await reasonFor(rotated, issuer)).toBe('keys_unavailable');
    await clock.advance(600_000);
  }
  expect((await metric('lictor_jwks_age_seconds'))['bad']).toBe(3600);
  provider.served = jwks(publicJwk(EC, { kid: 'ec' }), publicJwk(EC, { kid: 'next' }));
  // The token itself causes the fetch.
  expect(await reasonFor(rotated, issuer)).toBe('verified');
  expect((await metric('lictor_jwks_age_seconds'))['bad']).toBe(0);
  ring.close();
});
