import { nearest } from '../../src/diagnostic/suggest.ts';

describe('nearest', () => {
  test.each([
    ['reqest', ['request', 'source'], 'request'],
    ['Methods', ['methods', 'mode'], 'methods'],
    ['jwks_uri', ['jwksUri', 'jwksFile'], 'jwksUri'],
    ['whne', ['when', 'where'], 'when'],
    ['path', ['paths', 'match'], 'paths'],
    ['x', ['y', 'z'], undefined],
    ['verbs', ['hosts', 'methods'], undefined],
    ['match', ['match'], undefined],
    ['', ['a'], undefined],
    ['a'.repeat(65), ['a'.repeat(64)], undefined],
    ['scop', ['claims', 'scopes'], 'scopes'],
    ['req', ['source', 'request_body', 'request'], 'request'],
    ['rule_deny', ['rate_limited', 'rule_denied'], 'rule_denied'],
    ['mat', ['mat'], undefined],
    ['ab', ['abcdef'], undefined],
    ['token_of_mine', ['token_missing'], undefined],
    ['__proto__', ['constructor'], undefined],
  ])('for %j among %j it is %j', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  test('candidates may be an iterator', () => {
    expect(nearest('scop', new Set(['claims', 'scopes']).values())).toBe('scopes');
  });

  test('is the nearest candidate, and the first of equally near ones', () => {
    expect(nearest('limit', ['limits', 'limt', 'limited'])).toBe('limits');
    expect(nearest('orders', ['orderss', 'order'])).toBe('orderss');
  });
});
