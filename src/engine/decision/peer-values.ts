import type { Certificate, CertificateReader } from '../identity/certificate.ts';
import { CERTIFICATE_MALFORMED, forwardedDenial, type PeerResult } from '../identity/peer.ts';
import { parseSpiffe } from '../identity/spiffe.ts';
import type { Peer, Timestamp } from '../request/attributes.ts';
import type { ReadXfcc, XfccElement } from '../request/xfcc.ts';
import { AttributeUnavailable } from './attribute-unavailable.ts';
import type { Caller } from './identities.ts';
import { EPOCH, timestamp } from './timestamp.ts';

class PeerValues {
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get address(): string {
    return this.#peer.address;
  }
  get port(): number {
    return this.#peer.port;
  }
  get ip(): string {
    return this.#peer.address;
  }
  get service(): string {
    return this.#peer.service;
  }
  get labels(): ReadonlyMap<string, string> {
    return this.#peer.labels;
  }
}

/** `destination` in expressions. */
export class DestinationValues extends PeerValues {
  readonly principal: string;

  constructor(peer: Peer) {
    super(peer);
    this.principal = peer.principal;
  }
}

/** Facts of a request about its peer, each computed once, when it is first read. */
interface PeerReads {
  readonly peer: PeerResult;
  readonly xfcc: ReadXfcc;
  readonly certificates: CertificateReader;
}

/** `source` in expressions. Reading a part that cannot be read fails, so that no rule is skipped for want of it. */
export class SourceValues extends PeerValues {
  readonly #source: Peer;
  readonly #reads: PeerReads;
  #certificate: CertificateValues | undefined;
  #spiffe: SpiffeValues | undefined;
  #xfcc: readonly ForwardedValues[] | undefined;

  constructor(source: Peer, reads: PeerReads) {
    super(source);
    this.#source = source;
    this.#reads = reads;
  }

  get principal(): string {
    const { principal, denial } = this.#reads.peer;
    if (denial !== undefined) throw new AttributeUnavailable(denial);
    return principal;
  }
  get spiffe(): SpiffeValues {
    this.#spiffe ??= spiffeValues(this.principal);
    return this.#spiffe;
  }
  get certificate(): CertificateValues {
    this.#certificate ??= certificateOf(this.#source.certificate, this.#reads.certificates);
    return this.#certificate;
  }
  get xfcc(): readonly ForwardedValues[] {
    this.#xfcc ??= forwardedValues(this.#reads);
    return this.#xfcc;
  }
}

interface ForwardedValues extends Omit<XfccElement, 'chain'> {
  readonly issuers: readonly string[];
}

function forwardedValues({ xfcc, certificates }: PeerReads): readonly ForwardedValues[] {
  if (xfcc.elements === undefined) throw new AttributeUnavailable(forwardedDenial(xfcc.problem));
  return xfcc.elements.map(({ chain, ...names }) => {
    const issuers = chain === '' ? [] : certificates.issuers(chain, names.hash);
    if (issuers === undefined) throw new AttributeUnavailable(forwardedDenial(NO_CHAIN));
    return { ...names, issuers };
  });
}

const NO_CHAIN = 'has a chain of certificates that cannot be read';

/** `caller` in expressions. */
export class CallerValues {
  readonly principal: string;
  readonly via: string;
  #spiffe: SpiffeValues | undefined;

  constructor({ principal, via }: Caller) {
    this.principal = principal;
    this.via = via;
  }

  get spiffe(): SpiffeValues {
    this.#spiffe ??= spiffeValues(this.principal);
    return this.#spiffe;
  }
}

type SpiffeValues = Readonly<Record<'trust_domain' | 'path' | 'namespace' | 'service_account', string>>;

/** The parts of a SPIFFE ID, empty for any other principal. */
function spiffeValues(principal: string): SpiffeValues {
  const id = parseSpiffe(principal);
  return {
    trust_domain: id?.trustDomain ?? '',
    path: id?.path ?? '',
    namespace: id?.namespace ?? '',
    service_account: id?.serviceAccount ?? '',
  };
}

/** `caller` where no policy authenticates a peer. */
export const NO_CALLER = Object.freeze({ principal: '', via: '', spiffe: spiffeValues('') });

interface CertificateValues {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly not_before: Timestamp;
  readonly not_after: Timestamp;
  readonly uri_sans: readonly string[];
  readonly dns_sans: readonly string[];
  readonly ip_sans: readonly string[];
  readonly email_sans: readonly string[];
  readonly key_usages: readonly string[];
  readonly extended_key_usages: readonly string[];
  readonly sha256: string;
}

const NO_CERTIFICATE: CertificateValues = Object.freeze({
  subject: '',
  issuer: '',
  serial: '',
  not_before: EPOCH,
  not_after: EPOCH,
  uri_sans: [],
  dns_sans: [],
  ip_sans: [],
  email_sans: [],
  key_usages: [],
  extended_key_usages: [],
  sha256: '',
});

/** Empty values only without a certificate; one that cannot be read is an error. */
function certificateOf(pem: string, reader: CertificateReader): CertificateValues {
  if (pem === '') return NO_CERTIFICATE;
  const certificate = reader.read(pem);
  if (certificate === undefined) throw new AttributeUnavailable(CERTIFICATE_MALFORMED);
  return certificateValues(certificate);
}

function certificateValues(certificate: Certificate): CertificateValues {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serial: certificate.serial,
    not_before: timestamp(certificate.notBefore),
    not_after: timestamp(certificate.notAfter),
    uri_sans: certificate.uriSans,
    dns_sans: certificate.dnsSans,
    ip_sans: certificate.ipSans,
    email_sans: certificate.emailSans,
    key_usages: certificate.keyUsages,
    extended_key_usages: certificate.extendedKeyUsages,
    sha256: certificate.sha256,
  };
}
