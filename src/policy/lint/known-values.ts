import type { Knowledge, TextTest, Why } from '../../cel/interpret/constant-parts.ts';
import { lowerAscii } from '../../engine/request/ascii.ts';
import { normalizeHost } from '../../engine/request/host.ts';
import { NAMES } from '../../engine/request/names.ts';
import { METHODS } from '../language/values.ts';

/** Values that the names in an expression can never have, each with the reason. */
export const KNOWLEDGE: Knowledge = {
  isAlwaysThere: (name) => ALWAYS.has(name),
  whyNever: (name, test, text) => NEVER.get(name)?.(test, text),
  whyNoKey(name, key) {
    if (name !== 'request.headers' && name !== 'request.header_values') return undefined;
    if (key.startsWith(':')) return PSEUDO.get(key) ?? { reason: NO_PSEUDO_HEADERS };
    const lower = key.toLowerCase();
    if (lower === 'host') return NO_HOST;
    if (lower === key) return undefined;
    return { reason: 'header names are in lower case', help: `write \`${lower}\`` };
  },
};

/** Names whose evaluation can fail: a body may be unreadable. */
const CAN_FAIL: ReadonlySet<string> = new Set(['request.body', 'request.body_bytes']);

/** Every declared name and its parents: `request.path` and `request`. */
const ALWAYS: ReadonlySet<string> = new Set(
  Object.keys(NAMES)
    .filter((name) => !CAN_FAIL.has(name))
    .flatMap((name) => {
      const parts = name.split('.');
      return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
    }),
);

const NO_PSEUDO_HEADERS = 'pseudo-headers are not among the headers';

const READ_HOST = 'read `request.host`, or `request.authority` for the text as sent';

/** Envoy makes the pseudo-header `:authority` of it, and removes one beside `:authority`. */
const NO_HOST: Why = {
  reason: 'Envoy does not send the host as a header',
  help: READ_HOST,
  name: 'request.host',
};

const PSEUDO: ReadonlyMap<string, Why> = new Map([
  [':authority', { reason: NO_PSEUDO_HEADERS, help: READ_HOST, name: 'request.host' }],
  ...['method', 'path', 'scheme'].map((name) => {
    const read = `request.${name}`;
    return [`:${name}`, { reason: NO_PSEUDO_HEADERS, help: `read \`${read}\``, name: read }] as const;
  }),
]);

const NEVER: ReadonlyMap<string, (test: TextTest, text: string) => Why | undefined> = new Map([
  ['request.method', neverMethod],
  ['request.host', neverHost],
  ['request.url_path', neverCanonicalPath],
  ['source.spiffe.trust_domain', neverTrustDomain],
  ['caller.spiffe.trust_domain', neverTrustDomain],
  ['source.principal', neverPrincipal],
  ['caller.principal', neverPrincipal],
  ['source.ip', neverBlock],
  ['source.address', neverBlock],
  ['destination.ip', neverBlock],
  ['destination.address', neverBlock],
  ['caller.via', neverVia],
  ['source.certificate.serial', neverHex],
  ['source.certificate.sha256', neverHex],
]);

const VIA = ['connection', 'xfcc', ''];

function neverVia(test: TextTest, text: string): Why | undefined {
  if (test !== 'equals' || VIA.includes(text)) return undefined;
  return { reason: 'a caller comes by connection or by xfcc', help: 'write `connection` or `xfcc`' };
}

/** RFC 9110, section 9.1: methods are case-sensitive. */
function neverMethod(test: TextTest, text: string): Why | undefined {
  const upper = text.toUpperCase();
  if (test !== 'equals' || upper === text || !METHODS.includes(upper)) return undefined;
  return { reason: 'methods are in upper case', help: `write \`${upper}\`` };
}

/** As `normalizeHost` returns it. */
function neverHost(test: TextTest, text: string): Why | undefined {
  const normal = test === 'equals' ? normalizeHost(text) : lowerAscii(text);
  const hasPort = test === 'endsWith' && /:[0-9]+$/.test(text);
  if (normal === text && !hasPort) return undefined;
  const help = hasPort ? 'read `request.authority` or `destination.port`' : `write \`${normal}\``;
  return { reason: 'the host is in lower case, without port and trailing dot', help };
}

/**
 * `url_path` is canonical: it starts with `/` unless it is `*` or the empty path of CONNECT, and has no query string and no trailing slash. The
 * reasons have no text in backticks, since a quick fix takes such text for the part to replace.
 */
function neverCanonicalPath(test: TextTest, text: string): Why | undefined {
  if (text.includes('?')) {
    return { reason: 'a canonical path has no query string', help: 'read `request.query_params`' };
  }
  const fromStart = test !== 'endsWith' && text !== '';
  if (fromStart && !text.startsWith('/') && text !== '*') {
    return { reason: NO_LEADING_SLASH, help: `write \`/${text}\`` };
  }
  if (test === 'equals' && text === '')
    return { reason: NO_LEADING_SLASH, except: 'CONNECT, which has no path' };
  if (test === 'startsWith' || !text.endsWith('/') || (test === 'equals' && text === '/')) return undefined;
  if (text === '/') return { reason: TRAILING_SLASH, except: 'the path `/`' };
  return { reason: TRAILING_SLASH, help: `write \`${text.replace(/\/+$/, '')}\`` };
}

const NO_LEADING_SLASH = 'a canonical path starts with a slash';
const TRAILING_SLASH = 'a canonical path has no trailing slash';

function neverHex(_: TextTest, text: string): Why | undefined {
  const plain = text.toLowerCase().replaceAll(':', '');
  return plain === text
    ? undefined
    : { reason: 'the value is lower-case hex without colons', help: `write \`${plain}\`` };
}

/** SPIFFE-ID standard, section 2.1: compared in lower case. */
function neverTrustDomain(_: TextTest, text: string): Why | undefined {
  const plain = text.toLowerCase().replace(/^spiffe:\/\//, '');
  if (plain === text) return undefined;
  return { reason: 'trust domains are in lower case and without a scheme', help: `write \`${plain}\`` };
}

/** Principals of Istio, which leave out the scheme of a SPIFFE ID. */
function neverPrincipal(test: TextTest, text: string): Why | undefined {
  if (test === 'endsWith' || !/^[\w.-]+\/ns\/[^/]*(\/|$)/.test(text)) return undefined;
  return {
    reason: 'the principal of such a peer is its whole SPIFFE ID',
    help: `write \`spiffe://${text}\``,
  };
}

/** A block of addresses, `10.0.0.0/8` or `10.*`: a name holds one address. Paths of sockets start with `/` or `@`. */
function neverBlock(test: TextTest, text: string): Why | undefined {
  if (test === 'endsWith' || !/^[0-9a-f:]*[.:][0-9a-f.:]*(\/[0-9]+|\*)$/i.test(text)) return undefined;
  return { reason: 'the value is one address', help: IN_BLOCK };
}

const IN_BLOCK = "test for an address in a block with `cidr('10.0.0.0/8').containsIP(x)`";
