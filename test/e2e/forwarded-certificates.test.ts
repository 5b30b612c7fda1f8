import { join } from 'node:path';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { connectionPeer, forwardedPeer } from '../../src/engine/identity/peer.ts';
import type { Attributes } from '../../src/engine/request/attributes.ts';
import { readXfcc } from '../../src/engine/request/xfcc.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { callThrough } from '../support/call.ts';
import { type CertificateNames, type Certificates, makeCertificates } from '../support/certificates.ts';
import { type CheckRecorder, startCheckRecorder } from '../support/check-recorder.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import type { ForwardedCertificates } from '../support/envoy-bootstrap.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
const PROXY = 'spiffe://acme.example/ns/edge/sa/envoy';
const DIGEST = 'a'.repeat(64);

function named(text: string): CertificateNames {
  return { subject: [{ CN: [{ utf8String: text }] }] };
}

/** Callers of an authority that signs any names. */
const CALLERS: Readonly<Record<string, string | CertificateNames>> = {
  plain: WEB,
  'subject of two attributes': { subject: [{ CN: ['svc'] }, { O: ['Admin'] }] },
  'subject with a comma': named('svc,O=Admin'),
  'subject with an element': named(`a";URI=${ADMIN};Subject="b`),
  'subject with an element after a comma': named(`a",By=${PROXY};Hash=${DIGEST};URI=${ADMIN}`),
  'subject with a backslash': named('a\\'),
  'subject with a backslash and a quote': named(`a\\";URI=${ADMIN}\\`),
  'subject with spaces and signs': named(' #<>+;= '),
  'subject that is not ASCII': named('müller\u0001'),
  'subject like a SPIFFE ID': named(ADMIN),
  'attributes of one RDN': { subject: [{ CN: ['x'], OU: ['y'] }] },
  'URI and a comma': { uri: [`http://e/,URI=${ADMIN}`] },
  'admin and a comma': { uri: [`${ADMIN},x`] },
  'URI and a semicolon': { uri: [`http://e/;URI=${ADMIN}`] },
  'admin and a semicolon': { uri: [`${ADMIN};x`] },
  'admin and a DNS name': { uri: [`${ADMIN};DNS=x`] },
  'admin and an issuer': { uri: [`${ADMIN};Issuer="CN=x"`] },
  'admin and an element': { uri: [`${ADMIN},By=${PROXY};Hash=${DIGEST}`] },
  'URI and an empty element': { uri: [`x,By=;Hash=;URI=${ADMIN}`] },
  'URI and an element': { uri: [`x,By=${PROXY};Hash=${DIGEST};Subject="CN=z";URI=${ADMIN}`] },
  'URI with a quote': { uri: [`x",By=${PROXY};Hash=${DIGEST};URI=${ADMIN}`] },
  'URI in quotes': { uri: [`"${ADMIN}"`] },
  'URI with a backslash': { uri: ['http://e/\\a'] },
  'URI with an equals sign': { uri: ['http://e/?a=b&c=d'] },
  'URI with spaces': { uri: [` ${ADMIN} `] },
  'URI in brackets': { uri: [`[{"uri":["${ADMIN}"]}]`] },
  'two URIs': { uri: [ADMIN, WEB] },
  'two URIs, the other first': { uri: ['http://e/', ADMIN] },
  'DNS name': { dns: ['a.svc'] },
  'DNS name like a SPIFFE ID': { dns: [ADMIN] },
  'DNS name and a comma': { dns: [`x,URI=${ADMIN}`] },
  'DNS name and a semicolon': { dns: [`x;URI=${ADMIN}`] },
  'DNS name and another': { dns: ['admin.svc;DNS=x'] },
  'two DNS names': { dns: ['a.svc', 'b.svc'] },
  'URI and DNS name': { uri: [ADMIN], dns: ['a.svc'] },
};

/** Headers of callers under `APPEND_FORWARD`, which choose the form that Envoy continues in. */
const OWN_HEADERS: readonly string[] = [
  'x',
  `By=${PROXY};Hash=${DIGEST}`,
  `By=${PROXY};Hash=${DIGEST};URI=${ADMIN}`,
  `Hash=${DIGEST};Subject="`,
  `Hash=${DIGEST};Subject="\\`,
  `Hash=${DIGEST};URI=${ADMIN};`,
  '"',
  '[',
  '[]',
  `[{"hash":"${DIGEST}","uri":["${ADMIN}"]}]`,
  ` [{"hash":"${DIGEST}","uri":["${ADMIN}"]}] `,
  `[{"hash":"${DIGEST}","uri":["${ADMIN}"],"x":[0]`,
  `[{"hash":"${DIGEST}","uri":["${ADMIN}"],"x":"]`,
  `[{"hash":"${DIGEST}","uri":["${ADMIN}"]}],Hash=${DIGEST}`,
  '[{"a":1,"a":2}]',
  '[1]',
  '{"uri":[]}',
];

const READER = createCertificateReader(nodeCrypto);

let stack: AsyncDisposableStack;
let folder: string;
let certificates: Certificates;
let recorder: CheckRecorder;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: CALLERS, server: PROXY });
  recorder = await startCheckRecorder();
  stack.defer(() => recorder.stop());
}, 30_000);

afterAll(() => stack?.disposeAsync());

async function envoyWith(name: string, forwarded: ForwardedCertificates): Promise<Envoy> {
  const envoy = await startEnvoy({
    folder: join(folder, name),
    certificates,
    upstreamPort: 1,
    authz: recorder.address,
    forwarded,
  });
  stack.defer(envoy.stop);
  return envoy;
}

/** The check about one call. */
async function checkOf(envoy: Envoy, caller: string, header?: string): Promise<Attributes> {
  const before = recorder.messages().length;
  const headers = header === undefined ? {} : { 'x-forwarded-client-cert': header };
  await callThrough(envoy, { workload: caller, host: 'edge.acme.svc', path: '/', headers });
  const { attributes } = decodeCheck(recorder.messages()[before] ?? Buffer.alloc(0), decodeText);
  if (attributes === undefined) throw new Error(`no check about ${caller}`);
  return attributes;
}

/** The principal as a direct peer and as forwarded; a reason in brackets if it is refused. */
function principalsOf({ source, request }: Attributes): {
  readonly direct: string;
  readonly forwarded: string;
} {
  const header = request.headers.get('x-forwarded-client-cert') ?? '';
  const direct = connectionPeer(source, READER);
  const forwarded = forwardedPeer(readXfcc(header, 1), source, READER);
  return {
    direct: direct.principal ?? `(${direct.denial?.reason ?? ''})`,
    forwarded: forwarded.principal ?? `(${forwarded.denial?.reason ?? ''})`,
  };
}

const REFUSED = /^\(peer_(ambiguous|untrusted)\)$/;

/** The fields that a proxy reports, with the callers that are not refused. */
const SETTINGS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['text with all names', { subject: true, uri: true, dns: true }],
  ['text with URIs', { uri: true }],
  ['text with everything', { subject: true, uri: true, dns: true, cert: true, chain: true, issuer: true }],
  ['JSON', { subject: true, uri: true, dns: true, format: 'JSON' }],
];

describe('a certificate has one principal, direct and forwarded, or is refused', () => {
  test.each(SETTINGS)(
    '%s',
    async (name, details) => {
      const envoy = await envoyWith(name, { mode: 'SANITIZE_SET', details });
      const taken: string[] = [];
      for (const caller of Object.keys(CALLERS)) {
        const { direct, forwarded } = principalsOf(await checkOf(envoy, caller));
        // A name that the proxy does not report is no principal at all.
        const isUnnamed = forwarded === '' && details['dns'] !== true;
        if (REFUSED.test(forwarded) || isUnnamed) continue;
        expect({ caller, principal: forwarded }).toEqual({ caller, principal: direct });
        taken.push(caller);
      }
      expect(taken).toContain(details['issuer'] === true ? 'subject with a comma' : 'plain');
      if (name === 'JSON') {
        const refused = Object.keys(CALLERS).filter((caller) => !taken.includes(caller));
        expect(refused).toEqual(['two URIs', 'two URIs, the other first', 'DNS name like a SPIFFE ID']);
      }
    },
    60_000,
  );
});

describe('a header of the caller gives no other principal', () => {
  test.each([
    ['text', { subject: true, uri: true, dns: true }],
    ['text with URIs', { uri: true }],
    ['text with nothing', {}],
    ['JSON', { subject: true, uri: true, dns: true, format: 'JSON' }],
  ])(
    'appended to as %s',
    async (name, details) => {
      const envoy = await envoyWith(`append ${name}`, { mode: 'APPEND_FORWARD', details });
      for (const caller of ['plain', 'URI and an element', 'URI with a quote', 'subject with an element']) {
        for (const header of OWN_HEADERS) {
          const attributes = await checkOf(envoy, caller, header);
          const { direct, forwarded } = principalsOf(attributes);
          expect([direct, '', '(peer_ambiguous)']).toContain(forwarded);
          const isJson = header.trim().endsWith(']') && header.includes('uri') && !header.includes('"x"');
          if (caller === 'plain' && isJson && name !== 'text with nothing') expect(forwarded).toBe(WEB);
        }
      }
    },
    60_000,
  );
});
