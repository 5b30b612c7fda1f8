import { type ClaimTest, hasClaim } from '../../../src/engine/identity/claim-test.ts';
import { compilePrincipal } from '../../../src/engine/identity/principal.ts';
import type { VerifiedToken } from '../../../src/engine/identity/verified-token.ts';
import { parseJson } from '../../../src/engine/request/json.ts';
import {
  admitsCaller,
  type CallerEntry,
  holdsPrincipal,
  matchingEntry,
  unmetPart,
} from '../../../src/engine/set/callers.ts';
import { setOfFiles } from '../../support/policy-set.ts';

const NOTHING: CallerEntry = {
  principals: undefined,
  issuers: undefined,
  scopes: undefined,
  roles: undefined,
  claims: undefined,
};

/** Tests of claims as a policy file has them. */
function claimsOf(written: string): readonly ClaimTest[] {
  const set = setOfFiles({
    'a.yaml': `
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://a.example", audiences: [a], keys: {jwksUri: "https://a.example/keys"}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: a}
spec: {authenticate: {jwt: {issuers: [acme]}}, from: [{claims: ${written}}]}
`,
  });
  return set.policies[0]?.callers?.from?.[0]?.claims ?? [];
}

function tokenOf(claims: string): VerifiedToken {
  const value = parseJson(claims).value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return {
    issuerName: 'acme',
    issuer: 'https://a.example',
    tenant: '',
    subject: '',
    audiences: [],
    scopes: ['a', 'b'],
    roles: ['r', 's'],
    withheld: undefined,
    expiresAt: undefined,
    claims: value as VerifiedToken['claims'],
    header: {},
  };
}

describe('a claim', () => {
  test.each<[what: string, wanted: string, claims: string, holds: boolean]>([
    ['an integer that no double holds', '{id: 9007199254740993}', '{"id": 9007199254740993}', true],
    ['its neighbour', '{id: 9007199254740993}', '{"id": 9007199254740992}', false],
    ['an integer and the same double', '{id: 9007199254740992}', '{"id": 9.007199254740992e15}', true],
    ['a double and the same integer', '{id: 1e18}', '{"id": 1000000000000000000}', true],
    ['a double beyond 64 bits', '{id: 1.5}', '{"id": 1.5}', true],
    ['a whole number with a fraction', '{id: 1.0}', '{"id": 1}', true],
    ['zero and minus zero', '{id: 0}', '{"id": -0.0}', true],
    ['a boolean and a number', '{id: true}', '{"id": 1}', false],
    ['null', '{id: "null"}', '{"id": null}', false],
    ['a large integer in a list', '{id: [1, 9007199254740993]}', '{"id": [9007199254740993]}', true],
    ['own `__proto__`', '{__proto__: {admin: true}}', '{"__proto__": {"admin": true}}', true],
    ['the prototype', '{__proto__: {admin: true}}', '{"admin": true}', false],
    ['the constructor', '{constructor: {name: Object}}', '{"a": 1}', false],
    ['the length of a list', '{roles: {length: 1}}', '{"roles": ["a"]}', false],
    ['the length of a text', '{role: {length: 1}}', '{"role": "a"}', false],
    ['an empty list', '{roles: [a]}', '{"roles": []}', false],
    ['the index of a list', '{roles: {"0": a}}', '{"roles": ["a"]}', false],
    ['combining letters', '{name: "\u00e9"}', '{"name": "e\u0301"}', false],
  ])('%s', (_, wanted, claims, holds) => {
    const token = tokenOf(claims);
    expect(claimsOf(wanted).every((test) => hasClaim(token.claims, test))).toBe(holds);
  });
});

describe('principals', () => {
  const pattern = compilePrincipal('spiffe://acme.example/ns/*/sa/web').pattern;
  const set = {
    patterns: pattern === undefined ? [] : [pattern],
    datasets: [{ name: 'd', principals: new Set(['spiffe://acme.example/a', 'CN=job']) }],
  };

  test.each<[principal: string, holds: boolean]>([
    ['', false],
    ['spiffe://acme.example/ns/shop/sa/web', true],
    ['spiffe://acme.example/a', true],
    ['SPIFFE://Acme.Example/a', true],
    ['spiffe://acme.example/A', false],
    ['spiffe://acme.example/a/', false],
    ['spiffe://acme.example/%61', false],
    ['spiffe://acme.example:443/a', false],
    ['CN=job', true],
    ['cn=job', false],
    ['constructor', false],
  ])('%s', (principal, holds) => {
    expect(holdsPrincipal(set, principal)).toBe(holds);
  });

  test('of nobody hold nobody', () => {
    expect(holdsPrincipal({ patterns: [], datasets: [] }, 'CN=job')).toBe(false);
  });
});

describe('entries', () => {
  const token = tokenOf('{"tenant": "acme"}');
  const scopes: CallerEntry = { ...NOTHING, scopes: ['a', 'c'] };
  const issuers: CallerEntry = { ...NOTHING, issuers: new Set(['acme']), scopes: ['b'] };

  test('all parts of any entry must hold', () => {
    expect(matchingEntry([scopes, issuers], '', token)).toBe(1);
    expect(matchingEntry([scopes], '', token)).toBe(-1);
    expect(unmetPart(scopes, '', token)).toBe('scopes');
    expect(unmetPart({ ...issuers, claims: [{ name: 'tenant', values: new Set(['x']) }] }, '', token)).toBe(
      'claims',
    );
  });

  test('a missing token meets no part', () => {
    for (const entry of [scopes, issuers, { ...NOTHING, claims: [] }]) {
      expect(matchingEntry([entry], 'CN=a', undefined)).toBe(-1);
    }
  });

  test('`except` alone is everybody else, and takes out of `from`', () => {
    expect(admitsCaller({ from: undefined, except: [issuers] }, '', undefined)).toBe(true);
    expect(admitsCaller({ from: undefined, except: [issuers] }, '', token)).toBe(false);
    expect(admitsCaller({ from: [issuers], except: [issuers] }, '', token)).toBe(false);
    expect(admitsCaller({ from: [issuers], except: [scopes] }, '', token)).toBe(true);
  });
});

test('the principals of a Dataset are those of the current version', () => {
  const policy = `
apiVersion: lictor/v1
kind: Dataset
metadata: {name: exporters}
spec: {file: exporters.csv, key: principal}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: a}
spec: {from: [{principals: [{data: exporters}]}], rules: [{name: all, effect: allow}]}
`;
  const holds = (rows: string): boolean => {
    const set = setOfFiles({ 'a.yaml': policy, 'exporters.csv': `principal,team\n${rows}` });
    const principals = set.policies[0]?.namedPeers;
    return principals !== undefined && holdsPrincipal(principals, 'CN=job');
  };
  expect([holds('CN=job,bi\n'), holds('CN=other,bi\n'), holds(''), holds('CN=job,ops\n')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
