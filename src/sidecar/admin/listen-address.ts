/** Address of the admin listener. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; throws an Error that names them if it is none of these. */
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
 * True if a Host header is an IP address, a loopback name or the configured name. A web page under another name that
 * resolves to this listener (DNS rebinding) must not read its pages. A Unix socket has no name.
 */
export function isTrustedHost(address: ListenAddress, header: string | undefined): boolean {
  if (address.kind === 'unix' || header === undefined || header === '') return true;
  const host = header.replace(/:[0-9]*$/, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host === address.host.toLowerCase()) return true;
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host);
}
