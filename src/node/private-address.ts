import { BlockList, isIPv6 } from 'node:net';

/** Networks that are not the public internet, by what they are for (RFC 6890, and the registries that it began). */
const NETWORKS: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Addresses with an IPv4 address in them, which this host or a gateway translates: NAT64, Teredo and 6to4. The first
  // network also has `::` and `::1`.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const LOOPBACK: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];

const PRIVATE_LIST = blockList(NETWORKS);
const LOOPBACK_LIST = blockList(LOOPBACK);

/** True for an IP address that is not of the public internet: private, link-local, loopback, multicast, translated. */
export function isPrivateAddress(address: string): boolean {
  return isIn(PRIVATE_LIST, address);
}

/** True for an IP address of this machine. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(LOOPBACK_LIST, address);
}

function blockList(networks: typeof NETWORKS): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks)
    list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');
  return list;
}

/** An IPv4 address in IPv6 (`::ffff:10.0.0.1`) is looked up as the IPv4 address, by `BlockList` itself. */
function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
