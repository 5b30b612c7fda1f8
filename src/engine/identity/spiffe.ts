import { lowerAscii } from '../request/ascii.ts';

/** The parts of a SPIFFE ID. */
export interface SpiffeId {
  /** Lower case: trust domains are compared without regard to case. */
  readonly trustDomain: string;
  /** With its leading slash; empty for the ID of a trust domain itself. Compared exactly. */
  readonly path: string;
  readonly segments: readonly string[];
  /** X of `/ns/X/...`, else empty. */
  readonly namespace: string;
  /** Y of `/ns/X/.../sa/Y`, else empty. */
  readonly serviceAccount: string;
}

export const SPIFFE_SCHEME = 'spiffe://';

/** SPIFFE-ID standard, section 2.3. */
export const MAX_ID_BYTES = 2048;
const MAX_TRUST_DOMAIN_BYTES = 255;
const TRUST_DOMAIN = /^[a-z0-9._-]+$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/** True if the text begins with `spiffe://`, in any case (RFC 3986, section 3.1). */
export function looksLikeSpiffe(text: string): boolean {
  return text.slice(0, SPIFFE_SCHEME.length).toLowerCase() === SPIFFE_SCHEME;
}

/** True if `name`, in lower case, is a valid trust domain (SPIFFE-ID standard, section 2.1). */
export function isTrustDomain(name: string): boolean {
  return name.length <= MAX_TRUST_DOMAIN_BYTES && TRUST_DOMAIN.test(name);
}

/**
 * Reads a SPIFFE ID as the SPIFFE-ID standard (section 2) defines it; undefined for anything else: another
 * scheme, a port, user info, a query, a fragment, percent-encoding, an empty or dot segment, a trailing slash,
 * more than 2048 bytes.
 */
export function parseSpiffe(id: string): SpiffeId | undefined {
  // Only ASCII is valid below, so that characters count as bytes.
  if (id.length > MAX_ID_BYTES) return undefined;
  if (!looksLikeSpiffe(id)) return undefined;
  const slash = id.indexOf('/', SPIFFE_SCHEME.length);
  const trustDomain = lowerAscii(id.slice(SPIFFE_SCHEME.length, slash === -1 ? id.length : slash));
  if (!isTrustDomain(trustDomain)) return undefined;
  const path = slash === -1 ? '' : id.slice(slash);
  const segments = path === '' ? [] : path.slice(1).split('/');
  if (!segments.every(isSegment)) return undefined;
  return { trustDomain, path, segments, ...workload(segments) };
}

function isSegment(segment: string): boolean {
  return SEGMENT.test(segment) && segment !== '.' && segment !== '..';
}

function workload(segments: readonly string[]): { namespace: string; serviceAccount: string } {
  const namespace = segments[0] === 'ns' ? (segments[1] ?? '') : '';
  const named = namespace !== '' && segments.length >= 4 && segments.at(-2) === 'sa';
  return { namespace, serviceAccount: named ? (segments.at(-1) ?? '') : '' };
}
