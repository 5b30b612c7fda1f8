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
  parseCidr,
  parseIp,
} from '../value/ip.ts';
import { fixed } from './cost.ts';
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
    doc: 'true if the block contains an address, or the address that a string represents',
    examples: [
      ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))", 'true'],
      ["cidr('192.168.0.0/24').containsIP('192.168.1.1')", 'false'],
    ],
    overloads: [
      method(['net.CIDR', 'net.IP'], 'bool', contains, total),
      method(['net.CIDR', 'string'], 'bool', (block, text) => contains(block, ip(text)), {
        ...read,
        literal: { at: 1, parse: literalIp, run: contains },
      }),
    ],
  },
  {
    name: 'containsCIDR',
    doc: 'true if the block contains another block, or the block that a string represents',
    examples: [["cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')", 'true']],
    overloads: [
      method(['net.CIDR', 'net.CIDR'], 'bool', containsCidr, total),
      method(['net.CIDR', 'string'], 'bool', (block, text) => containsCidr(block, cidr(text)), {
        ...read,
        literal: { at: 1, parse: literalCidr, run: containsCidr },
      }),
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
];
