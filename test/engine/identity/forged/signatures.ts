import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { EC, EC_NEXT, ED, encoded, forged, macSigned, publicJwk, RSA, signed } from '../tokens.ts';
import {
  CLAIMS,
  claims,
  ES,
  each,
  type ForgedTokens,
  HEADER,
  OWN,
  SIGNATURE,
  SIGNATURE_BYTES,
  signedParts,
  tokenWith,
  withSignature,
} from './builders.ts';

const PUBLIC_PEM = createPublicKey(EC).export({ type: 'spki', format: 'pem' });
const RSA_PEM = createPublicKey(RSA).export({ type: 'spki', format: 'pem' });
const RSA_DER = createPublicKey(RSA).export({ type: 'spki', format: 'der' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

const ALGORITHMS: ForgedTokens = {
  reason: 'token_bad_algorithm',
  detail: 'the token is signed with an algorithm that its issuer is not expected to use',
  rows: [
    ...each(
      ['none', 'None', 'NONE', 'nOnE', 'none ', ''],
      (alg) => `alg: ${JSON.stringify(alg)}, without a signature`,
      (alg) => forged({ alg, kid: 'ec' }, claims(), ''),
    ),
    ['none with the signature of a valid token', `${encoded({ ...ES, alg: 'none' })}.${CLAIMS}.${SIGNATURE}`],
    ...each(
      ['HS256', 'HS384', 'HS512'],
      (alg) => `${alg} with the public key as the secret`,
      (alg) => macSigned({ alg, kid: 'ec' }, PUBLIC_PEM, claims()),
    ),
    ['HS256 with the RSA key as the secret', macSigned({ alg: 'HS256', kid: 'rsa' }, RSA_PEM, claims())],
    ['HS256 with its DER', macSigned({ alg: 'HS256', kid: 'rsa' }, RSA_DER, claims())],
    ['HS256 with the JWK', macSigned({ alg: 'HS256', kid: 'ec' }, JSON.stringify(publicJwk(EC)), claims())],
    ['HS256 with an empty secret', macSigned({ alg: 'HS256', kid: 'ec' }, '', claims())],
    ['HS256 with the kid as the secret', macSigned({ alg: 'HS256', kid: 'ec' }, 'ec', claims())],
    ...each(
      ['RS384', 'RS512', 'PS384', 'PS512'],
      (alg) => `${alg}, validly signed and not listed`,
      (alg) => tokenWith({}, { alg, kid: 'rsa' }, RSA),
    ),
    ['ES384, validly signed and not listed', tokenWith({}, { alg: 'ES384', kid: 'p384' }, P384)],
    ...each(
      [
        'es256',
        'ES256 ',
        ' ES256',
        'ES-256',
        'ES256\0',
        'ＥＳ256',
        'ES256K',
        'ESP256',
        'ES512',
        'Ed25519',
        'Ed448',
        'EDDSA',
        'RS1',
        'HS1',
        'RSA-OAEP',
        'RSA1_5',
        'dir',
        'A128KW',
        'ECDH-ES',
        'ML-DSA-44',
        'constructor',
        '__proto__',
        'toString',
        'hasOwnProperty',
        'https://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
      ],
      (alg) => `alg: ${JSON.stringify(alg)}`,
      (alg) => signedParts(encoded({ alg, kid: 'ec' }), CLAIMS),
    ),
  ],
};

const KEYS: ForgedTokens = {
  reason: 'token_unknown_key',
  detail: 'the issuer of the token has no key that fits it',
  rows: [
    ...each(
      [
        'other',
        'EC',
        ' ec',
        'ec ',
        'ec\0',
        '',
        'e',
        'ecc',
        '../ec',
        '/dev/null',
        "ec' OR '1'='1",
        'https://evil.example/ec',
        '0',
        '*',
        'ｅｃ',
        'constructor',
        '__proto__',
        'x'.repeat(4000),
      ],
      (kid) => `kid: ${JSON.stringify(kid.slice(0, 40))}`,
      (kid) => tokenWith({}, { kid }),
    ),
    ['the name of a key of another kind', tokenWith({}, { kid: 'rsa' })],
    ['RS256 with the name of the EC key', tokenWith({}, { alg: 'RS256', kid: 'ec' }, RSA)],
    ['EdDSA with the name of the EC key', tokenWith({}, { alg: 'EdDSA', kid: 'ec' }, ED)],
    ['the key for encryption', tokenWith({}, { kid: 'enc' }, EC_NEXT)],
  ],
};

const OWN_KEY = publicJwk(EC_NEXT, { kid: 'ec' });
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const ZERO = Buffer.alloc(32);
const ONE = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
const [R, S] = [SIGNATURE_BYTES.subarray(0, 32), SIGNATURE_BYTES.subarray(32)];
const DER = sign('sha256', Buffer.from(`${HEADER}.${CLAIMS}`), EC);

function flipped(bit: number): Uint8Array {
  const bytes = Buffer.from(SIGNATURE_BYTES);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

function rsaSigned(header: Readonly<Record<string, unknown>>, hash: string): string {
  const input = `${encoded(header)}.${CLAIMS}`;
  return `${input}.${sign(hash, Buffer.from(input), RSA).toString('base64url')}`;
}

const SIGNATURES: ForgedTokens = {
  reason: 'token_bad_signature',
  detail: 'the signature of the token is not valid',
  rows: [
    ['no signature', `${HEADER}.${CLAIMS}.`],
    ['another key', tokenWith({}, {}, EC_NEXT)],
    ['another key, without a name', tokenWith({}, { kid: undefined }, EC_NEXT)],
    ['other claims under the signature', `${HEADER}.${encoded(claims({ sub: 'admin' }))}.${SIGNATURE}`],
    ['other claims, only their order', `${HEADER}.${encoded({ ...OWN, ...claims() })}.${SIGNATURE}`],
    ['another header under the signature', `${encoded({ ...ES, typ: 'JWT' })}.${CLAIMS}.${SIGNATURE}`],
    ['the key in the header', tokenWith({}, { jwk: OWN_KEY }, EC_NEXT)],
    ['the key in the header, without a name', tokenWith({}, { jwk: OWN_KEY, kid: undefined }, EC_NEXT)],
    ['the URL of keys in the header', tokenWith({}, { jku: 'https://evil.example/jwks' }, EC_NEXT)],
    ['the URL of keys at the issuer', tokenWith({}, { jku: 'https://login.acme.example/keys' }, EC_NEXT)],
    ['a certificate in the header', tokenWith({}, { x5c: ['AAAA'] }, EC_NEXT)],
    ['the URL of a certificate', tokenWith({}, { x5u: 'https://evil.example/x5u' }, EC_NEXT)],
    ['the thumbprint of a certificate', tokenWith({}, { 'x5t#S256': 'AAAA' }, EC_NEXT)],
    ['r and s are 0', withSignature(Buffer.concat([ZERO, ZERO]))],
    ['r is 0', withSignature(Buffer.concat([ZERO, S]))],
    ['s is 0', withSignature(Buffer.concat([R, ZERO]))],
    ['r and s are 1', withSignature(Buffer.concat([ONE, ONE]))],
    ['r and s are the order', withSignature(Buffer.concat([ORDER, ORDER]))],
    ['r is the order', withSignature(Buffer.concat([ORDER, S]))],
    ['s is the order', withSignature(Buffer.concat([R, ORDER]))],
    ['all ones', withSignature(Buffer.alloc(64, 0xff))],
    ['r and s exchanged', withSignature(Buffer.concat([S, R]))],
    ['the DER form', withSignature(DER)],
    ['a byte less', withSignature(SIGNATURE_BYTES.subarray(0, 63))],
    ['a byte less at the start', withSignature(SIGNATURE_BYTES.subarray(1))],
    ['a byte more', withSignature(Buffer.concat([SIGNATURE_BYTES, Buffer.from([0])]))],
    ['a byte more at the start', withSignature(Buffer.concat([Buffer.from([0]), SIGNATURE_BYTES]))],
    ['half a signature', withSignature(R)],
    ['the signature twice', withSignature(Buffer.concat([SIGNATURE_BYTES, SIGNATURE_BYTES]))],
    ['one byte', withSignature(Buffer.from([0]))],
    ...each(
      [0, 7, 100, 255, 256, 300, 511],
      (bit) => `bit ${bit} flipped`,
      (bit) => withSignature(flipped(bit)),
    ),
    ['RS256 with the padding of PS256', signed(claims(), { alg: 'PS256', kid: 'rsa' }, RSA).then(asRs256)],
    ['RS256 over SHA-1', rsaSigned({ alg: 'RS256', kid: 'rsa' }, 'sha1')],
    ['RS256 over SHA-512', rsaSigned({ alg: 'RS256', kid: 'rsa' }, 'sha512')],
    ['PS256 with the padding of RS256', rsaSigned({ alg: 'PS256', kid: 'rsa' }, 'sha256')],
    ['RS256 with a signature of zeros', rsaWith(Buffer.alloc(256))],
    ['RS256 with a signature of one', rsaWith(Buffer.concat([Buffer.alloc(255), Buffer.from([1])]))],
    ['RS256 with a signature of ones', rsaWith(Buffer.alloc(256, 0xff))],
    ['RS256 with a short signature', rsaWith(Buffer.alloc(255, 1))],
    ['EdDSA with a signature of zeros', edWith(Buffer.alloc(64))],
    ['EdDSA with the neutral point', edWith(Buffer.concat([ONE.toReversed(), ZERO]))],
    ['EdDSA with a short signature', edWith(Buffer.alloc(63))],
  ],
};

function asRs256(token: string): string {
  const [, payload = '', signature = ''] = token.split('.');
  return `${encoded({ alg: 'RS256', kid: 'rsa' })}.${payload}.${signature}`;
}

function rsaWith(signature: Uint8Array): string {
  return forged({ alg: 'RS256', kid: 'rsa' }, claims(), Buffer.from(signature).toString('base64url'));
}

function edWith(signature: Uint8Array): string {
  return forged({ alg: 'EdDSA', kid: 'ed' }, claims(), Buffer.from(signature).toString('base64url'));
}

export const FORGED_SIGNATURES: readonly ForgedTokens[] = [ALGORITHMS, KEYS, SIGNATURES];
