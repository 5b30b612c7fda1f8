import { CidrSet, prepareCidrs, preparedCidrs } from '../../../src/cel/value/cidr-set.ts';
import {
  Cidr,
  contains,
  containsCidr,
  IpAddress,
  parseAnyCidr,
  parseAnyIp,
} from '../../../src/cel/value/ip.ts';
import { seeded } from '../../support/seeded.ts';
import { transferred } from '../../support/transferred.ts';

function blocksOf(...texts: readonly string[]): CidrSet {
  return CidrSet.of(texts.map((text) => parseAnyCidr(text) ?? failure(text)));
}

function failure(text: string): never {
  throw new Error(`${text} is not valid`);
}

const BLOCKS = blocksOf(
  '10.0.0.0/8',
  '10.1.0.0/16',
  '192.0.2.128/25',
  '192.0.2.1',
  '0.0.0.0/32',
  '2001:db8::/32',
  '::1',
);

test.each([
  ['10.0.0.0', true],
  ['10.255.255.255', true],
  ['9.255.255.255', false],
  ['11.0.0.0', false],
  ['192.0.2.127', false],
  ['192.0.2.128', true],
  ['192.0.2.255', true],
  ['192.0.3.0', false],
  ['192.0.2.1', true],
  ['192.0.2.0', false],
  ['0.0.0.0', true],
  ['0.0.0.1', false],
  ['255.255.255.255', false],
  ['2001:db8::', true],
  ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', true],
  ['2001:db9::', false],
  ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', false],
  ['::1', true],
  ['::', false],
  ['::ffff:10.2.3.4', true],
  ['::ffff:a02:304', true],
  ['::ffff:11.0.0.0', false],
])('%s: %s', (text, expected) => {
  expect(BLOCKS.contains(parseAnyIp(text) ?? failure(text))).toBe(expected);
});

test('a set without blocks contains nothing, and one of everything contains everything of its family', () => {
  const all = [parseAnyIp('0.0.0.0'), parseAnyIp('255.255.255.255'), parseAnyIp('::'), parseAnyIp('ffff::')];
  const inside = (set: CidrSet) => all.map((ip) => ip !== undefined && set.contains(ip));
  expect(inside(CidrSet.of([]))).toEqual([false, false, false, false]);
  expect(inside(blocksOf('0.0.0.0/0'))).toEqual([true, true, false, false]);
  expect(inside(blocksOf('::/0'))).toEqual([false, false, true, true]);
});

test.each([
  '10.0.0.0/33',
  '::/129',
  '::ffff:10.0.0.0/95',
  '::ffff:10.0.0.0/129',
  '10.0.0.0/',
  '',
  'office',
  '10.0.0.0 /8',
])('`%s` is neither a block nor an address', (text) => {
  expect(parseAnyCidr(text)).toBeUndefined();
});

test('an IPv4-mapped block is the IPv4 block', () => {
  expect(String(parseAnyCidr('::ffff:10.0.0.0/104'))).toBe('10.0.0.0/8');
  expect(String(parseAnyCidr('::ffff:10.0.0.1'))).toBe('10.0.0.1/32');
});

test('random blocks contain what a search of one after the other finds', () => {
  const random = seeded(20_261_130);
  const word = () => Math.floor(random() * 2 ** 32) >>> 0;
  // Few first bits, so that blocks and addresses meet.
  const near = () => (word() & 0xf000_00ff) >>> 0;
  for (let round = 0; round < 24; round++) {
    const width = round % 2 === 0 ? 1 : 4;
    const address = () =>
      new IpAddress(Array.from({ length: width }, (_, at) => (at === 0 ? near() : word() & 3)));
    const blocks = Array.from(
      { length: round * 3 },
      () => new Cidr(address(), Math.floor(random() * (width * 32 + 1))),
    );
    const set = CidrSet.of(blocks);
    for (let tries = 0; tries < 100; tries++) {
      const ip = address();
      expect([String(ip), set.contains(ip)]).toEqual([
        String(ip),
        blocks.some((block) => contains(block, ip)),
      ]);
      const block = new Cidr(ip, Math.floor(random() * (width * 32 + 1)));
      expect(set.containsCidr(block)).toBe(blocks.some((each) => containsCidr(each, block)));
    }
  }
});

test('sets are equal if their blocks are, regardless of order and of blocks within others', () => {
  expect(blocksOf('10.0.0.0/8', '::1').equals(blocksOf('::1/128', '10.1.0.0/16', '10.9.9.9/8'))).toBe(true);
  expect(blocksOf('10.0.0.0/8').equals(blocksOf('10.0.0.0/9'))).toBe(false);
  expect([String(blocksOf('::1')), String(BLOCKS)]).toEqual(['1 CIDR block', '6 CIDR blocks']);
});

test('a list and a map that were prepared are prepared in the other process as well', () => {
  const list = Array.from({ length: 600 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
  const map = { '192.0.2.0/24': 'office' };
  prepareCidrs(list);
  prepareCidrs(map);
  const copy = transferred({ list, map });
  expect(copy).toEqual({ list, map });
  expect(copy.list).not.toBe(list);
  expect(preparedCidrs(copy.list)?.contains(new IpAddress([0x0a02_5701]))).toBe(true);
  expect(preparedCidrs(copy.list)?.contains(new IpAddress([0x0a02_5801]))).toBe(false);
  expect(preparedCidrs(copy.map)?.contains(new IpAddress([0xc000_0207]))).toBe(true);
  expect(transferred(BLOCKS).equals(BLOCKS)).toBe(true);
});
