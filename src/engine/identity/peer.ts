import type { Peer } from '../request/attributes.ts';
import type { ReadXfcc } from '../request/xfcc.ts';
import { type Certificate, type CertificateReader, certificateHolds } from './certificate.ts';
import { looksLikeSpiffe } from './spiffe.ts';

/** The identity of a peer, or the reason why its names do not give one. */
export type PeerResult =
  /** Empty: the peer has no identity. */
  | { readonly principal: string; readonly denial?: undefined }
  | { readonly denial: PeerDenial; readonly principal?: undefined };

/** Reasons to deny a request for the certificate of its peer. Each is a row of the reason table. */
export interface PeerDenial {
  readonly reason: 'peer_untrusted' | 'peer_ambiguous' | 'certificate_malformed';
  /** One sentence for the caller. */
  readonly detail: string;
}

export const CERTIFICATE_MALFORMED: PeerDenial = {
  reason: 'certificate_malformed',
  detail: 'the certificate of the peer cannot be read',
};

const SEVERAL_URIS: PeerDenial = {
  reason: 'peer_ambiguous',
  detail: 'the certificate of the peer has more than one URI name',
};

const NOT_IN_CERTIFICATE: PeerDenial = {
  reason: 'peer_untrusted',
  detail: 'the certificate does not hold the identity it was presented for',
};

const NOT_A_URI: PeerDenial = {
  reason: 'peer_untrusted',
  detail: 'a SPIFFE ID must be the URI name of the certificate',
};

const SEVERAL_DNS: PeerDenial = {
  reason: 'peer_ambiguous',
  detail: '`x-forwarded-client-cert` has several DNS names in its text form, and no URI name',
};

/**
 * The peer of the connection as Envoy names it: by its URI SAN, else its first DNS SAN, else its subject. If Envoy sends
 * the certificate (`include_peer_certificate`), it must hold that name; without it, a DNS SAN cannot be told from a URI.
 */
export function connectionPeer({ principal, certificate }: Peer, reader: CertificateReader): PeerResult {
  if (principal === '' || certificate === '') return { principal };
  const read = reader.read(certificate);
  if (read === undefined) return { denial: CERTIFICATE_MALFORMED };
  if (read.uriSans.length > 1) return { denial: SEVERAL_URIS };
  return certificateHolds(read, principal) ? { principal } : { denial: NOT_IN_CERTIFICATE };
}

/**
 * The client that the nearest trusted proxy has seen, named as Envoy would name it as a direct peer: a certificate has
 * one principal, whichever way it comes.
 */
export function forwardedPeer(read: ReadXfcc, peer: Peer, reader: CertificateReader): PeerResult {
  if (read.problem !== undefined) return { denial: forwardedDenial(read.problem) };
  const nearest = read.elements.at(-1);
  if (nearest === undefined) return { principal: '' };
  const { uri, dns, subject, hash } = nearest;
  if (read.form === 'text' && uri === '' && dns.length > 1) return { denial: SEVERAL_DNS };
  const principal = uri || (dns[0] ?? subject);
  if (uri === '' && looksLikeSpiffe(principal)) return { denial: NOT_A_URI };
  const earlier = read.elements.slice(0, -1);
  const denial = earlier.length === 0 ? undefined : splitElement(earlier, hash, peer, reader);
  return denial === undefined ? { principal } : { denial };
}

/** The denial for a header that cannot be read, or in more than one way. */
export function forwardedDenial(problem: string): PeerDenial {
  return { reason: 'peer_ambiguous', detail: `\`x-forwarded-client-cert\` ${problem}` };
}

/**
 * A denial if the own proxy wrote an earlier element about the certificate of its peer: what comes after it can only
 * be a part of a name in that certificate.
 */
function splitElement(
  earlier: readonly { readonly hash: string }[],
  hash: string,
  { certificate }: Peer,
  reader: CertificateReader,
): PeerDenial | undefined {
  if (certificate === '') return undefined;
  const read: Certificate | undefined = reader.read(certificate);
  if (read === undefined) return CERTIFICATE_MALFORMED;
  if (hash === read.sha256 || !earlier.some((element) => element.hash === read.sha256)) return undefined;
  return forwardedDenial('has a name that looks like an element');
}
