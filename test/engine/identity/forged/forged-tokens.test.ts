import { generateKeyPairSync } from 'node:crypto';
import { decide } from '../../../../src/engine/decision/decide.ts';
import { REASONS } from '../../../../src/engine/decision/reasons.ts';
import { KeyRing } from '../../../../src/engine/identity/key-ring.ts';
import { nodeCrypto } from '../../../../src/node/crypto.ts';
import { checkMessage } from '../../../support/attributes.ts';
import { roomyCheck } from '../../../support/check.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../../../support/check-messages.ts';
import { policySet } from '../../../support/policy-set.ts';
import { bench } from '../../decision/run-case.ts';
import { EC, EC_NEXT, ED, jwks, publicJwk, RSA } from '../tokens.ts';
import { tokenWith } from './builders.ts';
import { FORGED_CLAIMS } from './claims.ts';
import { FORGED_REQUESTS } from './requests.ts';
import { FORGED_SIGNATURES } from './signatures.ts';
import { FORGED_TEXTS } from './texts.ts';

const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

const SET = policySet({
  policies: {
    orders: {
      authenticate: { jwt: { issuers: ['acme'] } },
      rules: [{ name: 'all', effect: 'allow' }],
    },
  },
  issuers: {
    acme: {
      issuer: 'https://login.acme.example',
      audiences: ['orders', 'shop'],
      keys: {
        jwks: jwks(
          publicJwk(EC, { kid: 'ec' }),
          publicJwk(RSA, { kid: 'rsa' }),
          publicJwk(ED, { kid: 'ed' }),
          publicJwk(EC_NEXT, { kid: 'enc', use: 'enc' }),
          publicJwk(P384, { kid: 'p384' }),
        ),
      },
      from: [{ header: 'authorization' }, { query: 'access_token' }, { cookie: 'session' }],
      maxAge: '1h',
      requireClaims: ['tenant'],
      claims: { use: ['access', 'service'] },
    },
  },
});

/** The answer of Lictor to a request, from bytes to bytes. */
async function answer(path: string, headers: Readonly<Record<string, string | readonly string[]>>) {
  const { services } = bench(new KeyRing({ crypto: nodeCrypto }));
  const check = roomyCheck({
    decide: (attributes, deadline) => decide(attributes, SET, services, deadline),
    set: () => SET,
    clock: services.clock,
    id: services.id,
    deadline: 20_000,
  });
  const bytes = encodeCheckRequest(checkMessage({ host: 'orders.svc', path, headers }));
  const call = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };
  const response = decodeCheckResponse(await check.handle(bytes, call));
  await check.settled();
  const denied = response.deniedResponse;
  const found = denied?.headers?.find(({ header }) => header?.key === 'www-authenticate');
  return {
    decision: response.dynamicMetadata?.fields?.['decision']?.stringValue,
    status: denied?.status?.code,
    challenge: found?.header?.value,
    body: denied?.body === undefined ? undefined : (JSON.parse(denied.body) as unknown),
    text: denied?.body ?? '',
  };
}

/** Everything that a caller reads of a denial. */
function denialFor(reason: keyof typeof REASONS, detail: string) {
  const row: { readonly status: number; readonly title: string; readonly challenge?: string } =
    REASONS[reason];
  const error =
    row.challenge === 'no_error' ? '' : `, error="${row.challenge}", error_description="${row.title}"`;
  return {
    decision: 'deny',
    status: 401,
    challenge: `Bearer realm="lictor"${error}`,
    body: {
      type: `urn:lictor:reason:${reason}`,
      title: row.title,
      status: 401,
      detail,
      decision_id: 'decision-1',
      reason,
    },
  };
}

test('the valid token, of which the others are changes', async () => {
  expect(await answer('/', { authorization: `Bearer ${await tokenWith()}` })).toMatchObject({
    decision: 'allow',
    status: undefined,
  });
});

const FORGED = [...FORGED_TEXTS, ...FORGED_SIGNATURES, ...FORGED_CLAIMS];

const ROWS = FORGED.flatMap(({ rows, reason, detail }) =>
  rows.map(([what, token]) => ({ what, token, reason, detail })),
);

test('the table has 250 forged tokens and more, each once, for every reason that a token by itself can have', async () => {
  const tokens = await Promise.all(ROWS.map(async ({ token }) => token));
  expect(new Set(ROWS.map(({ what }) => what)).size).toBe(ROWS.length);
  // The signatures of equal texts differ.
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.length).toBeGreaterThanOrEqual(250);
  const shown = new Set([...FORGED, ...FORGED_REQUESTS].map(({ reason }) => reason as string));
  const elsewhere = ['token_not_bound'];
  const all = Object.keys(REASONS).filter((reason) => reason.startsWith('token_'));
  expect(all.filter((reason) => !shown.has(reason))).toEqual(elsewhere);
});

test.each(ROWS)('$reason: $what', async ({ token, reason, detail }) => {
  const text = await token;
  const { text: body, ...seen } = await answer('/', { authorization: `Bearer ${text}` });
  expect(seen).toEqual(denialFor(reason, detail));
  // Nothing of the token comes back.
  const parts = text.split('.').filter((part) => part.length > 8);
  expect(parts.filter((part) => body.includes(part))).toEqual([]);
});

test.each(FORGED_REQUESTS)('$reason: $what', async ({ path = '/', headers, reason, detail }) => {
  const token = await tokenWith();
  const fill = (text: string): string => text.replaceAll('{token}', token);
  const filled = Object.entries(headers).map(([name, value]): [string, string | readonly string[]] => [
    name,
    typeof value === 'string' ? fill(value) : value.map(fill),
  ]);
  const { text, ...seen } = await answer(fill(path), Object.fromEntries(filled));
  expect(seen).toEqual(denialFor(reason, detail));
  expect(text).not.toContain(token.slice(-20));
});
