import { spend } from '../value/budget.ts';
import { CidrSet, preparedCidrs } from '../value/cidr-set.ts';
import { fail } from '../value/failure.ts';
import {
  type Cidr,
  contains,
  containsCidr,
  type IpAddress,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  masked,
  parseAnyCidr,
  parseAnyIp,
  parseCidr,
  parseIp,
} from '../value/ip.ts';
import { keysOf, type MapValue } from '../value/map.ts';
import { BLOCKS, fixed, STEPS_A_BLOCK } from './cost.ts';
import { type Example, type FunctionDeclaration, method, overload, type Parsed } from './function.ts';

const total = { isTotal: true } as const;

/** Cost of parsing or formatting an address. */
const read = { cost: fixed(8) } as const;
const totalRead = { ...total, ...read } as const;

function ip(text: string): IpAddress {
  return parseIp(text) ?? fail('bad_ip');
}

function cidr(text: string): Cidr {
  return parseCidr(text) ?? fail('bad_cidr');
}

/** An address of either family; `::ffff:10.0.0.1` is `10.0.0.1`, which blocks contain as such. */
function anyIp(text: string): IpAddress {
  return parseAnyIp(text) ?? fail('bad_ip');
}

/** The blocks of a list that is part of the request, or computed from it. */
function readBlocks(texts: readonly unknown[]): CidrSet {
  spend(STEPS_A_BLOCK * texts.length);
  return CidrSet.of(
    texts.map((text) => {
      if (typeof text !== 'string') return fail('no_such_overload');
      return parseAnyCidr(text) ?? fail('bad_cidr');
    }),
  );
}

function blocksOf(list: readonly unknown[]): CidrSet {
  return preparedCidrs(list) ?? readBlocks(list);
}

function blocksOfKeys(map: MapValue): CidrSet {
  return preparedCidrs(map) ?? readBlocks(keysOf(map));
}

const IP_HELP =
  'write it as `10.0.0.1` or `2001:db8::1`, without a zone, leading zeros or `::ffff:` before an IPv4 address';
const CIDR_HELP = 'write it as `10.0.0.0/8` or `2001:db8::/32`';

function literalIp(text: string): Parsed {
  const value = parseIp(text);
  return value === undefined
    ? { problem: `\`${text}\` is not a valid IP address`, help: IP_HELP }
    : { value };
}

function literalCidr(text: string): Parsed {
  const value = parseCidr(text);
  return value === undefined
    ? { problem: `\`${text}\` is not a valid CIDR block`, help: CIDR_HELP }
    : { value };
}

function literalAnyIp(text: string): Parsed {
  const value = parseAnyIp(text);
  return value === undefined ? literalIp(text) : { value };
}

function test(name: string, doc: string, holds: (ip: IpAddress) => boolean, ...examples: Example[]) {
  return { name, doc, examples, overloads: [method(['net.IP'], 'bool', holds, total)] };
}

export const NETWORK: readonly FunctionDeclaration[] = [
  {
    name: 'ip',
    doc: 'the IP address that a string represents; for a CIDR block, its address',
    examples: [
      ["ip('10.0.0.1').family()", '4'],
      ["cidr('192.168.1.5/24').ip() == ip('192.168.1.5')", 'true'],
      ["ip('10.0.0.256')", 'error'],
    ],
    overloads: [
      overload(['string'], 'net.IP', ip, { ...read, literal: { at: 0, parse: literalIp } }),
      method(['net.CIDR'], 'net.IP', ({ address }) => address, total),
    ],
  },
  {
    name: 'cidr',
    doc: 'the CIDR block that a string represents',
    examples: [
      ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", 'true'],
      ["cidr('10.0.0.0/33')", 'error'],
    ],
    overloads: [overload(['string'], 'net.CIDR', cidr, { ...read, literal: { at: 0, parse: literalCidr } })],
  },
  {
    name: 'cidrs',
    doc: 'the CIDR blocks of a list, or of the keys of a map; an address alone is a block of one. Of a Dataset, an Environment or the parameters of a template, they are read when the policies are loaded, and any number of them costs one step',
    examples: [
      ["cidrs(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']).containsIP('10.1.2.3')", 'true'],
      ["cidrs({'10.0.0.0/8': 'office'}).containsIP('192.0.2.1')", 'false'],
      ["cidrs(['10.0.0.0/33'])", 'error'],
    ],
    overloads: [
      overload(['list(string)'], 'net.CIDRs', blocksOf, { cost: BLOCKS, preparesFirst: true }),
      overload(['map(string, V)'], 'net.CIDRs', blocksOfKeys, { cost: BLOCKS, preparesFirst: true }),
    ],
  },
  {
    name: 'isIP',
    doc: 'true if a string is a valid IP address',
    examples: [
      ["isIP('::1')", 'true'],
      ["isIP('10.0.0.256')", 'false'],
    ],
    overloads: [overload(['string'], 'bool', (text) => parseIp(text) !== undefined, totalRead)],
  },
  {
    name: 'isCIDR',
    doc: 'true if a string is a valid CIDR block',
    examples: [["isCIDR('10.0.0.0/8')", 'true']],
    overloads: [overload(['string'], 'bool', (text) => parseCidr(text) !== undefined, totalRead)],
  },
  {
    name: 'ip.isCanonical',
    doc: 'true if an IP address is written in the canonical form of RFC 5952',
    examples: [
      ["ip.isCanonical('2001:db8::abcd')", 'true'],
      ["ip.isCanonical('2001:DB8::ABCD')", 'false'],
    ],
    overloads: [overload(['string'], 'bool', (text) => String(ip(text)) === text, { cost: fixed(16) })],
  },
  {
    name: 'family',
    doc: '4 for an IPv4 address, 6 for an IPv6 address',
    examples: [["ip('::1').family()", '6']],
    overloads: [method(['net.IP'], 'int', ({ family }) => family, total)],
  },
  test('isUnspecified', 'true for `0.0.0.0` and `::`', isUnspecified, ["ip('::').isUnspecified()", 'true']),
  test('isLoopback', 'true for addresses in `127.0.0.0/8`, and for `::1`', isLoopback, [
    "ip('127.0.0.1').isLoopback()",
    'true',
  ]),
  test(
    'isLinkLocalMulticast',
    'true for addresses in `224.0.0.0/24`, and for link-local multicast addresses of IPv6',
    isLinkLocalMulticast,
    ["ip('224.0.0.1').isLinkLocalMulticast()", 'true'],
  ),
  test('isLinkLocalUnicast', 'true for addresses in `169.254.0.0/16` and `fe80::/10`', isLinkLocalUnicast, [
    "ip('169.254.169.254').isLinkLocalUnicast()",
    'true',
  ]),
  test(
    'isGlobalUnicast',
    'true for addresses that are neither unspecified nor loopback, link-local, multicast or broadcast; true for private addresses',
    isGlobalUnicast,
    ["ip('192.168.0.1').isGlobalUnicast()", 'true'],
  ),
  {
    name: 'containsIP',
    doc: 'true if the block, or one of several blocks, contains an address, or the address that a string represents',
    examples: [
      ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))", 'true'],
      ["cidr('192.168.0.0/24').containsIP('192.168.1.1')", 'false'],
      ["cidrs(['192.168.0.0/24', '10.0.0.0/8']).containsIP('::ffff:10.1.2.3')", 'true'],
    ],
    overloads: [
      method(['net.CIDR', 'net.IP'], 'bool', contains, total),
      method(['net.CIDR', 'string'], 'bool', (block, text) => contains(block, ip(text)), {
        ...read,
        literal: { at: 1, parse: literalIp, run: contains },
      }),
      method(['net.CIDRs', 'net.IP'], 'bool', (blocks, address) => blocks.contains(address), total),
      method(['net.CIDRs', 'string'], 'bool', (blocks, text) => blocks.contains(anyIp(text)), {
        ...read,
        literal: {
          at: 1,
          parse: literalAnyIp,
          run: (blocks: CidrSet, address: IpAddress) => blocks.contains(address),
        },
      }),
    ],
  },
  {
    name: 'containsCIDR',
    doc: 'true if the block, or one of several blocks, contains another block, or the block that a string represents',
    examples: [["cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')", 'true']],
    overloads: [
      method(['net.CIDR', 'net.CIDR'], 'bool', containsCidr, total),
      method(['net.CIDR', 'string'], 'bool', (block, text) => containsCidr(block, cidr(text)), {
        ...read,
        literal: { at: 1, parse: literalCidr, run: containsCidr },
      }),
      method(['net.CIDRs', 'net.CIDR'], 'bool', (blocks, block) => blocks.containsCidr(block), total),
    ],
  },
  {
    name: 'masked',
    doc: 'the block with all bits after its prefix set to zero',
    examples: [["cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')", 'true']],
    overloads: [method(['net.CIDR'], 'net.CIDR', masked, total)],
  },
  {
    name: 'prefixLength',
    doc: 'the number of bits that the addresses of a block share',
    examples: [["cidr('192.168.0.0/24').prefixLength()", '24']],
    overloads: [method(['net.CIDR'], 'int', ({ bits }) => bits, total)],
  },
];

/** Overloads of the standard function `string` for the types above. */
export const NETWORK_TEXT = [
  overload(['net.IP'], 'string', String, totalRead),
  overload(['net.CIDR'], 'string', String, totalRead),
  overload(['net.CIDRs'], 'string', String, totalRead),
];
