import { X509Certificate } from 'node:crypto';
import type { Log } from '../telemetry/logging.ts';
import type { Listener, ServerTls } from '../transport/transport.ts';
import { type FileWatch, watchFiles } from './file-watch.ts';
import { readTlsFiles, type TlsFiles, type TlsSettings } from './tls-files.ts';

/** Uses TLS files that have changed for new connections. */
export function watchTlsFiles(
  configuration: TlsSettings,
  directory: string,
  first: ServerTls | undefined,
  listener: Pick<Listener, 'renewTls'>,
  log: Log,
): FileWatch {
  if (first === undefined) return { close() {} };
  return watchFiles<TlsFiles>({
    name: 'the TLS files',
    first: { tls: first, problems: [] },
    read: () => readTlsFiles(configuration, directory),
    watched: ({ tls, problems }) => ({ contents: [tls?.cert, tls?.key, tls?.clientCa], problems }),
    use: (files) => use(files, listener, log),
    log,
  });
}

function use({ tls }: TlsFiles, listener: Pick<Listener, 'renewTls'>, log: Log): void {
  if (tls === undefined) return;
  listener.renewTls(tls);
  const { serialNumber, validTo } = new X509Certificate(tls.cert);
  log.info('the TLS files have changed, new connections use them', {
    serial: serialNumber,
    valid_to: validTo,
  });
}
