import { exporterOf } from './exporter.ts';
import type { Exporters } from './exporters.ts';
import type { LogSinkTimes, SendingSink } from './log-push.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

/** Sink of decision records as logs of OTLP, if the standard variables select an exporter; else the SDK is not loaded. */
export async function createLogSink(
  options: TelemetryOptions & { readonly exporter?: Exporters['logs']; readonly times?: LogSinkTimes },
): Promise<SendingSink | undefined> {
  const exporter = options.exporter ?? (await exporterOf(options.environment, 'logs'));
  if (exporter === undefined) return undefined;
  const { sendingSink } = await import('./log-push.ts');
  return sendingSink(options, exporter);
}
