import {
  compilePrincipal,
  matchesPrincipal,
  type PrincipalPattern,
} from '../../../src/engine/identity/principal.ts';
import { containsPrincipal, principalsOverlap } from '../../../src/engine/identity/principal-contains.ts';
import { pick, seeded } from '../../support/seeded.ts';

function pattern(text: string): PrincipalPattern {
  const compiled = compilePrincipal(text);
  if (compiled.pattern === undefined) throw new Error(compiled.problem);
  return compiled.pattern;
}

describe('containsPrincipal', () => {
  test.each([
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/**', 'spiffe://acme.example'],
    ['spiffe://acme.example/**', 'spiffe://acme.example/ns/**/sa/*'],
    ['spiffe://acme.example/**/sa/*', 'spiffe://acme.example/ns/*/sa/a*'],
    ['spiffe://acme.example/ns/*/sa/re*', 'spiffe://ACME.example/ns/bi/sa/report-*'],
    ['spiffe://acme.example/a*', 'spiffe://acme.example/a'],
    ['CN=a', 'CN=a'],
  ])('%j contains %j, and not the other way round', (outer, inner) => {
    expect(containsPrincipal(pattern(outer), pattern(inner))).toBe(true);
    if (outer !== inner) expect(containsPrincipal(pattern(inner), pattern(outer))).toBe(false);
  });

  test.each([
    ['spiffe://acme.example/**', 'spiffe://other.example/a'],
    ['spiffe://acme.example/*', 'spiffe://acme.example/**'],
    ['spiffe://acme.example/*', 'spiffe://acme.example/a/b'],
    ['spiffe://acme.example/a*b', 'spiffe://acme.example/a*'],
    ['spiffe://acme.example/**', 'acme.example'],
    ['acme.example', 'spiffe://acme.example/a'],
  ])('%j does not contain %j', (outer, inner) => {
    expect(containsPrincipal(pattern(outer), pattern(inner))).toBe(false);
  });

  test('a pattern that contains another matches all that the other matches', () => {
    const random = seeded(20260602);
    const segment = (): string => pick(random, ['a', 'b', 'ab', '*', 'a*', '*b', 'a*b', '**', '**']);
    const plain = (): string => pick(random, ['a', 'b', 'ab', 'aab', 'c', 'axb']);
    const id = (part: () => string): string => {
      const length = Math.floor(random() * 4);
      return ['spiffe://acme.example', ...Array.from({ length }, part)].join('/');
    };
    let contained = 0;
    for (let round = 0; round < 20_000; round++) {
      const outer = pattern(id(segment));
      const inner = pattern(id(segment));
      const asked = id(plain);
      // A pattern without wildcards matches one principal: for it the answer is exact.
      expect([outer.source, asked, containsPrincipal(outer, pattern(asked))]).toEqual([
        outer.source,
        asked,
        matchesPrincipal(outer, asked),
      ]);
      if (!containsPrincipal(outer, inner) || !matchesPrincipal(inner, asked)) continue;
      contained++;
      expect([outer.source, inner.source, asked, matchesPrincipal(outer, asked)]).toEqual([
        outer.source,
        inner.source,
        asked,
        true,
      ]);
    }
    expect(contained).toBeGreaterThan(500);
  });
});

describe('principalsOverlap', () => {
  test.each([
    ['spiffe://acme.example/ns/*/sa/web', 'spiffe://acme.example/ns/shop/sa/w*'],
    ['spiffe://acme.example/**/sa/*-admin', 'spiffe://acme.example/ns/*/sa/web-*'],
    ['spiffe://acme.example/**', 'spiffe://ACME.example'],
    ['spiffe://acme.example/**/a/**', 'spiffe://acme.example/b/*'],
    ['acme.example.org', 'acme.example.org'],
  ])('%j and %j match a common principal', (a, b) => {
    expect([principalsOverlap(pattern(a), pattern(b)), principalsOverlap(pattern(b), pattern(a))]).toEqual([
      true,
      true,
    ]);
  });

  test.each([
    ['spiffe://acme.example/**', 'spiffe://other.example/**'],
    ['spiffe://acme.example/ns/*', 'spiffe://acme.example/ns/*/sa/*'],
    ['spiffe://acme.example/a*b', 'spiffe://acme.example/a*c'],
    ['spiffe://acme.example/a*', 'spiffe://acme.example/b*'],
    ['spiffe://acme.example/**', 'acme.example'],
    ['acme.example.org', 'other.example.org'],
  ])('%j and %j do not', (a, b) => {
    expect([principalsOverlap(pattern(a), pattern(b)), principalsOverlap(pattern(b), pattern(a))]).toEqual([
      false,
      false,
    ]);
  });

  test('two patterns overlap exactly if some principal matches both', () => {
    const random = seeded(20261130);
    const segment = (): string => pick(random, ['a', 'b', '*', 'a*', '*b', 'a*b', '**']);
    const id = (): string => {
      const length = Math.floor(random() * 4);
      return ['spiffe://acme.example', ...Array.from({ length }, segment)].join('/');
    };
    // Every path of at most three segments of these letters: more are not needed for patterns as short as these.
    const segments = ['a', 'b', 'ab', 'ba', 'aa', 'bb', 'aab', 'abb'];
    const paths = [''];
    for (let at = 0, depth = 0; depth < 3; depth++) {
      const end = paths.length;
      for (; at < end; at++) paths.push(...segments.map((each) => `${paths[at]}/${each}`));
    }
    let overlapping = 0;
    for (let round = 0; round < 400; round++) {
      const [a, b] = [pattern(id()), pattern(id())];
      const common = paths.find((path) =>
        [a, b].every((each) => matchesPrincipal(each, `spiffe://acme.example${path}`)),
      );
      const isLong = [a, b].every(({ source }) => source.includes('**'));
      if (isLong && common === undefined) continue;
      if (common !== undefined) overlapping++;
      expect([a.source, b.source, principalsOverlap(a, b)]).toEqual([
        a.source,
        b.source,
        common !== undefined,
      ]);
    }
    expect(overlapping).toBeGreaterThan(40);
  });
});
