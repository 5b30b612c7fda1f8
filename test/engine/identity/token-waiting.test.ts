import type { KeyProvider } from '../../../src/engine/identity/keys.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { issuerOf, NOW, signed } from './tokens.ts';

test('the number of tokens that wait for a key fetch is bounded', async () => {
  const fetched = Promise.withResolvers<void>();
  const keys: KeyProvider = { of: () => ({ keys: [], failing: false }), refetch: () => fetched.promise };
  const verifier = createTokenVerifier({ keys, crypto: nodeCrypto });
  const [issuer, other] = [issuerOf(), issuerOf()];
  const asked = attributes({ headers: { authorization: `Bearer ${await signed()}` } });

  const waiting = Array.from({ length: 1000 }, async () => verifier.verify(asked, [issuer], NOW));
  expect(verifier.verify(asked, [issuer], NOW)).toMatchObject({ denial: { reason: 'keys_unavailable' } });
  expect(verifier.verify(asked, [other], NOW)).toBeInstanceOf(Promise);

  fetched.resolve();
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(({ denial }) => denial?.reason))).toEqual(new Set(['token_unknown_key']));
  expect(verifier.verify(asked, [issuer], NOW)).toBeInstanceOf(Promise);
});
