import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { claimsOf, issuerOf, NOW, NOW_SECONDS, signed } from './tokens.ts';

const HOUR = 3_600_000;
const SKEW = 30_000;

/** A token with these times, and what it is at each instant, in milliseconds after `NOW`. */
interface Timed {
  readonly what: string;
  /** Seconds after `NOW`. */
  readonly times: Readonly<Record<string, number>>;
  readonly issuer?: Partial<Issuer>;
  /** An instant at which the token is accepted. */
  readonly accepted: number;
  readonly instants: readonly (readonly [at: number, expected: string])[];
}

const EXACT: Partial<Issuer> = { clockSkew: 0 };

const TOKENS: readonly Timed[] = [
  {
    what: 'exp, without skew: its own instant is too late (RFC 7519 section 4.1.4)',
    times: { exp: 3600 },
    issuer: EXACT,
    accepted: 1000,
    instants: [
      [HOUR - 1, 'accepted'],
      [HOUR, 'token_expired'],
      [HOUR + 1, 'token_expired'],
    ],
  },
  {
    what: 'exp, with the default skew',
    times: { exp: 3600 },
    accepted: 1000,
    instants: [
      [HOUR, 'accepted'],
      [HOUR + SKEW - 1, 'accepted'],
      [HOUR + SKEW, 'token_expired'],
    ],
  },
  {
    what: 'exp with a fraction of a second',
    times: { exp: 3600.25 },
    issuer: EXACT,
    accepted: 1000,
    instants: [
      [HOUR + 249, 'accepted'],
      [HOUR + 250, 'token_expired'],
    ],
  },
  {
    what: 'nbf, without skew: its own instant is in time',
    times: { nbf: 60, exp: 3600 },
    issuer: EXACT,
    accepted: 61_000,
    instants: [
      [59_999, 'token_not_yet_valid'],
      [60_000, 'accepted'],
      [60_001, 'accepted'],
    ],
  },
  {
    what: 'nbf, with the default skew',
    times: { nbf: 60, exp: 3600 },
    accepted: 61_000,
    instants: [
      [60_000 - SKEW - 1, 'token_not_yet_valid'],
      [60_000 - SKEW, 'accepted'],
    ],
  },
  {
    what: 'iat, without skew',
    times: { iat: 60, exp: 3600 },
    issuer: EXACT,
    accepted: 61_000,
    instants: [
      [59_999, 'token_not_yet_valid'],
      [60_000, 'accepted'],
    ],
  },
  {
    what: 'iat, with the default skew',
    times: { iat: 60, exp: 3600 },
    accepted: 61_000,
    instants: [
      [60_000 - SKEW - 1, 'token_not_yet_valid'],
      [60_000 - SKEW, 'accepted'],
    ],
  },
  {
    what: 'maxAge, without skew: its own instant is in time',
    times: { iat: 0, exp: 7200 },
    issuer: { ...EXACT, maxAge: HOUR },
    accepted: 1000,
    instants: [
      [HOUR, 'accepted'],
      [HOUR + 1, 'token_too_old'],
      [2 * HOUR, 'token_expired'],
    ],
  },
  {
    what: 'maxAge, with the default skew',
    times: { iat: 0, exp: 7200 },
    issuer: { maxAge: HOUR },
    accepted: 1000,
    instants: [
      [HOUR + SKEW, 'accepted'],
      [HOUR + SKEW + 1, 'token_too_old'],
    ],
  },
  {
    what: 'nbf after exp is valid only where both skews meet',
    times: { nbf: 60, exp: 30 },
    issuer: { clockSkew: 20_000 },
    accepted: 45_000,
    instants: [
      [39_999, 'token_not_yet_valid'],
      [40_000, 'accepted'],
      [49_999, 'accepted'],
      [50_000, 'token_expired'],
    ],
  },
];

/** A verifier with a cache, and a clock that the test sets. */
function bench(issuer: Partial<Issuer>) {
  let signatures = 0;
  const verifier = createTokenVerifier({
    keys: new KeyRing({ crypto: nodeCrypto }),
    crypto: nodeCrypto,
    onSignature: () => void signatures++,
  });
  const of = issuerOf(issuer);
  return {
    signatures: () => signatures,
    at: async (token: string, after: number) => {
      const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
      return (await verifier.verify(asked, [of], NOW + after)).denial?.reason ?? 'accepted';
    },
  };
}

const tokenOf = ({ times }: Timed): Promise<string> => {
  const seconds = Object.entries(times).map(([name, after]): [string, number] => [name, NOW_SECONDS + after]);
  return signed(claimsOf({ iat: undefined, ...Object.fromEntries(seconds) }));
};

describe.each(TOKENS)('$what', (timed) => {
  const { instants, issuer = {}, accepted } = timed;

  test('a token that was not seen before', async () => {
    const token = await tokenOf(timed);
    for (const [after, expected] of instants) {
      expect([after, await bench(issuer).at(token, after)]).toEqual([after, expected]);
    }
  });

  test('a token that was verified before, also if the clock jumps back', async () => {
    const token = await tokenOf(timed);
    const { at, signatures } = bench(issuer);
    expect(await at(token, accepted)).toBe('accepted');
    for (const [after, expected] of [...instants, ...instants.toReversed()]) {
      expect([after, await at(token, after)]).toEqual([after, expected]);
      expect(await at(token, accepted)).toBe('accepted');
    }
    expect(signatures()).toBe(1);
  });

  test('a token that was refused before is accepted when its time comes', async () => {
    const token = await tokenOf(timed);
    const { at, signatures } = bench(issuer);
    const refused = instants.filter(([, expected]) => expected !== 'accepted');
    for (const [after, expected] of refused) expect(await at(token, after)).toBe(expected);
    expect(await at(token, accepted)).toBe('accepted');
    expect(signatures()).toBe(1);
  });
});

test('the time is the one of the request, not the one at which its key had come', async () => {
  const { at } = bench(EXACT);
  const token = await signed(claimsOf({ exp: NOW_SECONDS + 1 }));
  const [inTime, late] = await Promise.all([at(token, 999), at(token, 1000)]);
  expect([inTime, late]).toEqual(['accepted', 'token_expired']);
});
