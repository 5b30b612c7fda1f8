import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

export type Protocol = 'http/protobuf' | 'http/json' | 'grpc';

/** Exporters by signal, which read endpoint and headers from `OTEL_*` themselves. */
export interface Exporters {
  readonly traces: SpanExporter;
  readonly metrics: PushMetricExporter;
  readonly logs: Pick<OTLPLogExporter, 'export' | 'shutdown'>;
}

type Loaders = {
  readonly [S in keyof Exporters]: Readonly<Record<Protocol, () => Promise<Exporters[S]>>>;
};

/** Each library is loaded when its signal and protocol are selected. */
export const LOADERS: Loaders = {
  traces: {
    'http/protobuf': async () =>
      new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter(),
    'http/json': async () =>
      new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter(),
    grpc: async () => new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter(),
  },
  metrics: {
    'http/protobuf': async () =>
      new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter(),
    'http/json': async () =>
      new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter(),
    grpc: async () => new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter(),
  },
  logs: {
    'http/protobuf': async () =>
      new (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter(),
    'http/json': async () => new (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter(),
    grpc: async () => new (await import('@opentelemetry/exporter-logs-otlp-grpc')).OTLPLogExporter(),
  },
};
