import { lowerAscii } from './ascii.ts';

/** A compiled `hosts` entry of a match, to compare with a normalized host. */
export type HostPattern =
  | { readonly kind: 'any'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string; readonly host: string }
  /** `*.x`: one or more labels before `.x`. `suffix` includes the dot. */
  | { readonly kind: 'below'; readonly text: string; readonly suffix: string };

export type CompiledHost =
  | { readonly pattern: HostPattern; readonly problem?: undefined }
  | { readonly problem: string; readonly pattern?: undefined };

/** Maximum length of a host name and of one label, in bytes (RFC 1035 section 2.3.4). */
const MAX_HOST = 253;
const MAX_LABEL = 63;

/**
 * Compiles a host of a policy: a name, an IP address, `*.x`, or `*` for any host. Case and a trailing dot are ignored,
 * as they are in requests. A port, which requests are compared without, is an error: `orders:9090` would also select
 * `orders:8080`. `problem` is one sentence about the text.
 */
export function compileHost(text: string): CompiledHost {
  if (text === '') return { problem: 'the host is empty' };
  if (text === '*') return { pattern: { kind: 'any', text } };
  if (text.includes('/'))
    return { problem: `\`${text}\` is not a valid host: a host has no scheme and no path` };
  if (hasPort(text)) return { problem: `\`${text}\` has a port, but hosts are compared without one` };
  const host = normalizeHost(text);
  if (host.startsWith('[')) {
    return isIpv6(host)
      ? { pattern: { kind: 'exact', text, host } }
      : { problem: `\`${text}\` is not a valid IPv6 address` };
  }
  const wild = host.startsWith('*.');
  const name = wild ? host.slice(2) : host;
  const problem = nameProblem(text, name);
  if (problem !== undefined) return { problem };
  return {
    pattern: wild ? { kind: 'below', text, suffix: `.${name}` } : { kind: 'exact', text, host: name },
  };
}

/**
 * Host of an authority without port and one trailing dot, ASCII letters in lower case, an IPv6 address in brackets and
 * in its shortest form (RFC 5952). Never throws: an invalid host gives a text that no pattern matches. Letters outside
 * ASCII are unchanged, so that U+212A does not become `k`.
 */
export function normalizeHost(authority: string): string {
  const host = lowerAscii(withoutPort(authority));
  if (host.startsWith('[')) return shortestIpv6(host);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** True if a pattern matches a host that `normalizeHost` returned. */
export function matchesHost(pattern: HostPattern, normalizedHost: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return pattern.host === normalizedHost;
    case 'below':
      return (
        normalizedHost.endsWith(pattern.suffix) &&
        areLabels(normalizedHost, normalizedHost.length - pattern.suffix.length)
      );
  }
}

/** True if an authority has a port, also an empty one (`orders:`). */
export function hasPort(authority: string): boolean {
  const isOpenBracket = authority.startsWith('[') && !authority.includes(']');
  return !isOpenBracket && withoutPort(authority).length < authority.length;
}

function nameProblem(text: string, name: string): string | undefined {
  if (name.includes('*'))
    return `\`${text}\` is not a valid host: \`*\` must be the whole first label, as in \`*.example.org\``;
  if (name.length > MAX_HOST) return `\`${text}\` is longer than the ${MAX_HOST} characters of a host name`;
  for (const label of name.split('.')) {
    if (label === '') return `\`${text}\` is not a valid host: it has an empty label`;
    if (label.length > MAX_LABEL) return `\`${text}\` has a label longer than ${MAX_LABEL} characters`;
    if (!/^[a-z0-9_-]+$/.test(label)) {
      return `\`${text}\` is not a valid host: a label may contain letters, digits, \`-\` and \`_\` (other alphabets as \`xn--...\`)`;
    }
  }
  return undefined;
}

/** True if the first `end` characters are labels of a host name, none of them empty. */
function areLabels(host: string, end: number): boolean {
  let labelStart = true;
  for (let i = 0; i < end; i++) {
    const code = host.charCodeAt(i);
    if (code === 0x2e) {
      if (labelStart) return false;
      labelStart = true;
      continue;
    }
    const plain =
      (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
    if (!plain) return false;
    labelStart = false;
  }
  return !labelStart;
}

/** An authority with several colons and no brackets is an IPv6 address without a port; it is put in brackets. */
function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':');
  if (colon === -1) return authority;
  if (!authority.startsWith('[') && authority.indexOf(':') !== colon) return `[${authority}]`;
  for (let i = colon + 1; i < authority.length; i++) {
    const code = authority.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return authority;
  }
  return authority.slice(0, colon);
}

function isIpv6(host: string): boolean {
  return URL.canParse(`http://${host}/`);
}

function shortestIpv6(host: string): string {
  return host.endsWith(']') && isIpv6(host) ? new URL(`http://${host}/`).hostname : host;
}
