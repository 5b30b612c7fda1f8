import { parseXfcc, principalOf } from '../../../src/engine/request/xfcc.ts';

const NONE = { by: '', hash: '', subject: '', uri: '', dns: [] };

test.each([
  ['Hash=ab', [{ hash: 'ab' }]],
  [
    'By=spiffe://acme.example/gw;Hash=ab12;Subject="CN=a\\"b,O=x;y";URI=spiffe://acme.example/a;DNS=a.svc;DNS=b.svc',
    [
      {
        by: 'spiffe://acme.example/gw',
        hash: 'ab12',
        subject: 'CN=a"b,O=x;y',
        uri: 'spiffe://acme.example/a',
        dns: ['a.svc', 'b.svc'],
      },
    ],
  ],
  ['uri=a, URI=b;Cert="-----BEGIN%20"', [{ uri: 'a' }, { uri: 'b' }]],
  ['By=;Hash=a', [{ hash: 'a' }]],
  ['Subject=""', [{}]],
])('%s', (header, elements) => {
  expect(parseXfcc(header)).toEqual(elements.map((element) => ({ ...NONE, ...element })));
});

test.each([
  '',
  ' ',
  'Hash',
  'Hash=a;',
  'Hash=a,',
  ',Hash=a',
  'Subject="a',
  'Subject="a"b',
  'a b=c',
  '=x',
  'Hash=a"b',
  `Hash=${'a'.repeat(70_000)}`,
])('%j is malformed', (header) => {
  expect(parseXfcc(header)).toBeUndefined();
});

test('a value in quotes cannot become an element of its own', () => {
  expect(parseXfcc('Subject="CN=x,URI=spiffe://acme.example/admin;Hash=a"')).toEqual([
    { ...NONE, subject: 'CN=x,URI=spiffe://acme.example/admin;Hash=a' },
  ]);
});

test('long headers of separators are read in linear time', () => {
  for (const unit of ['a=,', 'a=;', '"', '\\', 'a="', ' ', 'a=b']) {
    const header = unit.repeat(Math.floor(60_000 / unit.length));
    const start = process.cpuUsage();
    parseXfcc(header);
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  }
});

test('the principal is the URI name, else the first DNS name, else the subject', () => {
  expect(principalOf({ ...NONE, uri: 'u', dns: ['d'], subject: 's' })).toBe('u');
  expect(principalOf({ ...NONE, dns: ['d', 'e'], subject: 's' })).toBe('d');
  expect(principalOf({ ...NONE, subject: 's' })).toBe('s');
  expect(principalOf(NONE)).toBe('');
});
