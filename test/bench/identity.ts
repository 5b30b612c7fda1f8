import { strict as assert } from 'node:assert';
import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto';
import { CompactSign, compactVerify, createLocalJWKSet, jwtVerify } from 'jose';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import type { Issuer } from '../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../src/engine/identity/token.ts';
import type { Attributes } from '../../src/engine/request/attributes.ts';
import { importedKey, nodeCrypto } from '../../src/node/crypto.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { CERTIFICATES } from '../engine/identity/certificates.ts';
import { claimsOf, issuerOf, jwks, NOW, publicJwk } from '../engine/identity/tokens.ts';
import { attributes } from '../support/attributes.ts';
import { encodeCheckRequest } from '../support/check-messages.ts';
import { type Contender, type Effort, measure, table } from './measure.ts';

/** One check of a signature takes up to a hundred times as long as what other parts measure. */
const FEWER = 20;
/** More than the verifier remembers, so that each token is new when it comes again. */
const TOKENS = 64;

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

interface Scheme {
  readonly alg: string;
  readonly signing: KeyObject;
  /** `node:crypto` with everything ready: the least that the algorithm costs. */
  readonly plain: (input: Buffer, key: KeyObject, signature: Buffer) => boolean;
}

const SCHEMES: readonly Scheme[] = [
  {
    alg: 'RS256',
    signing: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    plain: (input, key, signature) => verify('sha256', input, key, signature),
  },
  {
    alg: 'PS256',
    signing: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    plain: (input, key, signature) => verify('sha256', input, { key, ...PSS }, signature),
  },
  {
    alg: 'ES256',
    signing: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    plain: (input, key, signature) => verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  {
    alg: 'EdDSA',
    signing: generateKeyPairSync('ed25519').privateKey,
    plain: (input, key, signature) => verify(null, input, key, signature),
  },
];

/** Measures the verification of tokens and the reading of certificates, beside `node:crypto` and plain `jose`. */
export async function identityPart(effort: Effort): Promise<string> {
  const fewer = { ...effort, runs: Math.ceil(effort.runs / FEWER) };
  const tables: string[] = [];
  for (const scheme of SCHEMES) {
    tables.push(table(`identity: a new token, ${scheme.alg}`, await measure(await newTokens(scheme), fewer)));
  }
  tables.push(
    table('identity: a token that was verified before, RS256', await measure(await cachedToken(), effort)),
    table('identity: a certificate', await measure(certificates(), fewer)),
  );
  return tables.join('\n');
}

interface Tokens {
  readonly key: KeyObject;
  readonly issuer: Issuer;
  readonly tokens: readonly string[];
  readonly requests: readonly Attributes[];
}

async function tokensOf({ alg, signing }: Scheme): Promise<Tokens> {
  const tokens: string[] = [];
  for (let at = 0; at < TOKENS; at += 1) {
    const claims = claimsOf({ jti: String(at), scope: 'orders:read orders:write', tenant: 'acme' });
    const payload = new TextEncoder().encode(JSON.stringify(claims));
    tokens.push(
      await new CompactSign(payload).setProtectedHeader({ alg, kid: 'k', typ: 'at+jwt' }).sign(signing),
    );
  }
  return {
    key: createPublicKey(signing),
    issuer: issuerOf({ keys: { kind: 'inline', jwks: jwks(publicJwk(signing, { kid: 'k', alg })) } }),
    tokens,
    requests: tokens.map((token) => attributes({ headers: { authorization: `Bearer ${token}` } })),
  };
}

/** The next of a list, again and again. */
function inTurn<T>(list: readonly T[]): () => T {
  let at = 0;
  return () => {
    at = (at + 1) % list.length;
    const [first] = list;
    assert(first !== undefined);
    return list[at] ?? first;
  };
}

async function newTokens(scheme: Scheme): Promise<readonly Contender[]> {
  const { key, issuer, tokens, requests } = await tokensOf(scheme);
  const ready = inTurn(
    tokens.map((token) => {
      const end = token.lastIndexOf('.');
      return {
        input: Buffer.from(token.slice(0, end)),
        signature: Buffer.from(token.slice(end + 1), 'base64url'),
      };
    }),
  );
  const verifier = createTokenVerifier({
    keys: new KeyRing({ crypto: nodeCrypto }),
    crypto: nodeCrypto,
    cacheSize: 1,
  });
  const nextRequest = inTurn(requests);
  const [nextOwn, nextJose, nextCompact] = [inTurn(tokens), inTurn(tokens), inTurn(tokens)];
  const own = importedKey(key);
  const set = createLocalJWKSet({ keys: [{ ...key.export({ format: 'jwk' }), kid: 'k', alg: scheme.alg }] });
  const accepted = { issuer: issuer.issuer, audience: 'orders', currentDate: new Date(NOW) };
  const contenders: readonly Contender[] = [
    {
      name: 'node:crypto, the signature alone',
      run: () => {
        const { input, signature } = ready();
        return scheme.plain(input, key, signature);
      },
    },
    { name: 'Lictor, the signature alone', run: () => own.verify(nextOwn(), scheme.alg) },
    { name: 'Lictor, the whole token', run: () => verifier.verify(nextRequest(), [issuer], NOW) },
    { name: 'jose, the signature alone', run: () => compactVerify(nextCompact(), key) },
    { name: 'jose, the whole token', run: () => jwtVerify(nextJose(), set, accepted) },
  ];
  assert.equal(await contenders[0]?.run(), true);
  assert.equal((await verifier.verify(nextRequest(), [issuer], NOW)).denial, undefined);
  return contenders;
}

async function cachedToken(): Promise<readonly Contender[]> {
  const [scheme] = SCHEMES;
  assert(scheme !== undefined);
  const { issuer, requests } = await tokensOf(scheme);
  const verifier = createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto });
  const issuers = [issuer];
  for (const request of requests)
    assert.equal((await verifier.verify(request, issuers, NOW)).denial, undefined);
  const next = inTurn(requests);
  return [
    { name: `one of ${TOKENS} tokens`, run: () => verifier.verify(next(), issuers, NOW) },
    { name: 'the same token', run: () => verifier.verify(requests[0] ?? next(), issuers, NOW) },
  ];
}

function certificates(): readonly Contender[] {
  const pem = CERTIFICATES.workload;
  const reader = createCertificateReader(nodeCrypto);
  assert(reader.read(pem) !== undefined);
  const source = { certificate: encodeURIComponent(pem) };
  const message = encodeCheckRequest({ attributes: { request: { http: {} }, source } });
  return [
    { name: 'node:crypto, parsed', run: () => new X509Certificate(pem) },
    {
      name: 'node:crypto, parsed, with its names and digest',
      run: () => {
        const { subject, issuer, subjectAltName, fingerprint256, serialNumber } = new X509Certificate(pem);
        return [subject, issuer, subjectAltName, fingerprint256, serialNumber];
      },
    },
    { name: 'Lictor, read for the first time', run: () => createCertificateReader(nodeCrypto).read(pem) },
    {
      name: 'Lictor, read before, in the message of another request',
      run: () => reader.read(decodeCheck(message, decodeText).attributes?.source.certificate ?? ''),
    },
    { name: 'the message alone', run: () => decodeCheck(message, decodeText).attributes },
    { name: 'Lictor, read before', run: () => reader.read(pem) },
  ];
}
