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

/** Reads or writes an address. */
const read = { cost: fixed(8) } as const;
const totalRead = { ...total, ...read } as const;

function ip(text: string): IpAddress {
  return parseIp(text) ?? fail('bad_ip');
}

function cidr(text: string): Cidr {
  return parseCidr(text) ?? fail('bad_cidr');
}

const IP_HELP =
  'write it as `10.0.0.1` or `2001:db8::1`, without zone, leading zeros and `::ffff:` before an IPv4 address';
const CIDR_HELP = 'write it as `10.0.0.0/8` or `2001:db8::/32`';

function literalIp(text: string): Parsed {
  const value = parseIp(text);
  return value === undefined ? { problem: `\`${text}\` is no IP address`, help: IP_HELP } : { value };
}

function literalCidr(text: string): Parsed {
  const value = parseCidr(text);
  return value === undefined ? { problem: `\`${text}\` is no CIDR block`, help: CIDR_HELP } : { value };
}

function test(name: string, doc: string, holds: (ip: IpAddress) => boolean, ...examples: Example[]) {
  return { name, doc, examples, overloads: [method(['net.IP'], 'bool', holds, total)] };
}

export const NETWORK: readonly FunctionDeclaration[] = [
  {
    name: 'ip',
    doc: 'the IP address that a text represents; of a CIDR block, its address',
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
    doc: 'the block of addresses that a text represents',
    examples: [
      ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", 'true'],
      ["cidr('10.0.0.0/33')", 'error'],
    ],
    overloads: [overload(['string'], 'net.CIDR', cidr, { ...read, literal: { at: 0, parse: literalCidr } })],
  },
  {
    name: 'isIP',
    doc: 'whether a text is an IP address',
    examples: [
      ["isIP('::1')", 'true'],
      ["isIP('10.0.0.256')", 'false'],
    ],
    overloads: [overload(['string'], 'bool', (text) => parseIp(text) !== undefined, totalRead)],
  },
  {
    name: 'isCIDR',
    doc: 'whether a text is a CIDR block',
    examples: [["isCIDR('10.0.0.0/8')", 'true']],
    overloads: [overload(['string'], 'bool', (text) => parseCidr(text) !== undefined, totalRead)],
  },
  {
    name: 'ip.isCanonical',
    doc: 'whether an IP address is written as RFC 5952 asks',
    examples: [
      ["ip.isCanonical('2001:db8::abcd')", 'true'],
      ["ip.isCanonical('2001:DB8::ABCD')", 'false'],
    ],
    overloads: [overload(['string'], 'bool', (text) => String(ip(text)) === text, { cost: fixed(16) })],
  },
  {
    name: 'family',
    doc: '4 or 6, as an IP address is IPv4 or IPv6',
    examples: [["ip('::1').family()", '6']],
    overloads: [method(['net.IP'], 'int', ({ family }) => family, total)],
  },
  test('isUnspecified', 'whether it is `0.0.0.0` or `::`', isUnspecified, [
    "ip('::').isUnspecified()",
    'true',
  ]),
  test('isLoopback', 'whether it is in `127.0.0.0/8`, or `::1`', isLoopback, [
    "ip('127.0.0.1').isLoopback()",
    'true',
  ]),
  test(
    'isLinkLocalMulticast',
    'whether it is in `224.0.0.0/24`, or a link-local multicast address of IPv6',
    isLinkLocalMulticast,
    ["ip('224.0.0.1').isLinkLocalMulticast()", 'true'],
  ),
  test('isLinkLocalUnicast', 'whether it is in `169.254.0.0/16` or `fe80::/10`', isLinkLocalUnicast, [
    "ip('169.254.169.254').isLinkLocalUnicast()",
    'true',
  ]),
  test(
    'isGlobalUnicast',
    'whether it is neither unspecified nor loopback, link-local, multicast or the broadcast address; private addresses are',
    isGlobalUnicast,
    ["ip('192.168.0.1').isGlobalUnicast()", 'true'],
  ),
  {
    name: 'containsIP',
    doc: 'whether an address, or the address that a text represents, is in a block',
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
    doc: 'whether a block, or the block that a text represents, is in a block',
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
    doc: 'the block with all bits behind its prefix at zero',
    examples: [["cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')", 'true']],
    overloads: [method(['net.CIDR'], 'net.CIDR', masked, total)],
  },
  {
    name: 'prefixLength',
    doc: 'how many bits the addresses of a block share',
    examples: [["cidr('192.168.0.0/24').prefixLength()", '24']],
    overloads: [method(['net.CIDR'], 'int', ({ bits }) => bits, total)],
  },
];

/** What the standard function `string` makes of the types above. */
export const NETWORK_TEXT = [
  overload(['net.IP'], 'string', String, totalRead),
  overload(['net.CIDR'], 'string', String, totalRead),
];
