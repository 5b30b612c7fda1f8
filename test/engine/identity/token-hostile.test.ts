import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { issuerOf, NOW, signed } from './tokens.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/,; \t\0é'] as [
  string,
  ...string[],
];

/** One to three changes: a character replaced, inserted or removed, or the end doubled or cut off. */
function mutated(token: string, random: () => number): string {
  let text = token;
  for (let i = Math.ceil(random() * 3); i > 0; i -= 1) {
    const at = Math.floor(random() * text.length);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    text = pick(random, [
      before + pick(random, LETTERS) + after.slice(1),
      before + pick(random, LETTERS) + after,
      before + after.slice(1),
      before + after + after,
      before,
    ]);
  }
  return text;
}

test('3,000 mutations of a valid token are all denied, and none throws', async () => {
  const random = seeded(20261123);
  const verifier = createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto });
  const issuers = [issuerOf()];
  const token = await signed();
  const verify = async (text: string): Promise<string> => {
    const asked = attributes({ headers: { authorization: `Bearer ${text}` } });
    return (await verifier.verify(asked, issuers, NOW)).denial?.reason ?? 'verified';
  };
  expect(await verify(token)).toBe('verified');
  const reasons = new Set<string>();
  for (let i = 0; i < 3_000; i += 1) {
    const text = mutated(token, random);
    // White space around a token is not part of it.
    if (text.trim() !== token) reasons.add(await verify(text));
  }
  expect([...reasons]).not.toContain('verified');
  expect([...reasons]).toEqual(
    expect.arrayContaining(['token_bad_signature', 'token_malformed', 'token_missing']),
  );
});
