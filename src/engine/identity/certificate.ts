import { X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { childrenOf, dottedOid, type Element, readElements, TAG } from './der.ts';
import { printName } from './distinguished-name.ts';

/** What a certificate says, as `source.certificate` shows it. */
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
  /** Digest of the DER, lower-case hex. */
  readonly sha256: string;
}

const MAX_PEM_LENGTH = 64 * 1024;
const SUBJECT_ALT_NAME = '2.5.29.17';
/** GeneralName choices (RFC 5280 section 4.2.1.6). */
const DNS_NAME = 0x82;
const URI_NAME = 0x86;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** By PEM text; `false` for those that cannot be read. A mesh peer keeps its certificate for an hour or so. */
const certificates = new LRUCache<string, Certificate | false>({
  maxSize: 4 * 1024 * 1024,
  sizeCalculation: (_, pem) => pem.length,
});

/**
 * Reads a PEM certificate; undefined when it is broken or longer than 64 KiB. Remembers the ones seen last.
 * Names are taken from the DER itself: the texts that Node makes of them have been ambiguous (CVE-2021-44532).
 */
export function readCertificate(pem: string): Certificate | undefined {
  if (pem === '' || pem.length > MAX_PEM_LENGTH) return undefined;
  let certificate = certificates.get(pem);
  if (certificate === undefined) {
    certificate = parse(pem) ?? false;
    certificates.set(pem, certificate);
  }
  return certificate === false ? undefined : certificate;
}

/**
 * Whether the certificate is that of `principal`: one of its URI or DNS SANs or, if it has neither, its subject.
 * That is where Envoy takes the principal from. A broken certificate holds nothing.
 */
export function certificateHolds(pem: string, principal: string): boolean {
  const certificate = readCertificate(pem);
  if (certificate === undefined || principal === '') return false;
  const { uriSans, dnsSans, subject } = certificate;
  if (uriSans.length === 0 && dnsSans.length === 0) return subject === principal;
  return uriSans.includes(principal) || dnsSans.includes(principal);
}

function parse(pem: string): Certificate | undefined {
  try {
    const x509 = new X509Certificate(pem);
    const { issuer, subject, extensions } = fieldsOf(x509.raw);
    const alternatives = alternativeNames(extensions);
    return {
      subject: printName(subject),
      issuer: printName(issuer),
      serial: x509.serialNumber.toLowerCase(),
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      uriSans: texts(alternatives, URI_NAME),
      dnsSans: texts(alternatives, DNS_NAME),
      sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch {
    return undefined;
  }
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

function alternativeNames(extensions: readonly Element[]): readonly Element[] {
  for (const extension of extensions) {
    const [id, ...rest] = childrenOf(extension);
    if (id === undefined || dottedOid(id.content) !== SUBJECT_ALT_NAME) continue;
    const value = rest.find((part) => part.tag === TAG.octets);
    return childrenOf(readElements(value?.content ?? new Uint8Array())?.[0]);
  }
  return [];
}

function texts(names: readonly Element[], tag: number): readonly string[] {
  return names.filter((name) => name.tag === tag).map((name) => Buffer.from(name.content).toString('latin1'));
}
