import type { Certificate } from '../../../src/engine/identity/certificate.ts';
import { alternativeNames, type CertificateParts, certificate, pemOf, uri } from '../../support/der.ts';

/** A certificate, the principal that a proxy names for it, and what must come of both. */
export interface CertificateCase {
  readonly name: string;
  readonly pem: string;
  readonly principal: string;
  readonly reason: 'allowed' | 'peer_missing' | 'peer_untrusted' | 'peer_ambiguous' | 'certificate_malformed';
  /** Fields that expressions read. */
  readonly reads: Partial<Certificate>;
}

export const WEB = 'spiffe://acme.example/ns/shop/sa/web';
export const WEB_NAME = alternativeNames(uri(WEB));

export function usual(parts: Partial<CertificateParts> = {}): Buffer {
  return certificate({ extensions: [WEB_NAME], ...parts });
}

export function allowed(
  name: string,
  der: Uint8Array | string,
  reads: Partial<Certificate> = {},
  principal = WEB,
): CertificateCase {
  return { name, pem: typeof der === 'string' ? der : pemOf(der), principal, reason: 'allowed', reads };
}

export function denied(
  reason: Exclude<CertificateCase['reason'], 'allowed'>,
  name: string,
  der: Uint8Array | string,
  principal = WEB,
): CertificateCase {
  return { name, pem: typeof der === 'string' ? der : pemOf(der), principal, reason, reads: {} };
}

export const malformed = (name: string, der: Uint8Array | string): CertificateCase =>
  denied('certificate_malformed', name, der);

/** A usual certificate with these names. */
export const named = (...names: readonly Uint8Array[]): Buffer =>
  usual({ extensions: [alternativeNames(...names)] });

export const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
