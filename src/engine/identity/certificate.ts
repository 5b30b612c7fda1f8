import { LRUCache } from 'lru-cache';
import type { CryptoProvider } from './crypto.ts';
import { childrenOf, dottedOid, type Element, latin1, readElements, TAG } from './der.ts';
import { printName } from './distinguished-name.ts';
import { looksLikeSpiffe } from './spiffe.ts';

/** Fields of a certificate, as expressions see them in `source.certificate`. */
export interface Certificate {
  /** RFC 4514, as Envoy prints it. */
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

const MAX_PEM_LENGTH = 64 * 1024;
const SUBJECT_ALT_NAME = '2.5.29.17';
/** GeneralName choices (RFC 5280 section 4.2.1.6). */
const DNS_NAME = 0x82;
const URI_NAME = 0x86;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Reads certificates, with a cache. */
export interface CertificateReader {
  /** Reads a certificate in PEM; undefined if it is broken or longer than 64 KiB. */
  read(pem: string): Certificate | undefined;
}

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
  return {
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
  if (x509 === undefined) return undefined;
  const { der, serial, notBefore, notAfter, sha256 } = x509;
  const { issuer, subject, extensions } = fieldsOf(der);
  const alternatives = alternativeNames(extensions);
  if (alternatives === undefined) return undefined;
  return {
    subject: printName(subject),
    issuer: printName(issuer),
    serial,
    notBefore,
    notAfter,
    uriSans: texts(alternatives, URI_NAME),
    dnsSans: texts(alternatives, DNS_NAME),
    sha256,
  };
}

interface Fields {
  readonly issuer: Element | undefined;
  readonly subject: Element | undefined;
  readonly extensions: readonly Element[];
}

/** TBSCertificate (RFC 5280 section 4.1): version, serial, algorithm, issuer, validity, subject, key, ... */
function fieldsOf(der: Uint8Array): Fields {
  const [certificate] = readElements(der) ?? [];
  const fields = childrenOf(childrenOf(certificate)[0]);
  const first = fields[0]?.tag === VERSION ? 1 : 0;
  const wrapped = fields.find((field) => field.tag === EXTENSIONS);
  return {
    issuer: fields[first + 2],
    subject: fields[first + 4],
    extensions: childrenOf(childrenOf(wrapped)[0]),
  };
}

/** The SANs; undefined if they cannot be read: a name that is skipped could be the one that a rule denies. */
function alternativeNames(extensions: readonly Element[]): readonly Element[] | undefined {
  const [extension, another] = extensions.filter((each) => {
    const [id] = childrenOf(each);
    return id !== undefined && dottedOid(id.content) === SUBJECT_ALT_NAME;
  });
  if (extension === undefined) return [];
  const value = childrenOf(extension).find((part) => part.tag === TAG.octets);
  const [names, ...rest] = readElements(value?.content ?? new Uint8Array()) ?? [];
  if (another !== undefined || names?.tag !== TAG.sequence || rest.length > 0) return undefined;
  return readElements(names.content);
}

function texts(names: readonly Element[], tag: number): readonly string[] {
  return names.filter((name) => name.tag === tag).map((name) => latin1(name.content));
}
