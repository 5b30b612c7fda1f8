import type { ServerTls } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import { pemProblems, readPemFile } from './pem-files.ts';

/** The files of a listener, and what is wrong with them. Without `--tls-cert`, neither. */
export interface TlsFiles {
  readonly tls: ServerTls | undefined;
  readonly problems: readonly string[];
}

/** The settings that name the files of a listener. */
export type TlsSettings = Pick<Configuration, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

/** Reads certificate, key and client CA. `tls` has what could be read, also if there are problems. */
export async function readTlsFiles(
  { tlsCert, tlsKey, tlsClientCa }: Pick<Configuration, keyof TlsSettings>,
  directory: string,
): Promise<TlsFiles> {
  const unread: string[] = [];
  const cert = await readPemFile('--tls-cert', tlsCert, directory, unread);
  const key = await readPemFile('--tls-key', tlsKey, directory, unread);
  const ca = await readPemFile('--tls-client-ca', tlsClientCa, directory, unread);
  if (cert === undefined || key === undefined) return { tls: undefined, problems: [] };
  const tls = { cert: cert.bytes, key: key.bytes, clientCa: ca?.bytes };
  return { tls, problems: unread.length > 0 ? unread : pemProblems({ cert, key, ca }) };
}
