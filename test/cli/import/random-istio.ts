import { pick, seeded } from '../../support/seeded.ts';

/** Values of each field of a source and an operation, all forms of patterns included. */
const SOURCE = {
  principals: ['cluster.local/ns/a/sa/x', 'cluster.local/ns/a/*', '*/sa/y', '*'],
  notPrincipals: ['cluster.local/ns/a/sa/x', 'cluster.local/ns/b/*'],
  namespaces: ['a', 'b*', '*c'],
  notNamespaces: ['a', 'b'],
  requestPrincipals: ['https://i.example/sub', 'https://i.example/*', '*'],
  notRequestPrincipals: ['https://i.example/sub', '*'],
  ipBlocks: ['192.0.2.0/24', '198.51.100.7', '10.0.0.0/8'],
  notIpBlocks: ['192.0.2.1', '198.51.100.0/24'],
  serviceAccounts: ['a/x', 'y'],
} as const;

const OPERATION = {
  hosts: ['one.example', '*.two.example', 'three.*'],
  notHosts: ['one.example', '*.two.example'],
  methods: ['GET', 'POST', 'PU*', '*'],
  notMethods: ['GET', 'DELETE'],
  paths: ['/a', '/a/*', '/b*', '*/c', '/d/{*}/e', '/f/{**}', '/g/*/h', '*'],
  notPaths: ['/a', '/a/*', '*/c'],
  ports: ['8080', '9090'],
  notPorts: ['8080'],
} as const;

const WHEN = {
  'request.headers[x-a]': ['one', 'two*', '*three', '*'],
  'request.auth.claims[role]': ['admin', 'op*'],
  'request.auth.claims[scope]': ['read', 'write'],
  'request.auth.claims[realm][role]': ['admin'],
  'request.auth.audiences': ['aud'],
  'source.ip': ['192.0.2.0/24', '10.1.2.3'],
  'source.namespace': ['a', 'b'],
  'source.principal': ['cluster.local/ns/a/sa/x'],
  'destination.port': ['8080'],
  'connection.sni': ['one.example', '*.two.example'],
} as const;

type Random = () => number;

/** A List of AuthorizationPolicies and RequestAuthentications that select overlapping workloads. */
export function randomIstio(seed: number): object {
  const random = seeded(seed);
  const policies = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => policy(random, index));
  const items = random() < 0.6 ? [...policies, authentication(random)] : policies;
  return { apiVersion: 'v1', kind: 'List', items };
}

function policy(random: Random, index: number): object {
  const rules = Array.from({ length: Math.floor(random() * 4) }, () => rule(random));
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `policy-${index}`, namespace: pick(random, ['a', 'b', 'istio-system']) },
    spec: { selector: selector(random), action: pick(random, ['ALLOW', 'ALLOW', 'DENY']), rules },
  };
}

function authentication(random: Random): object {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name: 'tokens', namespace: pick(random, ['a', 'istio-system']) },
    spec: { selector: selector(random), jwtRules: [{ issuer: 'https://i.example', audiences: ['aud'] }] },
  };
}

function selector(random: Random): object | undefined {
  return random() < 0.6 ? { matchLabels: { app: pick(random, ['one', 'two']) } } : undefined;
}

function rule(random: Random): object {
  const when = Object.entries(WHEN).filter(() => random() < 0.1);
  return {
    ...(random() < 0.6 ? { from: some(random, () => ({ source: fields(random, SOURCE) })) } : {}),
    ...(random() < 0.6 ? { to: some(random, () => ({ operation: fields(random, OPERATION) })) } : {}),
    ...(when.length === 0 ? {} : { when: when.map(([key, values]) => condition(random, key, values)) }),
  };
}

function condition(random: Random, key: string, values: readonly string[]): object {
  const chosen = valuesOf(random, values);
  return { key, [random() < 0.7 ? 'values' : 'notValues']: chosen };
}

function some<T>(random: Random, make: () => T): readonly T[] {
  return Array.from({ length: 1 + Math.floor(random() * 2) }, make);
}

/** At least one field, each with at least one value, without which Istio does not accept it. */
function fields(random: Random, table: Readonly<Record<string, readonly string[]>>): object {
  const entries = Object.entries(table);
  const sure = Math.floor(random() * entries.length);
  const chosen = entries.filter((_, index) => random() < 0.15 || index === sure);
  return Object.fromEntries(chosen.map(([name, values]) => [name, valuesOf(random, values)]));
}

function valuesOf(random: Random, values: readonly string[]): readonly string[] {
  const chosen = values.filter(() => random() < 0.6);
  return chosen.length === 0 ? values : chosen;
}
