/**
 * True if a Host header is an IP address, a loopback name or one of `names` (lower case). A web page under another name
 * that resolves to this listener (DNS rebinding) must not read its pages.
 */
export function isTrustedHost(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined || header === '') return true;
  const host = header.replace(/:[0-9]*$/, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || names.includes(host)) return true;
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host);
}
