import { LRUCache } from 'lru-cache';
import { lowerAscii } from '../request/ascii.ts';
import { decodeOnce } from '../request/percent.ts';
import { type CertificateFields, readFields } from './certificate-fields.ts';
import type { CryptoProvider } from './crypto.ts';
import { looksLikeSpiffe } from './spiffe.ts';

/** Fields of a certificate, as expressions see them in `source.certificate`. */
export interface Certificate extends CertificateFields {
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

const MAX_PEM_LENGTH = 64 * 1024;

/** Reads certificates, with a cache. */
export interface CertificateReader {
  /** Reads a certificate in PEM; undefined if it is broken or longer than 64 KiB. */
  read(pem: string): Certificate | undefined;
  /**
   * SHA-256 digests, in lower-case hex, of the certificates after the first one of a chain, each of which has signed the
   * one before. A client chooses what it sends: the others are left out. Undefined if the chain cannot be read, or if
   * its first certificate has another digest than `hash`. The chain is in PEM, perhaps percent-encoded.
   */
  issuers(chain: string, hash: string): readonly string[] | undefined;
}

/** Most certificates of a chain: each needs a check of a signature. */
const MAX_CHAIN = 10;

/** Characters of PEM in the cache of a reader. A mesh peer keeps its certificate for an hour or so. */
const CACHE_SIZE = 4 * 1024 * 1024;

/**
 * A reader with an empty cache. It reads names from the DER itself: the texts that Node makes of them have been
 * ambiguous (CVE-2021-44532).
 */
export function createCertificateReader(crypto: CryptoProvider): CertificateReader {
  /** By PEM text; `false` for those that cannot be read. */
  const cache = new LRUCache<string, Certificate | false>({
    maxSize: CACHE_SIZE,
    sizeCalculation: (_, pem) => pem.length,
  });
  /** By chain: the digests of all of its certificates; none for one that cannot be read. */
  const chains = new LRUCache<string, readonly string[]>({
    maxSize: CACHE_SIZE,
    sizeCalculation: (_, chain) => chain.length,
  });
  return {
    issuers(chain, hash) {
      let digests = chains.get(chain);
      if (digests === undefined) {
        digests = crypto.readChain(decodeOnce(chain), MAX_CHAIN)?.map(({ sha256 }) => sha256) ?? [];
        chains.set(chain, digests);
      }
      const [own, ...issuers] = digests;
      return own === lowerAscii(hash) ? issuers : undefined;
    },
    read(pem) {
      if (pem === '' || pem.length > MAX_PEM_LENGTH) return undefined;
      let certificate = cache.get(pem);
      if (certificate === undefined) {
        certificate = parse(pem, crypto) ?? false;
        cache.set(pem, certificate);
      }
      return certificate === false ? undefined : certificate;
    },
  };
}

/**
 * True if the certificate holds the identity `principal`: as its only URI SAN, as one of its DNS SANs or, if it has
 * neither, as its subject, as Envoy takes it from there. A text that begins as a SPIFFE ID is one only as the URI SAN
 * (X.509-SVID standard, section 2). A certificate that cannot be read (undefined) holds none.
 */
export function certificateHolds(certificate: Certificate | undefined, principal: string): boolean {
  if (certificate === undefined || principal === '' || certificate.uriSans.length > 1) return false;
  const { uriSans, dnsSans, subject } = certificate;
  if (uriSans.includes(principal)) return true;
  if (looksLikeSpiffe(principal)) return false;
  if (uriSans.length === 0 && dnsSans.length === 0) return subject === principal;
  return dnsSans.includes(principal);
}

function parse(pem: string, crypto: CryptoProvider): Certificate | undefined {
  const x509 = crypto.readX509(pem);
  const fields = x509 && readFields(x509.der);
  return fields && { ...fields, sha256: x509.sha256 };
}
