import type { JsonValue } from '../../src/engine/request/attributes.ts';
import type { Candidate, Part } from '../../src/tools/diff/candidate.ts';
import { type Field, keyOf } from '../../src/tools/diff/field.ts';
import { type Answers, flipOf, judge } from '../../src/tools/diff/judge.ts';
import { changedPolicies, pairsOf, type Version } from '../../src/tools/diff/version.ts';
import { findWitnesses } from '../../src/tools/diff/witnesses.ts';
import { compileFolder } from '../support/compile.ts';
import { pick } from '../support/seeded.ts';

type Random = () => number;

const NOW = Date.parse('2026-06-01T12:00:00Z');

/** Values of each place of a request, from which policies and requests are made. */
const HOSTS = ['orders.acme.svc', 'stock.acme.svc', 'eu.pay.acme.svc'] as const;
const METHODS = ['GET', 'POST', 'DELETE'] as const;
const PATHS = ['/', '/api/orders', '/api/orders/7', '/api/stock/7', '/admin/keys'] as const;
const PRINCIPALS = [
  'spiffe://acme.example/ns/shop/sa/web',
  'spiffe://acme.example/ns/shop/sa/checkout',
  'spiffe://acme.example/ns/bi/sa/reports',
] as const;
const SCOPES = ['read', 'write'] as const;
const TENANTS = ['acme', 'globex'] as const;
const HEADERS = ['prod', 'test'] as const;
const NUMBERS = [9, 10, 11] as const;

const HOST_PATTERNS = [...HOSTS, '*.pay.acme.svc'] as const;
const PATH_PATTERNS = [
  '/api/**',
  '/api/orders',
  '/api/orders/{id}',
  '/api/{kind}/{id}',
  '/admin/**',
  '/**',
] as const;
const PRINCIPAL_PATTERNS = [
  ...PRINCIPALS,
  'spiffe://acme.example/ns/shop/**',
  'spiffe://acme.example/ns/*/sa/web',
] as const;

const CONDITIONS = [
  (random: Random) => `request.headers[?'x-stage'].orValue('') == '${pick(random, HEADERS)}'`,
  (random: Random) =>
    `'x-stage' in request.headers && request.headers['x-stage'] != '${pick(random, HEADERS)}'`,
  (random: Random) =>
    `int(request.headers[?'x-size'].orValue('0')) ${pick(random, ['<', '<=', '>', '>='])} ${pick(random, NUMBERS)}`,
  (random: Random) => `jwt.claims.?tenant.orValue('') == '${pick(random, TENANTS)}'`,
  (random: Random) => `'${pick(random, SCOPES)}' in jwt.scopes`,
  (random: Random) => `jwt.scopes.exists(s, s.startsWith('${pick(random, SCOPES)}'))`,
  (random: Random) => `request.url_path.startsWith('${pick(random, ['/api', '/admin', '/api/orders'])}')`,
  (random: Random) => `request.method in ['${pick(random, METHODS)}', 'HEAD']`,
  (random: Random) => `source.principal.endsWith('/sa/${pick(random, ['web', 'checkout', 'reports'])}')`,
  (random: Random) => `request.host == '${pick(random, HOSTS)}'`,
] as const;

function some<T>(random: Random, items: readonly [T, ...T[]]): readonly T[] {
  const chosen = items.filter(() => random() < 0.4);
  return chosen.length === 0 ? [pick(random, items)] : chosen;
}

function condition(random: Random): string {
  const one = pick(random, CONDITIONS)(random);
  if (random() < 0.5) return random() < 0.2 ? `!(${one})` : one;
  return `(${one}) ${pick(random, ['&&', '||'])} (${pick(random, CONDITIONS)(random)})`;
}

interface Rule {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly methods: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
  readonly from: JsonValue | undefined;
  readonly when: string | undefined;
}

interface Policy {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly paths: readonly string[] | undefined;
  readonly mtls: readonly string[] | 'any' | undefined;
  readonly jwt: 'required' | 'optional' | undefined;
  readonly header: boolean;
  readonly rules: readonly Rule[];
}

function maybe<T>(random: Random, share: number, make: () => T): T | undefined {
  return random() < share ? make() : undefined;
}

function makeRule(random: Random, name: string): Rule {
  return {
    name,
    effect: random() < 0.75 ? 'allow' : 'deny',
    methods: maybe(random, 0.4, () => some(random, METHODS)),
    paths: maybe(random, 0.4, () => some(random, PATH_PATTERNS)),
    from: maybe(random, 0.3, () => [caller(random)]),
    when: maybe(random, 0.6, () => condition(random)),
  };
}

function caller(random: Random): JsonValue {
  const kind = random();
  if (kind < 0.5) return { principals: [...some(random, PRINCIPAL_PATTERNS)] };
  return kind < 0.75
    ? { scopes: [...some(random, SCOPES)] }
    : { claims: { tenant: [...some(random, TENANTS)] } };
}

function makePolicy(random: Random, name: string): Policy {
  const count = 1 + Math.floor(random() * 3);
  return {
    name,
    hosts: some(random, HOST_PATTERNS),
    paths: maybe(random, 0.5, () => some(random, PATH_PATTERNS)),
    mtls: maybe(random, 0.4, () => (random() < 0.3 ? 'any' : some(random, PRINCIPAL_PATTERNS))),
    jwt: maybe(random, 0.6, () => (random() < 0.6 ? 'required' : 'optional')),
    header: random() < 0.1,
    rules: Array.from({ length: count }, (_, index) => makeRule(random, `r${index}`)),
  };
}

/** Another version of a policy, with one or two changes. */
function edited(random: Random, policy: Policy): Policy {
  const other = makePolicy(random, policy.name);
  const kind = Math.floor(random() * 8);
  if (kind === 0) return { ...policy, hosts: other.hosts };
  if (kind === 1) return { ...policy, paths: other.paths };
  if (kind === 2) return { ...policy, mtls: other.mtls };
  if (kind === 3) return { ...policy, jwt: other.jwt };
  if (kind === 4) return { ...policy, rules: [...policy.rules, makeRule(random, 'added')] };
  if (kind === 5) return { ...policy, rules: policy.rules.slice(1) };
  const at = Math.floor(random() * policy.rules.length);
  const replaced = policy.rules.map((rule, index) => (index === at ? changedRule(random, rule) : rule));
  return { ...policy, header: random() < 0.05 ? !policy.header : policy.header, rules: replaced };
}

function changedRule(random: Random, rule: Rule): Rule {
  const other = makeRule(random, rule.name);
  return {
    ...rule,
    [pick(random, ['effect', 'methods', 'paths', 'from', 'when'])]: undefined,
    ...pickOne(random, other),
  };
}

function pickOne(random: Random, other: Rule): Partial<Rule> {
  const name = pick(random, ['effect', 'methods', 'paths', 'from', 'when'] as const);
  return { effect: other.effect, [name]: other[name] };
}

const ISSUER = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec:
  issuer: https://id.acme.example
  audiences: [services]
  keys: {jwksUri: "https://id.acme.example/jwks"}
`;

function textOf(policy: Policy): string {
  const { hosts, paths, mtls, jwt } = policy;
  const readsPeer = mtls !== undefined;
  const authenticate = {
    ...(readsPeer ? { mtls: mtls === 'any' ? {} : { principals: mtls } } : {}),
    ...(jwt === undefined
      ? {}
      : { jwt: { issuers: ['acme'], ...(jwt === 'optional' ? { required: false } : {}) } }),
  };
  return JSON.stringify({
    apiVersion: 'lictor/v1',
    kind: 'Policy',
    metadata: { name: policy.name },
    spec: {
      match: [{ hosts, ...(paths === undefined ? {} : { paths }) }],
      ...(policy.header ? { requireHeaders: ['x-stage'] } : {}),
      ...(Object.keys(authenticate).length === 0 ? {} : { authenticate }),
      rules: policy.rules.map(({ name, effect, methods, paths: inner, from, when }) => ({
        name,
        effect,
        ...(methods === undefined && inner === undefined
          ? {}
          : {
              match: [
                {
                  ...(methods === undefined ? {} : { methods }),
                  ...(inner === undefined ? {} : { paths: inner }),
                },
              ],
            }),
        ...(from === undefined ? {} : { from }),
        ...(when === undefined ? {} : { when }),
      })),
    },
  });
}

/** A compiled version; undefined if it has an error, as a policy that names scopes without a token. */
function versionOf(policies: readonly Policy[]): Version | undefined {
  const texts = [ISSUER, ...policies.map(textOf)];
  const yaml = new Map(texts.map((text, index) => [`${index}.yaml`, new TextEncoder().encode(text)]));
  const { set } = compileFolder({ yaml, read: () => ({ problem: 'does not exist' }) });
  if (set === undefined) return undefined;
  const revision = { commit: '', digest: '', dirty: false, source: 'digest' } as const;
  return { set: { ...set, revision, revisionText: '' }, tests: [], files: yaml };
}

const part = (kind: Field['kind'], value: JsonValue, ...path: readonly string[]): Part => ({
  field: { kind, path },
  value,
});

/** Every request of the generator, without the places that neither version reads. */
function* requests(text: string): Generator<Candidate, void> {
  const callers = [[], ...PRINCIPALS.map((name) => [part('principal', name)])];
  const claims = (text.includes('tenant') ? [undefined, ...TENANTS] : [undefined]).map((tenant) =>
    tenant === undefined ? [] : [part('claim', tenant, 'tenant')],
  );
  const scopes = [[], ['read'], ['write'], ['read', 'write']].map((each) =>
    each.length === 0 ? [] : [part('scopes', each)],
  );
  const signed = scopes.flatMap((scope) =>
    claims.map((claim) => [part('issuer', 'acme'), ...scope, ...claim]),
  );
  const tokens = text.includes('"jwt"') ? [[], ...signed] : [[]];
  const stages = text.includes('x-stage')
    ? [[], ...HEADERS.map((each) => [part('header', each, 'x-stage')])]
    : [[]];
  const sizes = text.includes('x-size')
    ? [[], ...NUMBERS.map((each) => [part('header', each, 'x-size')])]
    : [[]];
  for (const host of HOSTS)
    for (const method of METHODS)
      for (const path of PATHS)
        for (const one of callers)
          for (const token of tokens)
            for (const stage of stages)
              for (const size of sizes) {
                const parts = [...one, ...token, ...stage, ...size];
                yield {
                  route: { host, method, path },
                  parts: new Map(parts.map((each) => [keyOf(each.field), each])),
                };
              }
}

/** Result of a run. */
export interface DiffRun {
  pairs: number;
  /** Pairs of which some request is answered differently. */
  changed: number;
  requests: number;
  /** Ways in which an answer flips, by who decided: those that the search of all requests finds, and of them those of the witnesses. */
  ways: number;
  found: number;
  /** Pairs with a flip of a kind (newly allowed, newly denied), and of them those with a witness of it. */
  flips: number;
  witnessed: number;
  witnesses: number;
  /** Witnesses that the two versions answer alike. */
  untrue: number;
  /** The ways that no witness shows. */
  readonly missed: string[];
}

function wayOf(answers: Answers): string {
  const one = ({ reason, policy, rule }: Answers['before']) => `${reason} ${policy}/${rule}`;
  return `${flipOf(answers)}: ${one(answers.before)} → ${one(answers.after)}`;
}

/** Compares the witnesses of random changes with a search of every request of the generator. */
export async function runDiff(
  count: number,
  random: Random,
  onPair: (pair: number) => void,
): Promise<DiffRun> {
  const run: DiffRun = {
    pairs: 0,
    changed: 0,
    requests: 0,
    ways: 0,
    found: 0,
    flips: 0,
    witnessed: 0,
    witnesses: 0,
    untrue: 0,
    missed: [],
  };
  while (run.pairs < count) {
    const policies = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, index) =>
      makePolicy(random, `p${index}`),
    );
    const at = Math.floor(random() * policies.length);
    const others = policies.map((policy, index) => (index === at ? edited(random, policy) : policy));
    const [before, after] = [versionOf(policies), versionOf(others)];
    if (before === undefined || after === undefined) continue;
    run.pairs += 1;
    onPair(run.pairs);
    await comparePair(before, after, [...policies, ...others].map(textOf).join(), run);
  }
  return run;
}

async function comparePair(before: Version, after: Version, text: string, run: DiffRun): Promise<void> {
  const [pair] = pairsOf(before, after);
  if (pair === undefined) throw new Error('there is no pair');
  const judging = { issuers: after.set.issuers, now: NOW };
  const ways = new Map<string, Candidate>();
  for (const candidate of requests(text)) {
    run.requests += 1;
    const answers = await judge(candidate, pair, judging);
    if (flipOf(answers) !== undefined && !ways.has(wayOf(answers))) ways.set(wayOf(answers), candidate);
  }
  const isChanged = changedPolicies(before, after);
  const { witnesses, issuers } = await findWitnesses({ pairs: [pair], isChanged, now: NOW });
  const shown = new Set<string>();
  for (const { candidate, flip } of witnesses) {
    const answers = await judge(candidate, pair, { issuers, now: NOW });
    if (flipOf(answers) !== flip) run.untrue += 1;
    shown.add(wayOf(answers));
  }
  run.witnesses += witnesses.length;
  if (ways.size > 0) run.changed += 1;
  for (const kind of ['newly_allowed', 'newly_denied']) {
    const has = (all: Iterable<string>) => [...all].some((way) => way.startsWith(kind));
    if (!has(ways.keys())) continue;
    run.flips += 1;
    if (has(shown)) run.witnessed += 1;
  }
  for (const [way, candidate] of ways) {
    run.ways += 1;
    if (shown.has(way)) run.found += 1;
    else
      run.missed.push(
        `${run.pairs}: ${way}: ${JSON.stringify([candidate.route, [...candidate.parts.values()]])}\n${text}`,
      );
  }
}
