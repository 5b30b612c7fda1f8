import { sign } from 'node:crypto';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { claimsOf, EC, issuerOf, NOW } from './tokens.ts';

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function part(value: unknown): string {
  return padded(Buffer.from(JSON.stringify(value)).toString('base64url'));
}

/** A token as load balancers of AWS send it: each part with its padding, which the signature covers. */
function tokenOf(claims: unknown): string {
  const input = `${part({ alg: 'ES256', kid: 'ec', signer: 'arn:aws:x', client: 'ab' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: EC, dsaEncoding: 'ieee-p1363' });
  return `${input}.${padded(signature.toString('base64url'))}`;
}

/** The claims whose part needs padding. */
const CLAIMS = [claimsOf(), claimsOf({ sub: 'a' }), claimsOf({ sub: 'ab' }), claimsOf({ sub: 'abc' })];
const TOKENS = CLAIMS.map(tokenOf);

async function ask(token: string, ...padding: readonly boolean[]): Promise<string> {
  const verifier = createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto });
  const issuers = padding.map((paddedBase64, i) =>
    issuerOf({ paddedBase64, issuer: i === 0 ? issuerOf().issuer : 'https://other.example' }),
  );
  const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
  const { denial } = await verifier.verify(asked, issuers, NOW);
  return denial?.reason ?? 'accepted';
}

test('some of the tokens have padding in every part', () => {
  const counts = TOKENS.map((token) => token.split('.').filter((each) => each.endsWith('=')).length);
  expect(Math.max(...counts)).toBe(3);
});

test.each(TOKENS)('only an Issuer with the option accepts padding', async (token) => {
  expect(await ask(token, true)).toBe('accepted');
  expect(await ask(token, false)).toBe('token_malformed');
  // The option of another Issuer of the policy does not count.
  expect(await ask(token, false, true)).toBe('token_malformed');
  expect(await ask(token, true, false)).toBe('accepted');
});

const TOKEN = TOKENS.find((token) => token.split('.').every((each) => each.endsWith('='))) ?? '';

test.each<[what: string, token: string, reason: string]>([
  ['the padding of one part removed', TOKEN.replace(/=+\./, '.'), 'token_bad_signature'],
  ['all padding removed', TOKEN.replaceAll('=', ''), 'token_bad_signature'],
  ['more padding', TOKEN.replace('.', '====.'), 'token_malformed'],
  ['less padding', TOKEN.replace('==.', '=.'), 'token_malformed'],
  ['padding within a part', TOKEN.replace('.', '=A==.'), 'token_malformed'],
  ['padding alone', '====.====.====', 'token_malformed'],
  ['another signature', TOKEN.replace(/\.[^.]{8}([^.]*)$/, '.AAAAAAAA$1'), 'token_bad_signature'],
])('%s', async (_, token, reason) => {
  expect(token).not.toBe(TOKEN);
  expect(await ask(token, true)).toBe(reason);
});
