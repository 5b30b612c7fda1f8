import { hash } from 'node:crypto';
import type { Certificate, CertificateReader } from '../../engine/identity/certificate.ts';
import { looksLikeSpiffe } from '../../engine/identity/spiffe.ts';
import type { TestCertificate } from '../../policy/compile/policy-test.ts';

/** Begins a text in the place of a certificate; no PEM begins with it. */
const PREFIX = 'certificate of a test: ';

/** The certificate of a caller, in the place of a PEM, for a reader made by `readerOfTests`. */
export function writtenCertificate(certificate: TestCertificate, principal: string): string {
  return `${PREFIX}${JSON.stringify(certificateOf(certificate, principal))}`;
}

/** The certificate of a caller with all defaults. Those that differ in any field have different digests. */
export function certificateOf(certificate: TestCertificate, principal: string): Certificate {
  const fields = { ...defaultsFor(principal), ...certificate };
  return { ...fields, sha256: certificate.sha256 ?? hash('sha256', JSON.stringify(fields)) };
}

/** A reader that also reads the certificates of callers in tests. */
export function readerOfTests(reader: CertificateReader): CertificateReader {
  return {
    issuers: (chain, hash) => reader.issuers(chain, hash),
    read: (pem) =>
      pem.startsWith(PREFIX) ? (JSON.parse(pem.slice(PREFIX.length)) as Certificate) : reader.read(pem),
  };
}

/** A certificate that holds the principal: as a URI, as a subject if it has attributes, else as a DNS name. */
function defaultsFor(principal: string): Omit<Certificate, 'sha256'> {
  const isUri = looksLikeSpiffe(principal) || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(principal);
  const isSubject = !isUri && principal.includes('=');
  return {
    subject: isSubject ? principal : '',
    issuer: '',
    serial: '01',
    notBefore: 0,
    notAfter: Date.UTC(9999, 0, 1),
    uriSans: isUri ? [principal] : [],
    dnsSans: isUri || isSubject ? [] : [principal],
    ipSans: [],
    emailSans: [],
    keyUsages: ['digitalSignature'],
    extendedKeyUsages: ['clientAuth', 'serverAuth'],
  };
}
