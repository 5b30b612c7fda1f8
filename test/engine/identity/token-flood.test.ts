import type { ImportedKey } from '../../../src/engine/identity/crypto.ts';
import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../src/engine/identity/token.ts';
import type { TokenResult } from '../../../src/engine/identity/verified-token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { claimsOf, encoded, forged, issuerOf, NOW } from './tokens.ts';

/** A slow key whose checks end when the test says so. */
class HeldKey implements ImportedKey {
  readonly modulusBits = undefined;
  readonly secretBytes = undefined;
  readonly isSlow = true;
  readonly #held: (() => void)[] = [];
  checked = 0;

  verify(): Promise<boolean> {
    this.checked += 1;
    return new Promise((resolve) => {
      this.#held.push(() => resolve(true));
    });
  }

  async release(): Promise<void> {
    while (this.#held.length > 0) {
      for (const answer of this.#held.splice(0)) answer();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

interface Bench {
  readonly key: HeldKey;
  ask(issuer: Issuer, sub: string): TokenResult | Promise<TokenResult>;
}

function bench(): Bench {
  const key = new HeldKey();
  const set = {
    keys: [{ kid: 'ec', algorithms: new Set(['ES256']), key, issuer: undefined, identity: 'held' }],
    failing: false,
  };
  const verifier: TokenVerifier = createTokenVerifier({
    keys: { of: () => set, refetch: () => undefined },
    crypto: nodeCrypto,
  });
  return {
    key,
    ask: (issuer, sub) => {
      const signature = encoded(sub.padStart(64));
      const token = forged({ alg: 'ES256', kid: 'ec' }, claimsOf({ iss: issuer.issuer, sub }), signature);
      const headers = { authorization: `Bearer ${token}` };
      return verifier.verify(attributes({ headers }), [issuer], NOW);
    },
  };
}

const FLOODED = issuerOf({ name: 'flooded' });
const OTHER = issuerOf({ name: 'other', issuer: 'https://other.example' });

test('a flood of new tokens of one issuer is refused at once beyond a bound, and others are served', async () => {
  const { key, ask } = bench();
  const waiting: Promise<TokenResult>[] = [];
  let refused = 0;
  for (let at = 0; at < 5_000; at += 1) {
    const result = ask(FLOODED, `caller-${at}`);
    if (result instanceof Promise) waiting.push(result);
    else if (result.denial?.reason === 'overloaded') refused += 1;
  }
  expect([key.checked, waiting.length, refused]).toEqual([4, 260, 4_740]);
  const other = ask(OTHER, 'checkout');
  expect(other).toBeInstanceOf(Promise);
  await key.release();
  expect(await other).toHaveProperty('token.subject', 'checkout');
  const results = await Promise.all(waiting);
  expect(results.every(({ denial }) => denial === undefined)).toBe(true);
  // Those that were verified are known, and the capacity is free again.
  expect(ask(FLOODED, 'caller-0')).toHaveProperty('token.subject', 'caller-0');
  expect(ask(FLOODED, 'caller-4999')).toBeInstanceOf(Promise);
});

test('the one token of another issuer is not checked after all those that wait', async () => {
  const { key, ask } = bench();
  const order: string[] = [];
  for (let at = 0; at < 200; at += 1) {
    void Promise.resolve(ask(FLOODED, `caller-${at}`)).then(() => order.push('flooded'));
  }
  void Promise.resolve(ask(OTHER, 'checkout')).then(() => order.push('other'));
  await key.release();
  expect(order).toHaveLength(201);
  // Four were under way before it, and as many start in one turn.
  expect(order.indexOf('other')).toBeLessThan(12);
});

test('a hundred calls with one new token share its check', async () => {
  const { key, ask } = bench();
  const results = Array.from({ length: 100 }, async () => ask(FLOODED, 'checkout'));
  await key.release();
  expect((await Promise.all(results)).every(({ denial }) => denial === undefined)).toBe(true);
  expect(key.checked).toBe(1);
});
