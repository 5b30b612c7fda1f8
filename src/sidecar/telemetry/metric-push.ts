import { MeterProvider, type MetricData, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { closeInTime } from './close-in-time.ts';
import type { Exporters } from './exporters.ts';
import { METRICS } from './metric-table.ts';
import type { Metrics } from './metrics.ts';
import { resourceOf } from './resource.ts';
import type { TelemetryOptions } from './telemetry-options.ts';
import { warnOnce } from './warn-once.ts';

/** Metrics that are sent at an interval. */
export interface MetricExport {
  /** Sends the metrics a last time, for at most `timeout` milliseconds; never rejects. */
  close(timeout: number): Promise<void>;
}

/** Sends all metrics at each interval of `OTEL_METRIC_EXPORT_INTERVAL`, cumulative whatever the exporter prefers. */
export function pushMetrics(
  options: TelemetryOptions,
  exporter: Exporters['metrics'],
  metrics: Pick<Metrics, 'collect'>,
): MetricExport {
  const warn = warnOnce(options.log);
  const resource = resourceOf(options);
  const scope = { name: 'lictor', version: options.version };
  const collect = async () => {
    const named = (await metrics.collect()).map(byConvention);
    return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics: named }] }, errors: [] };
  };
  const reader = new PeriodicExportingMetricReader({
    exporter,
    ...timesOf(options.environment),
    metricProducers: [{ collect }],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return { close: (timeout) => closeInTime(provider.shutdown(), timeout, warn) };
}

const CONVENTIONS: ReadonlyMap<string, { readonly name: string; readonly unit: string }> = new Map(
  Object.entries(METRICS).flatMap(([name, row]) => ('otlp' in row ? [[name, row.otlp]] : [])),
);

function byConvention(metric: MetricData): MetricData {
  const otlp = CONVENTIONS.get(metric.descriptor.name);
  return otlp === undefined ? metric : { ...metric, descriptor: { ...metric.descriptor, ...otlp } };
}

/** Milliseconds, as the specification has them. The reader refuses a timeout above its interval. */
function timesOf(environment: NodeJS.ProcessEnv) {
  const exportIntervalMillis = positive(environment['OTEL_METRIC_EXPORT_INTERVAL']) ?? 60_000;
  const timeout = positive(environment['OTEL_METRIC_EXPORT_TIMEOUT']) ?? 30_000;
  return { exportIntervalMillis, exportTimeoutMillis: Math.min(timeout, exportIntervalMillis) };
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text ?? '');
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
