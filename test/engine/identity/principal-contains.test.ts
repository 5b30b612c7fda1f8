import {
  compilePrincipal,
  matchesPrincipal,
  type PrincipalPattern,
} from '../../../src/engine/identity/principal.ts';
import { containsPrincipal } from '../../../src/engine/identity/principal-contains.ts';
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
