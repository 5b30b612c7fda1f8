import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS } from '../../src/sidecar/telemetry/metric-table.ts';
import { type Mesh, startMesh } from '../e2e/mesh.ts';
import { callThrough } from '../support/call.ts';
import { type OtlpReceiver, type Span, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { waitFor } from '../support/wait.ts';
import { startCollector } from './collector.ts';
import { problemOf } from './run-tool.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  rules: [{name: read, effect: allow, match: [{methods: [GET]}]}]
`;

/**
 * A call through an Envoy that is refused. All signals of Lictor, and the spans of Envoy, go over gRPC to a collector,
 * and from there here. Rejects if one is missing. Returns what was seen, for people.
 */
export async function checkSignals(folder: string): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const receiver = await startOtlpReceiver();
  stack.defer(receiver.stop);
  const { port, child } = await startCollector(folder, receiver.endpoint);
  stack.defer(() => child.stop());
  const mesh = await startMesh({
    policies: (repository) => writeFile(join(repository, 'open.yaml'), POLICY),
    lictor: { env: variables(port) },
    envoy: { otlpPort: port, adjust: byGrpc },
  });
  stack.defer(mesh.stop);
  const answer = await callThrough(mesh.envoy, {
    host: 'any.acme.svc',
    workload: 'checkout',
    path: '/orders',
    method: 'PUT',
  });
  if (answer.status !== 403) throw new Error(`the call was answered with ${answer.status}, not refused`);
  return [
    await checkTrace(receiver, await lastDecision(mesh)),
    await checkRecord(receiver, await lastDecision(mesh)),
    await checkMetrics(receiver),
    await checkOpenMetrics(mesh),
  ];
}

function variables(port: number): Readonly<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
  };
}

const GRPC = { grpc_service: { envoy_grpc: { cluster_name: 'collector' }, timeout: '1s' } };
const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

/** The configuration of Envoy with its tracer over gRPC in place of HTTP. */
function byGrpc(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byGrpc);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, byGrpc(member)] as const);
  const changed: Record<string, unknown> = Object.fromEntries(members);
  const { http_service: service, ...rest } = changed;
  if (service !== undefined && String(changed['@type']).endsWith('OpenTelemetryConfig'))
    return { ...rest, ...GRPC };
  return changed['name'] === 'collector' && 'load_assignment' in changed ? { ...changed, ...HTTP2 } : changed;
}

interface Decision {
  readonly decision_id: string;
  readonly trace_id: string;
  readonly span_id: string;
}

async function lastDecision(mesh: Mesh): Promise<Decision> {
  const answer = await fetch(`${mesh.lictor().admin}/v1/decisions?limit=1`);
  const { decisions } = (await answer.json()) as { decisions: readonly Decision[] };
  const [last] = decisions;
  if (last === undefined) throw new Error('no decision was recorded');
  return last;
}

const soon = (what: string) => ({ what, timeout: 30_000 }) as const;
const isOf = (service: string) => (span: Span) => span.resource['service.name'] === service;

async function checkTrace(
  receiver: OtlpReceiver,
  { decision_id: id, span_id: spanId }: Decision,
): Promise<string> {
  const own = await waitFor(
    () =>
      receiver
        .spans()
        .filter(isOf('lictor'))
        .find((span) => span.attributes['lictor.decision_id'] === id),
    soon('the span of Lictor'),
  );
  const parent = await waitFor(
    () =>
      receiver
        .spans()
        .filter(isOf('envoy'))
        .find((span) => span.spanId === own.parentSpanId),
    soon('the span of Envoy that is the parent of that of Lictor'),
  );
  if (own.spanId !== spanId || parent.traceId !== own.traceId) throw new Error('the trace is not one');
  return `traces: the parent of the span of Lictor is the span \`${parent.name}\` of Envoy`;
}

async function checkRecord(
  receiver: OtlpReceiver,
  { decision_id: id, trace_id: traceId }: Decision,
): Promise<string> {
  const log = await waitFor(
    () => receiver.logs().find(({ attributes }) => attributes['lictor.decision_id'] === id),
    soon('the record'),
  );
  if (log.traceId !== traceId) throw new Error(`the record is of trace ${log.traceId}, not ${traceId}`);
  return `logs: a record with the reason \`${String(log.attributes['lictor.reason'])}\``;
}

async function checkMetrics(receiver: OtlpReceiver): Promise<string> {
  const names = Object.entries(METRICS).map(([name, row]) => ('otlp' in row ? row.otlp.name : name));
  // A metric without a sample is not passed on by a collector.
  const expected = names.filter((name) => !/candidate|limit|jwks|failed_info|shadow/.test(name));
  await waitFor(
    () => (expected.every((name) => receiver.metrics().has(name)) ? true : undefined),
    soon(`the metrics ${expected.join(', ')}`),
  );
  return `metrics: ${receiver.metrics().size}, with all ${expected.length} that have a sample`;
}

async function checkOpenMetrics(mesh: Mesh): Promise<string> {
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
  const answer = await fetch(`${mesh.lictor().admin}/metrics`, { headers });
  const text = await answer.text();
  if (!text.includes('# {trace_id=')) throw new Error('the OpenMetrics text has no exemplar');
  const problem = await problemOf('open-metrics', [], text);
  if (problem !== undefined) throw new Error(problem);
  return 'OpenMetrics: Prometheus parses the text and its exemplars';
}
