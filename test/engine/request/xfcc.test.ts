import { readXfcc } from '../../../src/engine/request/xfcc.ts';

const NONE = { by: '', hash: 'ab', subject: '', uri: '', dns: [], chain: '' };

test.each([
  ['Hash=ab', {}],
  [
    'By=spiffe://acme.example/gw;Hash=ab;Subject="CN=a\\"b,O=x\\;y";DNS=a.svc;DNS=b.svc',
    { by: 'spiffe://acme.example/gw', subject: 'CN=a\\"b,O=x\\;y', dns: ['a.svc', 'b.svc'] },
  ],
  ['Hash=ab;URI=spiffe://acme.example/a', { uri: 'spiffe://acme.example/a' }],
  ['Hash=ab;Subject=""', {}],
  [
    '[{"by":["spiffe://acme.example/gw"],"hash":"ab","subject":"CN=a","uri":["u"],"dns":["a","b"]}]',
    { by: 'spiffe://acme.example/gw', subject: 'CN=a', uri: 'u', dns: ['a', 'b'] },
  ],
])('%s', (header, element) => {
  expect(readXfcc(header, 1).elements).toEqual([{ ...NONE, ...element }]);
});

test('trusted elements keep their order', () => {
  expect(readXfcc('Hash=ab;URI=a,Hash=ab;URI=b', 2).elements?.map(({ uri }) => uri)).toEqual(['a', 'b']);
  const json = '[{"hash":"ab","uri":["x"]},{"hash":"ab","uri":["a"]},{"hash":"ab","uri":["b"]}]';
  expect(readXfcc(json, 2).elements?.map(({ uri }) => uri)).toEqual(['a', 'b']);
});

test.each(['', ' ', '\t'])('%j has no elements', (header) => {
  expect(readXfcc(header, 1).elements).toEqual([]);
});

test.each([
  ['Hash', 1, 'is not in a form that Envoy writes'],
  ['Hash=a;', 1, 'is not in a form that Envoy writes'],
  ['Subject="CN=x,URI=spiffe://acme.example/admin;Hash=a"', 1, 'is not in a form that Envoy writes'],
  ['Hash=ab,Hash=cd', 1, 'has more elements than there are trusted proxies, or a name that looks like one'],
  ['Hash=ab;URI=a;URI=b', 1, 'has an element with several URI names'],
  [`Hash=${'a'.repeat(70_000)}`, 1, 'is longer than 64 KiB'],
] as const)('%j is refused', (header, hops, problem) => {
  expect(readXfcc(header, hops)).toEqual({ problem });
});
