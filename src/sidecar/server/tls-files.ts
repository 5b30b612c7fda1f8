import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { ServerTls } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import { readFlagFile } from './read-bounded.ts';

/** A TLS file, with the flag and the path that name it. */
interface TlsFile {
  readonly flag: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files of a listener, and what is wrong with them. Without `--tls-cert`, neither. */
export interface TlsFiles {
  readonly tls: ServerTls | undefined;
  readonly problems: readonly string[];
}

/** Reads certificate, key and client CA. `tls` has what could be read, also if there are problems. */
export async function readTlsFiles(
  { tlsCert, tlsKey, tlsClientCa }: Configuration,
  directory: string,
): Promise<TlsFiles> {
  if (tlsCert === undefined || tlsKey === undefined) return { tls: undefined, problems: [] };
  const unread: string[] = [];
  const read = async (flag: string, path: string): Promise<TlsFile> => {
    const bytes = await readFlagFile(flag, path, directory, unread);
    return { flag, path, bytes: bytes ?? new Uint8Array() };
  };
  const cert = await read('--tls-cert', tlsCert);
  const key = await read('--tls-key', tlsKey);
  const clientCa = tlsClientCa === undefined ? undefined : await read('--tls-client-ca', tlsClientCa);
  const tls = { cert: cert.bytes, key: key.bytes, clientCa: clientCa?.bytes };
  return { tls, problems: unread.length > 0 ? unread : tlsProblems(cert, key, clientCa) };
}

/** Content that is not PEM of its kind, a key of another certificate, or anything else that OpenSSL rejects. */
function tlsProblems(cert: TlsFile, key: TlsFile, clientCa: TlsFile | undefined): readonly string[] {
  const certificate = readCertificate(cert.bytes);
  const privateKey = readKey(key.bytes);
  const isOther =
    certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey);
  const problems = [
    ...(certificate === undefined ? [`${named(cert)} is not a PEM certificate`] : []),
    ...(privateKey === undefined ? [`${named(key)} is not a PEM private key without a passphrase`] : []),
    ...(isOther ? [`${named(key)} is not the key of the certificate in \`${cert.path}\``] : []),
    ...(clientCa !== undefined && readCertificate(clientCa.bytes) === undefined
      ? [`${named(clientCa)} is not a PEM certificate`]
      : []),
  ];
  return problems.length > 0 ? problems : rejectedByTls(cert, key, clientCa);
}

/** The rest of a chain or bundle, and strengths that the security level of OpenSSL forbids. */
function rejectedByTls(cert: TlsFile, key: TlsFile, clientCa: TlsFile | undefined): readonly string[] {
  try {
    createSecureContext({ cert: Buffer.from(cert.bytes), key: Buffer.from(key.bytes) });
  } catch (error) {
    return [`${named(cert)} cannot be used (${errorMessage(error)})`];
  }
  if (clientCa === undefined) return [];
  try {
    createSecureContext({ ca: Buffer.from(clientCa.bytes) });
    return [];
  } catch (error) {
    return [`${named(clientCa)} cannot be used (${errorMessage(error)})`];
  }
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
