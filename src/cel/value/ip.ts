import { Opaque } from './boxed.ts';

/** IP address in words of 32 bits: one for IPv4, four for IPv6. Never an IPv4-mapped IPv6 address, never with a zone. */
export class IpAddress extends Opaque {
  readonly type = 'net.IP';
  readonly words: readonly number[];

  constructor(words: readonly number[]) {
    super();
    this.words = words;
  }

  get family(): 4 | 6 {
    return this.words.length === 1 ? 4 : 6;
  }

  equals(other: Opaque): boolean {
    return (
      other instanceof IpAddress &&
      other.words.length === this.words.length &&
      this.words.every((word, at) => word === other.words[at])
    );
  }

  override toString(): string {
    return formatIp(this);
  }
}

/** CIDR block: the addresses that share their first bits with `address`, which may have further bits set. */
export class Cidr extends Opaque {
  readonly type = 'net.CIDR';
  readonly address: IpAddress;
  readonly bits: number;

  constructor(address: IpAddress, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && this.bits === other.bits && this.address.equals(other.address);
  }

  override toString(): string {
    return `${formatIp(this.address)}/${this.bits}`;
  }
}

/**
 * The address that `text` represents: IPv4 in decimal without leading zeros, or IPv6 as in RFC 4291. Undefined if it
 * is not valid.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  if (text.includes(':')) return parseIpv6(text);
  const word = wordOfIpv4(text);
  return word === undefined ? undefined : new IpAddress([word]);
}

const IPV4 = /^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/;

/** The word of an IPv4 address in decimal, without leading zeros. */
export function wordOfIpv4(text: string): number | undefined {
  const [, ...parts] = IPV4.exec(text) ?? [];
  const bytes = parts.map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((word, byte) => word * 256 + byte, 0);
}

function parseIpv6(text: string): IpAddress | undefined {
  const words = wordsOfIpv6(text);
  // `::ffff:10.0.0.1` would be an IPv4 address that does not equal `10.0.0.1`.
  return words === undefined || isMapped(words) ? undefined : new IpAddress(words);
}

/** True for an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2). */
function isMapped([first, second, third]: readonly number[]): boolean {
  return first === 0 && second === 0 && third === 0xffff;
}

/** The four words of an IPv6 address, IPv4-mapped ones included. */
export function wordsOfIpv6(text: string): readonly number[] | undefined {
  let hexadecimal = text;
  const dotted = text.lastIndexOf(':') + 1;
  if (text.includes('.')) {
    const tail = wordOfIpv4(text.slice(dotted));
    if (tail === undefined) return undefined;
    hexadecimal = `${text.slice(0, dotted)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
  }
  const [left = '', right, ...more] = hexadecimal.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const missing = 8 - head.length - tail.length;
  if (more.length > 0 || (right === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((at) => (numbers[at] ?? 0) * 0x1_0000 + (numbers[at + 1] ?? 0));
}

/**
 * The block that `text` represents, such as `10.0.0.0/8`; undefined if it is not valid. Bits after the prefix may be
 * set.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(text.slice(slash + 1))) return undefined;
  const address = parseIp(text.slice(0, slash));
  const bits = Number(text.slice(slash + 1));
  return address === undefined || bits > address.words.length * 32 ? undefined : new Cidr(address, bits);
}

/** As `parseIp`, with an IPv4-mapped IPv6 address as the IPv4 address that it means. */
export function parseAnyIp(text: string): IpAddress | undefined {
  return parseIp(text) ?? mappedIp(text);
}

function mappedIp(text: string): IpAddress | undefined {
  const words = text.length <= 45 && text.includes(':') ? wordsOfIpv6(text) : undefined;
  return words !== undefined && isMapped(words) ? new IpAddress(words.slice(3)) : undefined;
}

/**
 * As `parseCidr`, with an IPv4-mapped block as the IPv4 block that it means, and an address alone as the block of that
 * address.
 */
export function parseAnyCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) {
    const address = parseAnyIp(text);
    return address && new Cidr(address, address.words.length * 32);
  }
  const mapped = mappedIp(text.slice(0, slash));
  if (mapped === undefined) return parseCidr(text);
  const bits = /^[0-9]{2,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) - MAPPED_BITS : -1;
  return bits >= 0 && bits <= 32 ? new Cidr(mapped, bits) : undefined;
}

/** Bits before the IPv4 address in an IPv4-mapped one. */
const MAPPED_BITS = 96;

/** Words of the first address of a block. */
export function firstIn({ address, bits }: Cidr): readonly number[] {
  return address.words.map((word, at) => (word & mask(bits - 32 * at)) >>> 0);
}

/** Words of the last address of a block. */
export function lastIn({ address, bits }: Cidr): readonly number[] {
  return address.words.map((word, at) => (word | ~mask(bits - 32 * at)) >>> 0);
}

/** Notation of RFC 5952: lower case, the longest run of zero groups as `::`. */
function formatIp({ words }: IpAddress): string {
  const [first = 0] = words;
  if (words.length === 1) return [24, 16, 8, 0].map((by) => (first >>> by) & 0xff).join('.');
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
  const zeros = longestZeros(groups);
  if (zeros === undefined) return groups.join(':');
  return `${groups.slice(0, zeros.start).join(':')}::${groups.slice(zeros.end).join(':')}`;
}

/** The first of the longest runs of at least two zero groups. */
function longestZeros(groups: readonly string[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > Math.max(1, best === undefined ? 0 : best.end - best.start)) best = { start, end };
  }
  return best;
}

/**
 * Mask of the bits of a word that a prefix covers. `bits` is the length of the prefix from this word on: 0 or less if
 * it ends before the word, 32 or more if it covers all of it.
 */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffff_ffff : (-1 << (32 - bits)) >>> 0;
}

/** The block with all bits after its prefix set to zero. */
export function masked(block: Cidr): Cidr {
  return new Cidr(new IpAddress(firstIn(block)), block.bits);
}

/** True if the address shares the first bits of the block; false for an address of the other family. */
export function contains({ address, bits }: Cidr, ip: IpAddress): boolean {
  return (
    address.words.length === ip.words.length &&
    address.words.every((word, at) => ((word ^ (ip.words[at] ?? 0)) & mask(bits - 32 * at)) === 0)
  );
}

/** True if this block contains every address of the other block. */
export function containsCidr(cidr: Cidr, other: Cidr): boolean {
  return cidr.bits <= other.bits && contains(cidr, other.address);
}

function within(...blocks: string[]): (ip: IpAddress) => boolean {
  const parsed = blocks.map(parseCidr).filter((block) => block !== undefined);
  return (ip) => parsed.some((block) => contains(block, ip));
}

export const isUnspecified = within('0.0.0.0/32', '::/128');
export const isLoopback = within('127.0.0.0/8', '::1/128');
export const isLinkLocalUnicast = within('169.254.0.0/16', 'fe80::/10');
/** Link-local multicast; for IPv6 whatever its flags (RFC 4291, section 2.7). */
export const isLinkLocalMulticast = (ip: IpAddress): boolean =>
  isIpv4LinkLocalMulticast(ip) ||
  (ip.family === 6 && ((ip.words[0] ?? 0) & 0xff0f_0000) >>> 0 === 0xff02_0000);
const isIpv4LinkLocalMulticast = within('224.0.0.0/24');
const isMulticast = within('224.0.0.0/4', 'ff00::/8');
const isBroadcast = within('255.255.255.255/32');

/** True for private addresses as well. */
export function isGlobalUnicast(ip: IpAddress): boolean {
  return ![isUnspecified, isBroadcast, isLoopback, isMulticast, isLinkLocalUnicast].some((is) => is(ip));
}
