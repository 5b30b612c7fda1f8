import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { ALGORITHMS, type Algorithm } from '../../src/engine/identity/algorithms.ts';
import { keyChecks } from '../../src/node/signature.ts';
import { ED, RSA } from '../engine/identity/tokens.ts';

const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const SECRET = createSecretKey(randomBytes(64));

const SIGNING: Readonly<Record<Algorithm, KeyObject>> = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: P256,
  ES384: P384,
  ES512: P521,
  EdDSA: ED,
  Ed25519: ED,
  HS256: SECRET,
  HS384: SECRET,
  HS512: SECRET,
};
const NAMES = Object.keys(ALGORITHMS) as Algorithm[];

const verifySignature = (jws: string, key: KeyObject, alg: string): boolean | Promise<boolean> =>
  keyChecks(key).verify(jws, alg);

const verifying = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);

/** A token as `jose` signs it. */
function signed(alg: Algorithm, key = SIGNING[alg]): Promise<string> {
  return new CompactSign(Buffer.from('{"iss":"https://login.acme.example"}'))
    .setProtectedHeader({ alg })
    .sign(key);
}

async function byJose(jws: string, key: KeyObject, alg: string): Promise<boolean> {
  try {
    await compactVerify(jws, key, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

/** The token with another signature. */
function withSignature(jws: string, change: (signature: Buffer) => Buffer): string {
  const [header, payload, signature = ''] = jws.split('.');
  return `${header}.${payload}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
}

/** Orders of the curves: a signature (r, n - s) is as valid as (r, s). */
const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const;

const CHANGES: Readonly<Record<string, (signature: Buffer) => Buffer>> = {
  'the first bit': (signature) => Buffer.from(signature.map((byte, at) => (at === 0 ? byte ^ 0x80 : byte))),
  'the last bit': (signature) =>
    Buffer.from(signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte))),
  'a byte less': (signature) => signature.subarray(1),
  'a byte less at the end': (signature) => signature.subarray(0, -1),
  'a zero before it': (signature) => Buffer.concat([Buffer.from([0]), signature]),
  'a zero after it': (signature) => Buffer.concat([signature, Buffer.from([0])]),
  twice: (signature) => Buffer.concat([signature, signature]),
  zeros: (signature) => Buffer.alloc(signature.length),
  ones: (signature) => Buffer.alloc(signature.length, 0xff),
  'zero and one': (signature) => Buffer.alloc(signature.length).fill(1, signature.length - 1),
  'the halves exchanged': (signature) =>
    Buffer.concat([signature.subarray(signature.length / 2), signature.subarray(0, signature.length / 2)]),
  nothing: () => Buffer.alloc(0),
};

describe.each(NAMES)('%s', (alg) => {
  const key = verifying(SIGNING[alg]);

  test('a token that jose signed is valid, and as jose says if its signature is changed', async () => {
    const jws = await signed(alg);
    expect(await verifySignature(jws, key, alg)).toBe(true);
    for (const [what, change] of Object.entries(CHANGES)) {
      const changed = withSignature(jws, change);
      expect([what, await byJose(changed, key, alg), await verifySignature(changed, key, alg)]).toEqual([
        what,
        false,
        false,
      ]);
    }
  });

  test('other bytes than those that were signed are not valid', async () => {
    const [header, payload, signature] = (await signed(alg)).split('.');
    const other = Buffer.from('{"iss":"https://evil.example"}').toString('base64url');
    expect(await verifySignature(`${header}.${other}.${signature}`, key, alg)).toBe(false);
    expect(await verifySignature(`${header}.${payload}..${signature}`, key, alg)).toBe(false);
  });

  test('a token of each other algorithm of the key is not valid', async () => {
    // `EdDSA` and `Ed25519` are two names of one algorithm.
    const others = NAMES.filter(
      (name) => SIGNING[name] === SIGNING[alg] && name !== alg && SIGNING[name] !== ED,
    );
    for (const other of others) {
      expect([other, await verifySignature(await signed(other), key, alg)]).toEqual([other, false]);
    }
  });

  test('a key for another algorithm is a fault', () => {
    for (const other of new Set(Object.values(SIGNING))) {
      if (other === SIGNING[alg]) continue;
      expect(() => verifySignature('e30.e30.AAAA', verifying(other), alg)).toThrow(
        'is not for the algorithm',
      );
    }
  });
});

test.each(NAMES.filter((name) => !ALGORITHMS[name].symmetric))('%s: a private key is a fault', (alg) => {
  expect(() => verifySignature('e30.e30.AAAA', SIGNING[alg], alg)).toThrow('is not for the algorithm');
});

test.each(['ES256', 'ES384'] as const)(
  '%s: as jose for the other signature of the same pair',
  async (alg) => {
    const key = verifying(SIGNING[alg]);
    const twin = withSignature(await signed(alg), (signature) => {
      const half = signature.length / 2;
      const s = BigInt(`0x${signature.subarray(half).toString('hex')}`);
      const other = (ORDERS[alg] - s).toString(16).padStart(2 * half, '0');
      return Buffer.concat([signature.subarray(0, half), Buffer.from(other, 'hex')]);
    });
    expect([await byJose(twin, key, alg), await verifySignature(twin, key, alg)]).toEqual([true, true]);
  },
);

test('ECDSA: numbers of every length are valid, ASN.1 is not', async () => {
  const key = verifying(P256);
  // Every 128th signature has a number with a leading zero byte.
  for (let at = 0; at < 600; at += 1) {
    const input = `e30.${Buffer.from(String(at)).toString('base64url')}`;
    const signature = sign('sha256', Buffer.from(input), { key: P256, dsaEncoding: 'ieee-p1363' });
    expect(await verifySignature(`${input}.${signature.toString('base64url')}`, key, 'ES256')).toBe(true);
  }
  const asn1 = sign('sha256', Buffer.from('e30.e30'), P256).toString('base64url');
  expect(await verifySignature(`e30.e30.${asn1}`, key, 'ES256')).toBe(false);
});

test('PSS with another length of salt is not valid', async () => {
  for (const saltLength of [0, 20, 64]) {
    const signature = sign('sha256', Buffer.from('e30.e30'), { key: RSA, padding: 6, saltLength });
    const jws = `e30.e30.${signature.toString('base64url')}`;
    expect([
      await byJose(jws, verifying(RSA), 'PS256'),
      verifySignature(jws, verifying(RSA), 'PS256'),
    ]).toEqual([false, false]);
  }
});

test.each([
  [
    'RFC 7515 appendix A.1, HS256',
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    createSecretKey(
      Buffer.from(
        'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
        'base64url',
      ),
    ),
    'HS256',
  ],
  [
    'RFC 7515 appendix A.3, ES256',
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
    createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    }),
    'ES256',
  ],
  [
    'RFC 8037 appendix A.4, EdDSA',
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    }),
    'EdDSA',
  ],
])('%s', async (_, jws, key, alg) => {
  expect(await verifySignature(jws, key, alg)).toBe(true);
  expect(await verifySignature(jws.replace('.', '.A'), key, alg)).toBe(false);
});

test.each([
  ['RSA of 2048 bits', RSA, false],
  ['RSA of 4096 bits', generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey, true],
  [
    'RSA with a large exponent',
    generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 2 ** 31 + 11 }).privateKey,
    true,
  ],
  ['P-256', P256, true],
  ['Ed25519', ED, true],
  ['a secret', SECRET, false],
])('%s is checked on the thread pool: %s', async (_, key, isSlow) => {
  expect(keyChecks(verifying(key)).isSlow).toBe(isSlow);
  const alg = NAMES.find((name) => SIGNING[name].asymmetricKeyType === key.asymmetricKeyType) ?? 'HS256';
  const algorithm = key === P256 ? 'ES256' : alg;
  const jws = await signed(algorithm, key);
  const result = verifySignature(jws, verifying(key), algorithm);
  expect(result instanceof Promise).toBe(isSlow);
  expect(await result).toBe(true);
});
