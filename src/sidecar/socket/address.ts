/** Parsed address of a listener. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; undefined if the text is none of these. With port 0, the system
 * chooses a free one.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/^\/\/\//, '/');
    return path === '' || path.includes('\0') ? undefined : { kind: 'unix', path };
  }
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(colon, 0));
  const digits = text.slice(colon + 1);
  if (host === '' || !/^\d{1,5}$/.test(digits)) return undefined;
  const port = Number(digits);
  const bracketed = /^\[[0-9A-Fa-f:.]+\]$/.test(host);
  if (port > 65535 || (/[:[\]]/.test(host) && !bracketed) || host.includes('/')) return undefined;
  return { kind: 'tcp', host: bracketed ? host.slice(1, -1) : host, port };
}

/** Text form that `parseAddress` reads. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${String(address.port)}`;
}
