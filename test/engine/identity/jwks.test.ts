import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { compileKeys } from '../../../src/engine/identity/jwks.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { EC, ED, jwks, publicJwk, RSA } from './tokens.ts';

const ALL = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const SHORT_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

function secret(bytes: number): JsonObject {
  return { kty: 'oct', k: createSecretKey(randomBytes(bytes)).export().toString('base64url') };
}

describe('compileKeys', () => {
  test.each([
    ['RSA', publicJwk(RSA), ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['RSA for one algorithm', publicJwk(RSA, { alg: 'PS256', use: 'sig' }), ['PS256']],
    ['EC', publicJwk(EC, { key_ops: ['verify'] }), ['ES256']],
    ['Ed25519', publicJwk(ED, { alg: 'EdDSA' }), ['EdDSA', 'Ed25519']],
    ['Ed25519 by its new name', publicJwk(ED, { alg: 'Ed25519' }), ['EdDSA', 'Ed25519']],
  ])('%s', (_, jwk, algorithms) => {
    const { keys, problems } = compileKeys(jwks(jwk), ALL, nodeCrypto);
    expect(problems).toEqual([]);
    expect(keys.map((key) => [...key.algorithms])).toEqual([algorithms]);
  });

  test('a secret is for the algorithms that it is long enough for', () => {
    const { keys, problems } = compileKeys(jwks(secret(48)), ['HS256'], nodeCrypto);
    expect(problems).toEqual([]);
    expect([...(keys[0]?.algorithms ?? [])]).toEqual(['HS256', 'HS384']);
  });

  test('keys for encryption are ignored with a warning if there are other keys', () => {
    const others = [{ use: 'enc' }, { key_ops: ['encrypt'] }, { use: 7 }].map((members) =>
      publicJwk(RSA, members),
    );
    const { keys, problems } = compileKeys(jwks(...others, publicJwk(EC)), ALL, nodeCrypto);
    expect(keys).toHaveLength(1);
    const warning = { severity: 'warning', message: 'the key is not for signatures (`use`, `key_ops`)' };
    expect(problems).toEqual([0, 1, 2].map((i) => ({ pointer: `/keys/${i}`, ...warning })));
  });

  test.each([
    ['no object', 'x'],
    ['no kty', {}],
    ['a number as kid', publicJwk(RSA, { kid: 1 })],
    ['an unknown kind of key', { kty: 'AKP' }],
    ['a missing member', { kty: 'RSA', n: 'AQAB' }],
    ['a point off the curve', publicJwk(EC, { y: 'AQAB' })],
    ['a short RSA key', publicJwk(SHORT_RSA)],
    ['a secret', secret(32)],
    ['an algorithm of another kind of key', publicJwk(EC, { alg: 'RS256' })],
    ['secp256k1', publicJwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['X25519', publicJwk(generateKeyPairSync('x25519').privateKey)],
    ['X.509 SVIDs', publicJwk(RSA, { use: 'x509-svid' })],
    ['the kid of an earlier key', publicJwk(EC, { kid: 'good' })],
  ])('%s beside a good key is ignored with a warning', (_, jwk) => {
    const good = publicJwk(EC, { kid: 'good', use: 'jwt-svid' });
    const { keys, problems } = compileKeys({ keys: [good, jwk] }, ALL, nodeCrypto);
    expect(keys.map(({ kid }) => kid)).toEqual(['good']);
    expect(problems).toMatchObject([{ pointer: '/keys/1', severity: 'warning' }]);
  });

  test('a private key is an error also beside a good key', () => {
    const { keys, problems } = compileKeys(
      jwks(publicJwk(EC), { ...publicJwk(RSA), d: 'AQAB' }),
      ALL,
      nodeCrypto,
    );
    expect(keys).toHaveLength(1);
    expect(problems).toMatchObject([{ pointer: '/keys/1', severity: 'error' }]);
  });

  test.each([
    ['no set', {}, '', 'error', 'a key set must be an object with a list `keys`'],
    ['a list', [], '', 'error', 'this is a list of keys: a key set is `{"keys": [...]}` with that list'],
    [
      'a key',
      publicJwk(RSA),
      '',
      'error',
      'this is one key: a key set is `{"keys": [...]}` with the key in the list',
    ],
    [
      'a discovery document',
      { issuer: 'https://a.example', jwks_uri: 'https://a.example/keys' },
      '',
      'error',
      'this is the discovery document of a login service: the key set is at its `jwks_uri`',
    ],
    ['no list', { keys: {} }, '', 'error', 'a key set must be an object with a list `keys`'],
    ['an empty list', { keys: [] }, '/keys', 'error', 'no key of the set can verify a signature'],
    [
      'encryption only',
      jwks(publicJwk(RSA, { use: 'enc' })),
      '/keys/0',
      'warning',
      'the key is not for signatures (`use`, `key_ops`)',
    ],
    [
      'too many',
      { keys: Array.from({ length: 1001 }, () => ({})) },
      '/keys',
      'error',
      'a key set has at most 1000 keys',
    ],
    ['no object', { keys: ['x'] }, '/keys/0', 'error', 'a key must be an object'],
    ['no kty', jwks({}), '/keys/0', 'error', 'the key has no `kty`'],
    [
      'an inherited kty',
      jwks({ kty: 'constructor' }),
      '/keys/0',
      'warning',
      'the kind of key (`kty`) is not supported',
    ],
    ['a number as kid', jwks(publicJwk(EC, { kid: 1 })), '/keys/0', 'error', '`kid` must be text'],
    [
      'another kind of key',
      jwks({ kty: 'AKP' }),
      '/keys/0',
      'warning',
      'the kind of key (`kty`) is not supported',
    ],
    [
      'a missing member',
      jwks({ kty: 'RSA', n: 'AQAB' }),
      '/keys/0',
      'error',
      'the key is broken or incomplete',
    ],
    [
      'a point off the curve',
      jwks(publicJwk(EC, { y: 'AQAB' })),
      '/keys/0',
      'error',
      'the key is broken or incomplete',
    ],
    [
      'a private key',
      jwks({ ...publicJwk(EC), d: 'AQAB' }),
      '/keys/0',
      'error',
      'this is a private key; publish only the public key, and replace this one, since others may have seen it',
    ],
    [
      'a short RSA key',
      jwks(publicJwk(SHORT_RSA)),
      '/keys/0',
      'error',
      'an RSA key of 1024 bits is too short; at least 2048 are required',
    ],
    [
      'a secret for asymmetric algorithms',
      jwks(secret(32)),
      '/keys/0',
      'error',
      'a symmetric key needs a symmetric algorithm in `algorithms`, and must be inline',
    ],
    [
      'an algorithm of another kind of key',
      jwks(publicJwk(EC, { alg: 'RS256' })),
      '/keys/0',
      'error',
      'no supported algorithm fits the key',
    ],
    [
      'a curve that the issuer does not use',
      jwks(publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey)),
      '/keys/0',
      'warning',
      'none of the `algorithms` of the issuer fits the key',
    ],
  ])('refuses %s', (_, set, pointer, severity, message) => {
    const { keys, problems } = compileKeys(set, ALL, nodeCrypto);
    expect(keys).toEqual([]);
    expect(problems[0]).toEqual({ pointer, severity, message });
    // A set without a usable key is an error, whatever the severity of its other problems.
    expect(problems.filter((problem) => problem.severity === 'error')).toHaveLength(1);
  });

  test('refuses a secret that is too short', () => {
    expect(compileKeys(jwks(secret(31)), ['HS256'], nodeCrypto).problems).toEqual([
      { pointer: '/keys/0', severity: 'error', message: 'no supported algorithm fits the key' },
    ]);
  });

  test('the second of two keys with one kid is refused unless they are for different algorithms', () => {
    const clash = compileKeys(
      jwks(publicJwk(EC, { kid: 'a' }), publicJwk(RSA, { kid: 'a' }), publicJwk(EC, { kid: 'a' })),
      ALL,
      nodeCrypto,
    );
    expect(clash.keys).toHaveLength(2);
    expect(clash.problems).toEqual([
      { pointer: '/keys/2', severity: 'warning', message: 'an earlier key has the same `kid` `a`' },
    ]);
  });
});
