import { X509Certificate } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { PROBE_PATHS, startAdmin } from '../../sidecar/admin/http.ts';
import { connectionLog } from '../../sidecar/server/connection-log.ts';
import { readTlsFiles, type TlsSettings } from '../../sidecar/server/tls-files.ts';
import { watchTlsFiles } from '../../sidecar/server/tls-watch.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import { createLog, type Log } from '../../sidecar/telemetry/logging.ts';
import type { ServerTls } from '../../sidecar/transport/transport.ts';
import { defaultsOf } from '../inject/default-options.ts';
import { catchSignals } from '../serve/signals.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Counters } from './counters.ts';
import type { WebhookOptions } from './flags.ts';
import { listenForReviews, type WebhookListener } from './listener.ts';
import { reviewHandler } from './reviews.ts';

/** `lictor webhook`: injects new pods at admission, until a signal ends it. */
export async function webhook(options: WebhookOptions, terminal: Terminal): Promise<ExitCode> {
  const signals = catchSignals();
  const { defaults, problems } = defaultsOf(options.set);
  const tlsSettings = tlsOf(options);
  const files = await readTlsFiles(tlsSettings, terminal.directory);
  const { tls } = files;
  const wrong = [...problems, ...files.problems];
  if (tls === undefined || wrong.length > 0) return refuse(terminal, wrong);
  const log = createLog(options.logLevel);
  const counters = new Counters();
  let draining = false;
  await using opened = new AsyncDisposableStack();
  let listener: WebhookListener;
  try {
    const handler = reviewHandler({ defaults, counters, log, isDraining: () => draining });
    listener = await listenForReviews(options.listen, tls, connectionLog(log, 'listen'), handler);
    opened.defer(() => listener.close(0));
    const probe = await startAdmin(
      { address: options.probe, paths: PROBE_PATHS, hosts: [], observer: connectionLog(log, 'probe') },
      probePages(counters, () => draining),
    );
    opened.defer(() => probe.close());
    log.info('serving', { address: listener.address, probe: probe.address, version: packageVersion() });
  } catch (error) {
    return refuse(terminal, [errorMessage(error)]);
  }
  const renewTls = (next: ServerTls): void => {
    listener.renewTls(next);
    counters.certificateExpiry = expiryOf(next);
  };
  counters.certificateExpiry = expiryOf(tls);
  const watch = watchTlsFiles(tlsSettings, terminal.directory, tls, { renewTls }, log);
  await signals.terminated;
  draining = true;
  await drain(listener, options, log);
  watch.close();
  return EXIT.fine;
}

/** The settings of the listener, which are those of `serve`. */
function tlsOf({ tlsCert, tlsKey, tlsClientCa }: WebhookOptions): TlsSettings {
  return { tlsCert, tlsKey, tlsClientCa };
}

/** Reviews are answered during the delay, in which the endpoints of the Service are updated. */
async function drain(
  listener: WebhookListener,
  { drainDelay, drainTimeout }: WebhookOptions,
  log: Log,
): Promise<void> {
  log.info('draining', { delay_ms: drainDelay, timeout_ms: drainTimeout });
  await pause(drainDelay);
  await listener.close(drainTimeout);
  log.info('stopped');
}

function probePages(counters: Counters, isDraining: () => boolean): Parameters<typeof startAdmin>[1] {
  return {
    notReady: () => (isDraining() ? 'draining' : undefined),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: counters.text() }),
    status: () => ({}),
    decisions: { list: () => [], follow: () => () => {} },
  };
}

/** End of a certificate, in seconds since 1970. */
function expiryOf({ cert }: ServerTls): number {
  return Math.floor(Date.parse(new X509Certificate(cert).validTo) / 1000);
}

function refuse(terminal: Terminal, problems: readonly string[]): ExitCode {
  complain(terminal, 'webhook', ...problems);
  return EXIT.usage;
}
