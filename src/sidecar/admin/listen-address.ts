/** Where the admin listener is. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; throws an Error that says so when it is none of them. */
export function parseAddress(address: string): ListenAddress {
  if (address.startsWith('unix:') && address.length > 5) return { kind: 'unix', path: address.slice(5) };
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    throw new Error(
      `cannot listen on \`${address}\`: not an address, write HOST:PORT, [IPV6]:PORT or unix:PATH`,
    );
  }
  return { kind: 'tcp', host, port: Number(port) };
}

/**
 * Whether a Host header names this listener: an IP address, a loopback name, or the name that was configured. A web
 * page of another name that resolves to us (DNS rebinding) must not read what is here. A Unix socket has no name.
 */
export function isTrustedHost(where: ListenAddress, header: string | undefined): boolean {
  if (where.kind === 'unix' || header === undefined || header === '') return true;
  const host = header.replace(/:[0-9]*$/, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host === where.host.toLowerCase()) return true;
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host);
}
