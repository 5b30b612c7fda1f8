import { canonicalPath } from '../../../src/engine/request/canonical-path.ts';
import { compileHost, normalizeHost } from '../../../src/engine/request/host.ts';
import { compilePath } from '../../../src/engine/request/path-pattern.ts';
import { selects } from '../../../src/engine/set/match.ts';
import { indexOf } from '../../../src/engine/set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy } from '../../../src/engine/set/policy-set.ts';
import { barePolicy } from '../../support/bare-policy.ts';
import { pick, seeded } from '../../support/seeded.ts';

function entry(hosts: readonly string[] | undefined, paths: readonly string[] | undefined): CompiledMatch {
  return {
    hosts: hosts?.flatMap((text) => compileHost(text).pattern ?? []),
    paths: paths?.flatMap((text) => compilePath(text).pattern ?? []),
    methods: undefined,
    when: undefined,
  };
}

function policy(name: string, ...match: readonly CompiledMatch[]): CompiledPolicy {
  return { ...barePolicy(name), match };
}

const inputOf = (host: string, path: string) => ({
  host: normalizeHost(host),
  method: 'GET',
  path: canonicalPath(path).path,
});

test('candidates are in the order of the policies, each once', () => {
  const index = indexOf([
    policy('a', entry(['x.svc'], ['/b/**']), entry(['*.svc'], ['/b/{id}'])),
    policy('b'),
    policy('c', entry(undefined, ['/b/c'])),
    policy('d', entry(['y.svc'], undefined)),
  ]);
  const names = (host: string, path: string) => index.candidates(inputOf(host, path)).map(({ name }) => name);
  expect(names('x.svc', '/b/c')).toEqual(['a', 'b', 'c']);
  expect(names('y.svc', '/b/c/d')).toEqual(['b', 'd']);
  expect(names('z.y.svc', '/b/%63')).toEqual(['a', 'b', 'c']);
  expect(names('svc', '*')).toEqual(['b']);
});

test('the candidates for 20,000 random requests are exactly the policies that match', () => {
  const random = seeded(3);
  const hosts = ['a.svc', 'b.svc', '*.svc', '*.a.svc', '*', '10.0.0.1', '[::1]', 'x.y.svc'] as const;
  const parts = ['a', 'b', '{id}', '*', 'é', 'a b'] as const;
  const path = () => {
    const segments = Array.from({ length: Math.floor(random() * 4) }, () => pick(random, parts));
    const names = new Set<string>();
    const unique = segments.map((part) =>
      part === '{id}' && names.size !== names.add(part).size ? part : part === '{id}' ? '*' : part,
    );
    return `/${[...unique, ...(random() < 0.4 ? ['**'] : [])].join('/')}`;
  };
  const some = <T>(make: () => T) =>
    random() < 0.25 ? undefined : Array.from({ length: 1 + Math.floor(random() * 2) }, make);
  const policies = Array.from({ length: 60 }, (_, i) =>
    policy(
      `p${i}`,
      ...Array.from({ length: Math.floor(random() * 3) }, () =>
        entry(
          some(() => pick(random, hosts)),
          some(path),
        ),
      ),
    ),
  );
  const index = indexOf(policies);
  let found = 0;
  for (let round = 0; round < 20_000; round++) {
    const host = pick(random, [
      'a.svc',
      'b.svc',
      'c.svc',
      'x.a.svc',
      'x.y.svc',
      '.svc',
      'svc',
      '10.0.0.1',
      '[::1]',
      '',
    ]);
    const segments = Array.from({ length: Math.floor(random() * 5) }, () =>
      pick(random, ['a', 'b', '%61', '%C3%A9', 'a%20b', 'zz', 'A']),
    );
    const request = inputOf(host, pick(random, [`/${segments.join('/')}`, `/${segments.join('/')}/`, '*']));
    const expected = policies.filter(
      ({ match }) => selects(match, request, () => true, undefined) !== undefined,
    );
    const candidates = index.candidates(request);
    // An invalid host may find the policy of a wildcard host; no policy that matches is missed.
    expect(
      candidates.filter(({ match }) => selects(match, request, () => true, undefined) !== undefined),
    ).toEqual(expected);
    if (!host.startsWith('.')) expect(candidates).toEqual(expected);
    found += expected.length;
  }
  expect(found).toBeGreaterThan(10_000);
});
