import type { SpanExporter } from '@opentelemetry/sdk-trace';

export type ExporterKind = 'none' | 'http/protobuf' | 'http/json' | 'grpc';

/**
 * The exporter that the standard variables select. Unlike the specification, no variable means no exporter: a sidecar
 * must not open connections that nobody configured. An unknown protocol means the default, `http/protobuf`.
 */
export function exporterKind(environment: NodeJS.ProcessEnv): ExporterKind {
  const read = (name: string) => environment[name]?.trim().toLowerCase() ?? '';
  if (read('OTEL_SDK_DISABLED') === 'true') return 'none';
  const exporters = read('OTEL_TRACES_EXPORTER');
  const endpoint = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isSelected =
    exporters === '' ? endpoint !== '' : exporters.split(',').some((name) => name.trim() === 'otlp');
  if (!isSelected) return 'none';
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || read('OTEL_EXPORTER_OTLP_PROTOCOL');
  return protocol === 'grpc' || protocol === 'http/json' ? protocol : 'http/protobuf';
}

/** Loads the exporter, which reads endpoint and headers from `OTEL_*` itself. */
export async function createExporter(kind: Exclude<ExporterKind, 'none'>): Promise<SpanExporter> {
  switch (kind) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
    case 'grpc':
      return new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter();
  }
}
