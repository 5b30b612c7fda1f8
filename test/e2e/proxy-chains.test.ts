import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { decide, isAllow } from '../../src/engine/decision/decide.ts';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { thumbprintOf } from '../../src/engine/identity/token-binding.ts';
import type { Attributes } from '../../src/engine/request/attributes.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { createThrowawayKeys } from '../../src/tools/testing/throwaway-keys.ts';
import { bench, NOW } from '../engine/decision/run-case.ts';
import { callThrough } from '../support/call.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type CheckRecorder, startCheckRecorder } from '../support/check-recorder.ts';
import type { Envoy } from '../support/envoy.ts';
import type { ForwardedCertificates } from '../support/envoy-bootstrap.ts';
import { policySet } from '../support/policy-set.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { startChain } from './proxy-chain.ts';

const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
const EDGE = 'spiffe://acme.example/ns/edge/sa/edge';
const MIDDLE = 'spiffe://acme.example/ns/edge/sa/middle';
const SIDECAR = 'spiffe://acme.example/ns/shop/sa/orders';

const KEYS = createThrowawayKeys();
const SET = policySet({
  issuers: {
    acme: {
      issuer: 'https://login.acme.example',
      audiences: ['orders'],
      keys: { jwksUri: 'https://login.acme.example/keys' },
    },
  },
  policies: {
    forwarded: {
      authenticate: { mtls: { from: 'xfcc' } },
      rules: [{ name: 'all', effect: 'allow' }],
      respond: {
        allow: {
          requestHeaders: {
            set: {
              'x-caller': '${caller.principal}',
              'x-seen': "${source.xfcc.map(x, x.uri).join(' ')}",
              'x-issuers': "${source.xfcc.map(x, x.issuers.join(' ')).join(' ')}",
            },
          },
        },
      },
    },
    bound: {
      match: [{ paths: ['/bound'] }],
      authenticate: { jwt: { issuers: ['acme'], bind: 'certificate' } },
    },
  },
});

const TEXT = { uri: true };
const JSON_FORM = { uri: true, format: 'JSON' };
const set = (details: object): ForwardedCertificates => ({ mode: 'SANITIZE_SET', details: { ...details } });
const append = (details: object): ForwardedCertificates => ({
  mode: 'APPEND_FORWARD',
  details: { ...details },
});
const FORWARD: ForwardedCertificates = { mode: 'FORWARD_ONLY' };

/** What callers send: another client, in both forms, with and without the end of a header that swallows the next. */
const FORGED: readonly (string | undefined)[] = [
  undefined,
  `By=${EDGE};Hash=${'a'.repeat(64)};URI=${ADMIN}`,
  `URI=${ADMIN}`,
  `[{"by":["${EDGE}"],"hash":"${'a'.repeat(64)}","uri":["${ADMIN}"]}]`,
  `Hash=${'a'.repeat(64)};Subject="`,
  '[',
];

interface Chain {
  readonly name: string;
  readonly proxies: readonly ForwardedCertificates[];
  readonly hops: number;
  /** The caller, and the URIs of `source.xfcc`. */
  readonly caller: string;
  readonly seen: readonly string[];
  /** True: the first proxy appends to what its callers send, which then may be refused. */
  readonly mayRefuse?: true;
}

const CHAINS: readonly Chain[] = [
  { name: 'two, text', proxies: [set(TEXT), FORWARD], hops: 1, caller: WEB, seen: [WEB] },
  { name: 'two, JSON', proxies: [set(JSON_FORM), FORWARD], hops: 1, caller: WEB, seen: [WEB] },
  { name: 'two, more hops than proxies', proxies: [set(TEXT), FORWARD], hops: 3, caller: WEB, seen: [WEB] },
  {
    name: 'two, the first appends',
    proxies: [append(TEXT), FORWARD],
    hops: 1,
    caller: WEB,
    seen: [WEB],
    mayRefuse: true,
  },
  {
    name: 'two, the first appends JSON',
    proxies: [append(JSON_FORM), FORWARD],
    hops: 1,
    caller: WEB,
    seen: [WEB],
    mayRefuse: true,
  },
  { name: 'two, both add', proxies: [set(TEXT), append(TEXT)], hops: 2, caller: EDGE, seen: [WEB, EDGE] },
  {
    name: 'two, both add JSON',
    proxies: [set(JSON_FORM), append(JSON_FORM)],
    hops: 2,
    caller: EDGE,
    seen: [WEB, EDGE],
  },
  {
    name: 'two, the second replaces',
    proxies: [set(TEXT), set(JSON_FORM)],
    hops: 1,
    caller: EDGE,
    seen: [EDGE],
  },
  {
    name: 'three, the others forward',
    proxies: [set(JSON_FORM), FORWARD, FORWARD],
    hops: 1,
    caller: WEB,
    seen: [WEB],
  },
  {
    name: 'three, the second appends',
    proxies: [set(JSON_FORM), append(JSON_FORM), FORWARD],
    hops: 2,
    caller: EDGE,
    seen: [WEB, EDGE],
  },
  {
    name: 'three, all add',
    proxies: [set(TEXT), append(TEXT), append(TEXT)],
    hops: 3,
    caller: MIDDLE,
    seen: [WEB, EDGE, MIDDLE],
  },
  {
    name: 'three, all add JSON, and one is trusted',
    proxies: [set(JSON_FORM), append(JSON_FORM), append(JSON_FORM)],
    hops: 1,
    caller: MIDDLE,
    seen: [MIDDLE],
  },
];

let stack: AsyncDisposableStack;
let folder: string;
let certificates: Certificates;
let recorder: CheckRecorder;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  certificates = await makeCertificates({
    hosts: ['*.acme.svc'],
    workloads: { web: WEB, middle: MIDDLE, sidecar: SIDECAR },
    server: EDGE,
  });
  recorder = await startCheckRecorder();
  stack.defer(() => recorder.stop());
}, 30_000);

afterAll(() => stack?.disposeAsync());

/** The check of the last proxy about one call to the first. */
async function checkOf(
  edge: Envoy,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Attributes> {
  const before = recorder.messages().length;
  await callThrough(edge, { workload: 'web', host: 'orders.acme.svc', path, headers });
  const { attributes } = decodeCheck(recorder.messages()[before] ?? Buffer.alloc(0), decodeText);
  if (attributes === undefined) throw new Error('the last proxy has sent no check');
  return attributes;
}

interface Answer {
  readonly reason: string;
  readonly caller: string | undefined;
  readonly seen: string | undefined;
}

async function answer(check: Attributes, hops: number): Promise<Answer> {
  const { reason, sent } = await decided(check, hops);
  return { reason, caller: sent.get('x-caller'), seen: sent.get('x-seen') };
}

/** The reason, and the headers that the service gets. */
async function decided(
  check: Attributes,
  hops: number,
): Promise<{ readonly reason: string; readonly sent: ReadonlyMap<string, string> }> {
  const { services } = bench(KEYS, { xfccTrustedHops: hops });
  const { decision } = await decide(check, SET, services);
  const { outcome, reason } = decision;
  return { reason, sent: isAllow(outcome) ? outcome.changes.requestHeaders.set : new Map() };
}

/** A token that is bound to a certificate. */
async function tokenFor(pem: string): Promise<string> {
  const issuer = SET.issuers.get('acme');
  if (issuer === undefined) throw new Error('no issuer');
  const digest = new X509Certificate(pem).fingerprint256.replaceAll(':', '');
  const times = { iat: NOW / 1000, exp: NOW / 1000 + 3600 };
  const cnf = { 'x5t#S256': thumbprintOf(digest) ?? '' };
  return KEYS.sign(issuer, { iss: issuer.issuer, aud: 'orders', sub: 'web', ...times, cnf });
}

const NAMES = ['edge', 'middle', 'sidecar'];

describe.each(CHAINS.map((chain) => [chain.name, chain] as const))('%s', (name, chain) => {
  const { proxies, hops, caller, seen, mayRefuse } = chain;
  let edge: Envoy;

  beforeAll(async () => {
    const chained = proxies.map((forwarded, at) => {
      const isLast = at === proxies.length - 1;
      return { workload: isLast ? 'sidecar' : (NAMES[at] ?? ''), forwarded };
    });
    const authz = recorder.address;
    edge = await startChain(stack, { folder: join(folder, name), certificates, authz, proxies: chained });
  }, 30_000);

  afterAll(() => edge?.stop());

  test.each(FORGED)('the caller, with the header %j', async (header) => {
    const headers = header === undefined ? {} : { 'x-forwarded-client-cert': header };
    const check = await checkOf(edge, '/', headers);
    const expected: Answer = { reason: 'allowed', caller, seen: seen.join(' ') };
    const refused: Answer = { reason: 'peer_ambiguous', caller: undefined, seen: undefined };
    const got = await answer(check, hops);
    const isRefused = mayRefuse === true && header !== undefined && got.reason !== 'allowed';
    expect(got).toEqual(isRefused ? refused : expected);
    // Without trusted proxies nobody is forwarded.
    expect(await answer(check, 0)).toMatchObject({ reason: 'peer_missing' });
  });

  test('a token is bound to the certificate of the caller that the nearest proxy reports', async () => {
    const own = certificates.workloads.get('web')?.cert ?? '';
    const middle = certificates.workloads.get('middle')?.cert ?? '';
    const pems = new Map([
      [WEB, own],
      [EDGE, certificates.server.cert],
      [MIDDLE, middle],
    ]);
    for (const [principal, pem] of pems) {
      const headers = { authorization: `Bearer ${await tokenFor(pem)}` };
      const { reason } = await answer(await checkOf(edge, '/bound', headers), hops);
      expect([principal, reason]).toEqual([principal, principal === caller ? 'allowed' : 'token_not_bound']);
    }
  });
});

describe.each([
  ['text', { ...TEXT, chain: true }],
  ['JSON', { ...JSON_FORM, chain: true }],
])('the issuers of the chain that the client has sent, as %s', (name, details) => {
  // OpenSSL sends the authority as well where a client names no chain of its own.
  test('those that have signed', async () => {
    const other = await makeCertificates({ hosts: [], workloads: {} });
    const { workloads, ca } = certificates;
    const { cert = '', key = '' } = workloads.get('web') ?? {};
    const proxies = [{ workload: 'edge', forwarded: set(details) }];
    const own = new Map([
      ['signed', { cert: `${cert}\n${ca}`, key }],
      ['not signed', { cert: `${cert}\n${other.ca}`, key }],
    ]);
    const chained: Certificates = { ...certificates, workloads: new Map([...workloads, ...own]) };
    const place = { folder: join(folder, `issuers ${name}`), authz: recorder.address };
    await using chainStack = new AsyncDisposableStack();
    const edge = await startChain(chainStack, { ...place, certificates: chained, proxies });
    const digest = new X509Certificate(ca).fingerprint256.replaceAll(':', '').toLowerCase();
    for (const [workload, expected] of [
      ['signed', digest],
      ['not signed', ''],
    ] as const) {
      const before = recorder.messages().length;
      await callThrough(edge, { workload, host: 'orders.acme.svc', path: '/issuers' });
      const { attributes } = decodeCheck(recorder.messages()[before] ?? Buffer.alloc(0), decodeText);
      if (attributes === undefined) throw new Error('no check');
      expect(attributes.request.headers.get('x-forwarded-client-cert')).toMatch(/chain/i);
      const { sent } = await decided(attributes, 1);
      expect([workload, sent.get('x-issuers')]).toEqual([workload, expected]);
    }
  }, 30_000);
});
