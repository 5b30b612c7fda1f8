import { compilePrincipal, matchesPrincipal } from '../../../src/engine/identity/principal.ts';

function matches(text: string, principal: string): boolean {
  const { pattern, problem } = compilePrincipal(text);
  if (pattern === undefined) throw new Error(problem);
  return matchesPrincipal(pattern, principal);
}

describe('matchesPrincipal', () => {
  test.each([
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe://ACME.example/ns/shop/sa/checkout'],
    ['spiffe://Acme.Example/ns/shop/sa/checkout', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/ns/*/sa/report-*', 'spiffe://acme.example/ns/bi/sa/report-daily'],
    ['spiffe://acme.example/ns/shop/sa/checkout*', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/*-a-*-b', 'spiffe://acme.example/x-a-a-a-b-b'],
    ['spiffe://acme.example/**', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/**', 'spiffe://acme.example'],
    ['spiffe://acme.example', 'spiffe://acme.example'],
    ['spiffe://acme.example/ns/shop/**', 'spiffe://acme.example/ns/shop'],
    ['spiffe://acme.example/**/sa/checkout', 'spiffe://acme.example/sa/checkout'],
    ['spiffe://acme.example/**/sa/checkout', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/ns/**/x/**/sa/*', 'spiffe://acme.example/ns/a/x/b/x/sa/y'],
    ['spiffe://acme.example/a/**/b/**/**/c', 'spiffe://acme.example/a/b/c'],
    ['api.acme.example', 'api.acme.example'],
    ['CN=report,O=acme', 'CN=report,O=acme'],
  ])('%j matches %j', (pattern, principal) => {
    expect(matches(pattern, principal)).toBe(true);
  });

  test.each([
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe://acme.example/ns/shop/sa/Checkout'],
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe://acme.example/ns/shop/sa/checkout2'],
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe://other.example/ns/shop/sa/checkout'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/a/b'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/a/'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/..'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example/ns/shop/sa/a?x'],
    ['spiffe://acme.example/ns/shop/sa/*', 'spiffe://acme.example.evil.example/ns/shop/sa/a'],
    ['spiffe://acme.example/ns/shop/sa/*', 'xspiffe://acme.example/ns/shop/sa/a'],
    ['spiffe://acme.example/a*a', 'spiffe://acme.example/a'],
    ['spiffe://acme.example/a*b*b', 'spiffe://acme.example/ab'],
    ['spiffe://acme.example/**', 'spiffe://acme.example/'],
    ['spiffe://acme.example/**', 'spiffe://other.example/a'],
    ['spiffe://acme.example/a/**/a', 'spiffe://acme.example/a'],
    ['spiffe://acme.example/a/**/b/**/c', 'spiffe://acme.example/a/c/b'],
    ['spiffe://acme.example', 'spiffe://acme.example/a'],
    ['api.acme.example', 'API.acme.example'],
    ['api.acme.example', ''],
  ])('%j does not match %j', (pattern, principal) => {
    expect(matches(pattern, principal)).toBe(false);
  });

  test('many wildcards cost no more than the length of the name', () => {
    const stars = `spiffe://acme.example/${'a*'.repeat(200)}b`;
    const segments = `spiffe://acme.example/${'**/a/'.repeat(200)}b`;
    expect(matches(stars, `spiffe://acme.example/${'a'.repeat(2000)}`)).toBe(false);
    expect(matches(segments, `spiffe://acme.example/${'a/'.repeat(1000)}c`)).toBe(false);
  });
});

describe('compilePrincipal refuses', () => {
  test.each([
    ['', 'the principal is empty'],
    ['*', '`*` is not a principal; to require any peer, remove `principals`'],
    [
      '*.acme.example',
      'wildcards are allowed only in SPIFFE IDs, and `*.acme.example` does not start with `spiffe://`',
    ],
    [
      'acme.example/ns/shop/sa/x',
      '`acme.example/ns/shop/sa/x` looks like a SPIFFE ID but does not start with `spiffe://`',
    ],
    [
      'spiffe:/acme.example/a',
      '`spiffe:/acme.example/a` looks like a SPIFFE ID but does not start with `spiffe://`',
    ],
    [
      'spiffe://*.example/a',
      'the trust domain `*.example` must not contain a wildcard; list each trust domain',
    ],
    [
      'spiffe://acme.example:8443/a',
      '`acme.example:8443` is not a valid trust domain: it may contain letters, digits, `.`, `-` and `_`, but no port or user',
    ],
    [
      'spiffe:///a',
      '`` is not a valid trust domain: it may contain letters, digits, `.`, `-` and `_`, but no port or user',
    ],
    ['spiffe://acme.example/', 'the path has an empty segment: a double slash or a trailing slash'],
    ['spiffe://acme.example/a//b', 'the path has an empty segment: a double slash or a trailing slash'],
    ['spiffe://acme.example/../b', 'the path must not have the segment `..`'],
    ['spiffe://acme.example/a**', '`**` must be a whole segment, not part of `a**`'],
    [
      'spiffe://acme.example/a?b',
      'the segment `a?b` may contain only letters, digits, `.`, `-`, `_` and `*`',
    ],
    [`spiffe://acme.example/${'a'.repeat(2048)}`, 'a SPIFFE ID has at most 2048 bytes'],
  ])('%j', (text, problem) => {
    expect(compilePrincipal(text)).toEqual({ problem });
  });
});
