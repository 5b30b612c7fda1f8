import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { REASONS } from '../../../src/engine/decision/reasons.ts';
import { type Asked, attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { bench, completed } from './run-case.ts';

const WHEN = [
  'true',
  'false',
  "request.headers['x-a'] == '1'",
  "request.method == 'GET'",
  'size(request.query_params) > 0',
  "request.params.id == 'a'",
  'request.body.a == 1',
  'jwt.present',
  "source.spiffe.namespace == 'shop'",
  '1 / size(request.query) > 0',
] as const;
const PATHS = ['/', '/a', '/{id}', '/**', '/a/{id}'] as const;
const SENT = [
  '/',
  '/a',
  '/a/b?q=1',
  '//a/../b',
  '/%2f',
  '/a;b',
  '*',
  '',
  '/__proto__?constructor=1',
  '/%zz',
] as const;
const BODIES = [undefined, '', '{', '{"a":1}', '{"__proto__":1}', '[1e999]'] as const;
const HEADERS = [
  {},
  { 'x-a': '1' },
  { authorization: 'Bearer x' },
  { __proto__: null, constructor: 'x' },
] as const;
const PRINCIPALS = ['', 'spiffe://acme.example/ns/shop/sa/a', 'spiffe://', 'CN=x'] as const;
const RUNS = 300;
/** `jwt` can be read only where some policy that applies verifies a token. */
const TOKENS = { authenticate: { jwt: { issuers: ['acme'], required: false } } } as const;
const BASELINE = { match: [{ methods: ['GET', 'POST'] }], ...TOKENS };

type Random = () => number;

function matchOf(random: Random): object {
  return random() < 0.4
    ? {}
    : {
        match: [
          {
            paths: [pick(random, PATHS)],
            ...(random() < 0.3 && { when: pick(random, WHEN.slice(0, 6) as ['true']) }),
          },
        ],
      };
}

function ruleOf(random: Random, effect: string, index: number): object {
  return {
    name: `r${String(index)}`,
    effect,
    ...matchOf(random),
    ...(random() < 0.7 && { when: pick(random, WHEN) }),
  };
}

function policyOf(random: Random, effects: readonly [string, ...string[]]): object {
  const count = Math.floor(random() * 4);
  return {
    ...matchOf(random),
    ...(random() < 0.2 && { paths: { ambiguous: 'allow' } }),
    ...(random() < 0.2 && { authenticate: { mtls: {} } }),
    ...(random() < 0.2 && { authenticate: { jwt: { issuers: ['acme'], required: random() < 0.5 } } }),
    // A shadow policy is evaluated by itself.
    ...(random() < 0.2 && { mode: 'shadow', ...TOKENS }),
    rules: Array.from({ length: count }, (_, index) => ruleOf(random, pick(random, effects), index)),
    ...(random() < 0.2 && { limits: [{ name: 'l', key: [pick(random, WHEN)], rate: '2/h' }] }),
    ...(random() < 0.2 && { schemas: [{ body: { jsonSchema: { type: 'object' } } }] }),
    ...(random() < 0.2 && {
      respond: { deny: { headers: { set: { 'x-a': { cel: "request.headers['x-a']" } } } } },
    }),
  };
}

function requestOf(random: Random): Asked {
  const body = pick(random, BODIES);
  return {
    method: pick(random, ['GET', 'POST', '']),
    path: pick(random, SENT),
    headers: pick(random, HEADERS) as Readonly<Record<string, string>>,
    principal: pick(random, PRINCIPALS),
    truncated: random() < 0.1,
    ...(body === undefined ? {} : { body }),
  };
}

async function reasons(seed: number, effects: readonly [string, ...string[]]): Promise<ReadonlySet<string>> {
  const random = seeded(seed);
  const seen = new Set<string>();
  for (let run = 0; run < RUNS; run++) {
    const policies = { a: policyOf(random, effects), b: policyOf(random, effects), tokens: BASELINE };
    const issuers = {
      acme: { issuer: 'i', audiences: ['o'], keys: { jwksUri: 'https://acme.example/keys' } },
    };
    const set = policySet({ policies, issuers });
    const { services } = bench();
    for (let sent = 0; sent < 5; sent++) {
      const decision = await completed(await decide(attributes(requestOf(random)), set, services));
      seen.add(decision.reason);
      // A fault is an expression's own trouble, never one of ours.
      expect([decision.reason === 'allowed', decision.fault?.name ?? 'EvaluationError']).toEqual([
        isAllow(decision.outcome),
        'EvaluationError',
      ]);
    }
  }
  return seen;
}

describe('random requests against random policies', () => {
  test('are always decided', async () => {
    const seen = await reasons(1, ['allow', 'allow', 'deny']);
    expect([...seen].filter((reason) => !Object.hasOwn(REASONS, reason))).toEqual([]);
    for (const reason of ['allowed', 'no_policy', 'no_rule', 'rule_denied', 'policy_error', 'ambiguous_path'])
      expect(seen).toContain(reason);
  });

  test('are denied without an allow rule', async () => {
    const seen = await reasons(2, ['deny']);
    expect(seen).not.toContain('allowed');
    expect(seen).toContain('no_rule');
  });
});
