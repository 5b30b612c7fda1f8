import { exporterKind, exporterOf } from '../../../src/sidecar/telemetry/exporter.ts';

test.each([
  [{}, 'none'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, 'http/protobuf'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'grpc'],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
  [
    {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    },
    'http/protobuf',
  ],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, 'none'],
  [{ OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, 'none'],
])('%j asks for %s', (environment, kind) => {
  expect(exporterKind(environment, 'traces')).toBe(kind);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, 'none'],
  [{ OTEL_METRICS_EXPORTER: 'otlp' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'none'],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318/v1/metrics' }, 'http/protobuf'],
  [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, 'grpc'],
  [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, 'http/protobuf'],
  [{ OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1' }, 'none'],
  [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }, 'none'],
])('%j asks for metrics by %s', (environment, kind) => {
  expect(exporterKind(environment, 'metrics')).toBe(kind);
});

test.each(['traces', 'metrics', 'logs'] as const)('%s have an exporter for each protocol', async (signal) => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    const name = signal.toUpperCase();
    const environment = { [`OTEL_${name}_EXPORTER`]: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
    const exporter = await exporterOf(environment, signal);
    expect(exporter?.export).toBeInstanceOf(Function);
    await exporter?.shutdown();
  }
  expect(await exporterOf({}, signal)).toBeUndefined();
});
