import { ALGORITHMS } from '../../../src/engine/identity/algorithms.ts';
import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { createThrowawayKeys } from '../../../src/tools/testing/throwaway-keys.ts';
import { attributes } from '../../support/attributes.ts';
import { issuerOf, jwks, NOW, NOW_SECONDS } from './tokens.ts';

/** An hour before the expiry of the examples of RFC 7515 and RFC 7519: 2011-03-22T18:43:00Z. */
const OF_THE_EXAMPLES = 1_300_819_380_000;

function asked(token: string) {
  return attributes({ headers: { authorization: `Bearer ${token}` } });
}

async function verify(token: string, issuer: Partial<Issuer>, now: number): Promise<string> {
  const verifier = createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto });
  const { denial } = await verifier.verify(asked(token), [issuerOf(issuer)], now);
  return denial?.reason ?? 'accepted';
}

/** The issuer of the examples, which have neither an audience nor the name of a key. */
function joe(key: JsonObject, alg: string): Partial<Issuer> {
  const keys = { kind: 'inline', jwks: jwks(key) } as const;
  return { issuer: 'joe', audiences: [], anyAudience: true, algorithms: [alg], keys };
}

const PAYLOAD =
  'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';

const EXAMPLES: readonly (readonly [what: string, token: string, key: JsonObject, alg: string])[] = [
  [
    'RFC 7515, appendix A.1, and RFC 7519, section 3.1',
    `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
    {
      kty: 'oct',
      k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    },
    'HS256',
  ],
  [
    'RFC 7515, appendix A.2',
    `eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
    {
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
    },
    'RS256',
  ],
  [
    'RFC 7515, appendix A.3',
    `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    'ES256',
  ],
];

test.each(EXAMPLES)('%s', async (_, token, key, alg) => {
  const issuer = joe(key, alg);
  expect(await verify(token, issuer, OF_THE_EXAMPLES)).toBe('accepted');
  expect(await verify(token, issuer, OF_THE_EXAMPLES + 29_999)).toBe('accepted');
  expect(await verify(token, issuer, OF_THE_EXAMPLES + 30_000)).toBe('token_expired');
  expect(await verify(token.replace(/.{8}$/, 'AAAAAAAA'), issuer, OF_THE_EXAMPLES)).toBe(
    'token_bad_signature',
  );
  expect(await verify(token, { ...issuer, algorithms: ['PS512'] }, OF_THE_EXAMPLES)).toBe(
    'token_bad_algorithm',
  );
});

const [, [, , RSA_KEY] = [], [, , EC_KEY] = []] = EXAMPLES;

test.each([
  ['RFC 7515, appendix A.5, and RFC 7519, section 6.1: unsecured', `eyJhbGciOiJub25lIn0.${PAYLOAD}.`],
  ['RFC 7515, appendix A.4: claims that are not JSON', 'eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AAAA'],
  [
    'RFC 7797, section 4.2: claims that are not encoded',
    'eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY',
  ],
  [
    'RFC 7515, appendix E: an extension that must be understood',
    `eyJhbGciOiJFUzI1NiIsDQogImNyaXQiOlsiaHR0cDovL2V4YW1wbGUuY29tL1VOREVGSU5FRCJdLA0KICJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIjp0cnVlDQp9.${PAYLOAD}.AAAA`,
  ],
])('%s', async (_, token) => {
  const denied = ['token_bad_algorithm', 'token_malformed'];
  expect(denied).toContain(await verify(token, joe(RSA_KEY ?? {}, 'RS256'), OF_THE_EXAMPLES));
  expect(denied).toContain(await verify(token, joe(EC_KEY ?? {}, 'ES256'), OF_THE_EXAMPLES));
});

test.each(Object.keys(ALGORITHMS))('%s, from the signature to the claims', async (alg) => {
  const keys = createThrowawayKeys();
  const verifier = createTokenVerifier({ keys, crypto: nodeCrypto });
  const secret = { kind: 'inline', jwks: jwks() } as const;
  const issuer = issuerOf({ algorithms: [alg], keys: secret });
  const claims = { iss: issuer.issuer, aud: 'orders', sub: 'checkout', exp: NOW_SECONDS + 60 };
  const token = await keys.sign(issuer, claims);
  expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg });
  const { token: verified } = await verifier.verify(asked(token), [issuer], NOW);
  expect(verified?.subject).toBe('checkout');
  const [header, payload, signature = ''] = token.split('.');
  const changed = `${signature.slice(0, 4)}${signature.startsWith('AAAA', 4) ? 'BBBB' : 'AAAA'}${signature.slice(8)}`;
  const forged = await verifier.verify(asked(`${header}.${payload}.${changed}`), [issuer], NOW);
  expect(forged.denial?.reason).toBe('token_bad_signature');
  const others = issuerOf({
    algorithms: Object.keys(ALGORITHMS).filter((name) => name !== alg),
    keys: secret,
  });
  expect((await verifier.verify(asked(token), [others], NOW)).denial?.reason).toBe('token_bad_algorithm');
});
