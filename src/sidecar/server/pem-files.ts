import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { readFlagFile } from './read-bounded.ts';

/** A PEM file, with the flag and the path that name it. */
export interface PemFile {
  readonly flag: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files that belong together; a certificate comes with its key. */
export interface PemFiles {
  readonly cert: PemFile | undefined;
  readonly key: PemFile | undefined;
  readonly ca: PemFile | undefined;
}

/** Reads the file of a flag; without a path, there is none. What cannot be read is added to `problems`, and is empty. */
export async function readPemFile(
  flag: string,
  path: string | undefined,
  directory: string,
  problems: string[],
): Promise<PemFile | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readFlagFile(flag, path, directory, problems);
  return { flag, path, bytes: bytes ?? new Uint8Array() };
}

/** Content that is not PEM of its kind, a key of another certificate, or anything else that OpenSSL rejects. */
export function pemProblems({ cert, key, ca }: PemFiles): readonly string[] {
  const certificate = cert && readCertificate(cert.bytes);
  const privateKey = key && readKey(key.bytes);
  const isOther =
    certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey);
  const problems = [
    ...(cert !== undefined && certificate === undefined ? [`${named(cert)} is not a PEM certificate`] : []),
    ...(key !== undefined && privateKey === undefined
      ? [`${named(key)} is not a PEM private key without a passphrase`]
      : []),
    ...(key !== undefined && isOther
      ? [`${named(key)} is not the key of the certificate in \`${cert?.path}\``]
      : []),
    ...(ca !== undefined && readCertificate(ca.bytes) === undefined
      ? [`${named(ca)} is not a PEM certificate`]
      : []),
  ];
  return problems.length > 0 ? problems : rejectedByTls({ cert, key, ca });
}

/** The rest of a chain or bundle, and strengths that the security level of OpenSSL forbids. */
function rejectedByTls({ cert, key, ca }: PemFiles): readonly string[] {
  return [
    ...(cert === undefined || key === undefined
      ? []
      : rejected(cert, { cert: Buffer.from(cert.bytes), key: Buffer.from(key.bytes) })),
    ...(ca === undefined ? [] : rejected(ca, { ca: Buffer.from(ca.bytes) })),
  ];
}

function rejected(file: PemFile, options: SecureContextOptions): readonly string[] {
  try {
    createSecureContext(options);
    return [];
  } catch (error) {
    return [`${named(file)} cannot be used (${errorMessage(error)})`];
  }
}

function named({ flag, path }: PemFile): string {
  return `${flag}: \`${path}\``;
}

function readCertificate(bytes: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

function readKey(bytes: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}
