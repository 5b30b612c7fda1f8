import { createHash, X509Certificate } from 'node:crypto';
import type { Log } from '../telemetry/logging.ts';
import type { Listener, ServerTls } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

export interface TlsWatch {
  close(): void;
}

/** Milliseconds between two looks at the files. */
const INTERVAL = 1000;

/**
 * Reads the TLS files again and again, since watches get lost on mounts whose links are replaced (`..data` of
 * Kubernetes). Files that have changed are used for new connections when two looks agree on them: certificate and key
 * are seldom written at once. Files that cannot be used are told once, and the last good ones stay.
 */
export function watchTlsFiles(
  configuration: Configuration,
  directory: string,
  first: ServerTls | undefined,
  listener: Pick<Listener, 'renewTls'>,
  log: Log,
): TlsWatch {
  if (first === undefined) return { close() {} };
  let settled = fingerprint({ tls: first, problems: [] });
  let last = settled;
  const look = async (): Promise<void> => {
    const files = await readTlsFiles(configuration, directory);
    const seen = fingerprint(files);
    const agrees = seen === last;
    last = seen;
    if (!agrees || seen === settled) return;
    settled = seen;
    use(files, listener, log);
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const lookLater = (): void => {
    if (closed) return;
    timer = setTimeout(() => void look().finally(lookLater), INTERVAL).unref();
  };
  lookLater();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function use({ tls, problems }: TlsFiles, listener: Pick<Listener, 'renewTls'>, log: Log): void {
  if (tls === undefined || problems.length > 0) {
    log.warn('the TLS files have changed and cannot be used, the last good ones stay', { problems });
    return;
  }
  listener.renewTls(tls);
  const { serialNumber, validTo } = new X509Certificate(tls.cert);
  log.info('the TLS files have changed, new connections use them', {
    serial: serialNumber,
    valid_to: validTo,
  });
}

function fingerprint({ tls, problems }: TlsFiles): string {
  const hash = createHash('sha256');
  for (const bytes of [tls?.cert, tls?.key, tls?.clientCa]) {
    hash.update(`${String(bytes?.length ?? 0)}:`).update(bytes ?? '');
  }
  return hash.update(problems.join('\n')).digest('hex');
}
