import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** A TLS file, with the flag and the path that name it. */
export interface TlsFile {
  readonly flag: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Problems of the files of a listener: content that is not PEM of its kind, or a key of another certificate. */
export function tlsProblems(cert: TlsFile, key: TlsFile, clientCa: TlsFile | undefined): readonly string[] {
  const certificate = readCertificate(cert.bytes);
  const privateKey = readKey(key.bytes);
  const isOther =
    certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey);
  return [
    ...(certificate === undefined ? [`${named(cert)} is not a PEM certificate`] : []),
    ...(privateKey === undefined ? [`${named(key)} is not a PEM private key without a passphrase`] : []),
    ...(isOther ? [`${named(key)} is not the key of the certificate in \`${cert.path}\``] : []),
    ...(clientCa !== undefined && readCertificate(clientCa.bytes) === undefined
      ? [`${named(clientCa)} is not a PEM certificate`]
      : []),
  ];
}

function named({ flag, path }: TlsFile): string {
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
