import { exporterOf } from './exporter.ts';
import type { Exporters } from './exporters.ts';
import type { MetricExport } from './metric-push.ts';
import type { Metrics } from './metrics.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

/** Sends metrics by OTLP if the standard variables select an exporter. Without one, the SDK is not loaded. */
export async function exportMetrics(
  options: TelemetryOptions & { readonly exporter?: Exporters['metrics'] },
  metrics: Pick<Metrics, 'collect'>,
): Promise<MetricExport> {
  const exporter = options.exporter ?? (await exporterOf(options.environment, 'metrics'));
  if (exporter === undefined) return { async close() {} };
  const { pushMetrics } = await import('./metric-push.ts');
  return pushMetrics(options, exporter, metrics);
}
