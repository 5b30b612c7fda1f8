import { parseSpiffe } from '../../../src/engine/identity/spiffe.ts';

describe('parseSpiffe', () => {
  test.each([
    [
      'spiffe://acme.example/ns/shop/sa/checkout',
      ['acme.example', '/ns/shop/sa/checkout', 'shop', 'checkout'],
    ],
    [
      'spiffe://ACME.example/ns/Shop/sa/Checkout',
      ['acme.example', '/ns/Shop/sa/Checkout', 'Shop', 'Checkout'],
    ],
    ['SPIFFE://acme.example/x', ['acme.example', '/x', '', '']],
    ['spiffe://acme.example', ['acme.example', '', '', '']],
    ['spiffe://acme_1-2.example/a.b_c-d/...', ['acme_1-2.example', '/a.b_c-d/...', '', '']],
    ['spiffe://acme.example/ns/shop', ['acme.example', '/ns/shop', 'shop', '']],
    [
      'spiffe://acme.example/ns/shop/region/eu/sa/checkout',
      ['acme.example', '/ns/shop/region/eu/sa/checkout', 'shop', 'checkout'],
    ],
    ['spiffe://acme.example/ns/sa/x', ['acme.example', '/ns/sa/x', 'sa', '']],
    ['spiffe://acme.example/sa/x', ['acme.example', '/sa/x', '', '']],
    ['spiffe://acme.example/a/ns/shop/sa/x', ['acme.example', '/a/ns/shop/sa/x', '', '']],
    [`spiffe://acme.example/${'a'.repeat(2026)}`, ['acme.example', `/${'a'.repeat(2026)}`, '', '']],
  ])('reads %j', (id, [trustDomain, path, namespace, serviceAccount]) => {
    expect(parseSpiffe(id)).toMatchObject({ trustDomain, path, namespace, serviceAccount });
  });

  test.each([
    ['', 'nothing'],
    ['https://acme.example/x', 'another scheme'],
    ['spiffe:/acme.example/x', 'one slash'],
    ['spiffe:///x', 'no trust domain'],
    ['spiffe://', 'nothing after the scheme'],
    ['spiffe://acme.example/', 'a trailing slash'],
    ['spiffe://acme.example/a/', 'a trailing slash after a segment'],
    ['spiffe://acme.example//a', 'an empty segment'],
    ['spiffe://acme.example/./a', 'a dot segment'],
    ['spiffe://acme.example/a/..', 'two dots'],
    ['spiffe://acme.example:443/a', 'a port'],
    ['spiffe://user@acme.example/a', 'user info'],
    ['spiffe://acme.example/a?b=c', 'a query'],
    ['spiffe://acme.example/a#b', 'a fragment'],
    ['spiffe://acme.example?x', 'a query without a path'],
    ['spiffe://acme.example/a%20b', 'percent-encoding'],
    ['spiffe://acme.example/ä', 'a letter beyond ASCII'],
    ['spiffe://\u212Aube.example/a', 'the Kelvin sign'],
    ['spiffe://acme.example/a b', 'a space'],
    ['spiffe://acme.example/a\n', 'a line break at the end'],
    [' spiffe://acme.example/a', 'a space before'],
    ['spiffe://acme.example/*', 'a wildcard'],
    [`spiffe://${'a'.repeat(256)}/a`, 'a trust domain of 256 bytes'],
    [`spiffe://acme.example/${'a'.repeat(2027)}`, '2049 bytes'],
  ])('refuses %j: %s', (id) => {
    expect(parseSpiffe(id)).toBeUndefined();
  });
});
