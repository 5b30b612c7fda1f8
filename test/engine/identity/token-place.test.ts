import type { TokenPlace } from '../../../src/engine/identity/issuer.ts';
import { DEFAULT_PLACES, TokenSearch } from '../../../src/engine/identity/token-place.ts';
import { attributes } from '../../support/attributes.ts';

const QUERY: TokenPlace = { query: 'access_token' };
const COOKIE: TokenPlace = { cookie: 'session' };
const PLAIN: TokenPlace = { header: 'X-Token', prefix: '' };

function texts(
  places: readonly TokenPlace[],
  path: string,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  const search = new TokenSearch(places);
  const request = attributes({ path, headers });
  const found = search.all(request);
  // The short way finds nothing, or the same.
  const single = search.single(request);
  if (single !== undefined) expect(found).toEqual([single]);
  return found.map(({ text }) => text);
}

describe('a search in headers', () => {
  test.each([
    ['Bearer a.b.c', ['a.b.c']],
    ['bearer a.b.c', ['a.b.c']],
    ['BEARER   a.b.c  ', ['a.b.c']],
    ['Bearer\ta.b.c', ['a.b.c']],
    ['Bearer', []],
    ['Bearer ', []],
    ['Bearera.b.c', []],
    ['Basic YTpi', []],
    ['', []],
    ['Bearer a,Bearer b', ['a', 'b']],
    ['Bearer a, bearer a', ['a', 'a']],
    ['Basic YTpi,Bearer a', ['a']],
    ['Bearer a,Basic YTpi', ['a,Basic YTpi']],
    ['Bearer a b', ['a b']],
  ])('%j', (authorization, expected) => {
    expect(texts(DEFAULT_PLACES, '/', { authorization })).toEqual(expected);
  });

  test('a header without a prefix, named in any case', () => {
    expect(texts([PLAIN], '/', { 'x-token': 'a' })).toEqual(['a']);
    expect(texts([PLAIN], '/', { 'x-token': 'a,b' })).toEqual(['a', 'b']);
    expect(texts([PLAIN], '/', { authorization: 'Bearer a' })).toEqual([]);
  });
});

describe('a search in queries and cookies', () => {
  test.each([
    ['/a?access_token=a', {}, ['a']],
    ['/a?x=1&access_token=a.b', {}, ['a.b']],
    ['/a?access_token=a&access_token=b', {}, ['a', 'b']],
    ['/a?access_token=', {}, []],
    ['/a?ACCESS_TOKEN=a', {}, []],
    ['/access_token=a', {}, []],
    ['/a?b?access_token=a', {}, []],
    ['/', { cookie: 'a=1; session=a.b.c' }, ['a.b.c']],
    ['/', { cookie: 'session=a; session=b' }, ['a', 'b']],
    ['/', { cookie: 'session=' }, []],
    ['/?access_token=a', { cookie: 'session=a', authorization: 'Bearer a' }, ['a', 'a', 'a']],
  ])('%j %j', (path, headers, expected) => {
    expect(
      texts([...DEFAULT_PLACES, QUERY, COOKIE], path, headers as Record<string, string>).toSorted(),
    ).toEqual(expected);
  });

  test('only the given places are searched', () => {
    expect(texts([COOKIE], '/?access_token=a', { authorization: 'Bearer a' })).toEqual([]);
  });
});

test('a token in a place that is listed twice, or in overlapping places, is found once with all its places', () => {
  const twice: readonly TokenPlace[] = [...DEFAULT_PLACES, { header: 'Authorization', prefix: 'bearer' }];
  expect(new TokenSearch(twice).all(attributes({ headers: { authorization: 'Bearer a' } }))).toEqual([
    { text: 'a', places: ['header authorization bearer'], header: 'authorization' },
  ]);
});
