import 'reflect-metadata'; // required by @peculiar/x509, before it
import type { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** A certificate and its key, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** The certificates of a small mesh: an authority, the proxy and each workload. */
export interface Certificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly server: Pair;
  readonly workloads: ReadonlyMap<string, Pair>;
}

/** The names in a certificate, as a caller with an authority that signs anything could choose them. */
export interface CertificateNames {
  /** Attributes in their order, such as `[{CN: ['web']}, {O: ['acme']}]`; default: the name of the workload as `CN`. */
  readonly subject?: x509.JsonNameParams;
  readonly uri?: readonly string[];
  readonly dns?: readonly string[];
}

export interface CertificateOptions {
  /** DNS names of the proxy's certificate, in addition to `localhost` and 127.0.0.1. */
  readonly hosts: readonly string[];
  /** SPIFFE ID of each workload, by name; or all names of its certificate, which need not be an SVID. */
  readonly workloads: Readonly<Record<string, string | CertificateNames>>;
  /** SPIFFE ID of the proxy. */
  readonly server?: string;
  /** Validity in days, default 1. */
  readonly days?: number;
}

/** Creates a new authority, and certificates signed by it: X.509-SVIDs, each with exactly one URI SAN, or others. */
export async function makeCertificates({
  hosts,
  workloads,
  server,
  days = 1,
}: CertificateOptions): Promise<Certificates> {
  const authority = await makeAuthority(days);
  const dns = [...hosts, 'localhost'].map((value): x509.JsonGeneralName => ({ type: 'dns', value }));
  const uri = server === undefined ? [] : [{ type: 'url', value: server } as const];
  const issued = await Promise.all(
    Object.entries(workloads).map(
      async ([name, names]): Promise<[string, Pair]> => [name, await issueWorkload(authority, name, names)],
    ),
  );
  return {
    ca: authority.cert.toString('pem'),
    server: await issue(authority, commonName('envoy'), [...uri, ...dns, { type: 'ip', value: '127.0.0.1' }]),
    workloads: new Map(issued),
  };
}

/** Writes `ca.pem`, `server.pem`, `server.key`, and `NAME.pem` and `NAME.key` per workload. Only the owner can read the keys. */
export async function writeCertificates(folder: string, certificates: Certificates): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ca.pem'), certificates.ca);
  for (const [name, pair] of [['server', certificates.server] as const, ...certificates.workloads]) {
    await writeFile(join(folder, `${name}.pem`), pair.cert);
    await writeFile(join(folder, `${name}.key`), pair.key, { mode: 0o600 });
  }
}

interface Authority {
  readonly cert: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly notAfter: Date;
}

async function makeAuthority(days: number): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notAfter = new Date(Date.now() + days * DAY);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=acme throwaway authority',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY),
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert, key: keys.privateKey, notAfter };
}

function issueWorkload(authority: Authority, name: string, id: string | CertificateNames): Promise<Pair> {
  const { subject = commonName(name), uri = [], dns = [] } = typeof id === 'string' ? { uri: [id] } : id;
  return issue(authority, subject, [
    ...uri.map((value): x509.JsonGeneralName => ({ type: 'url', value })),
    ...dns.map((value): x509.JsonGeneralName => ({ type: 'dns', value })),
  ]);
}

function commonName(name: string): x509.JsonNameParams {
  return [{ CN: [name] }];
}

async function issue(
  authority: Authority,
  subject: x509.JsonNameParams,
  names: readonly x509.JsonGeneralName[],
): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.create({
    subject: new x509.Name(subject),
    issuer: authority.cert.subject,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY),
    notAfter: authority.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.cert),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}
