import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { refuseSecrets } from './secrets.ts';

/** A span of OTLP's JSON form, with the attributes of the span and of its resource as plain objects. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: server (OTLP `SpanKind`). */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A log record of OTLP's JSON form. */
export interface ReceivedLog {
  readonly eventName?: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
}

export interface OtlpReceiver {
  readonly port: number;
  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** The spans received as JSON. */
  spans(): readonly Span[];
  /** The log records received as JSON. */
  logs(): readonly ReceivedLog[];
  /** Names of the metrics received as JSON. */
  metrics(): ReadonlySet<string>;
  /** Bodies received as protobuf. */
  binary(): readonly Buffer[];
  stop(): Promise<void>;
}

const PATHS: readonly unknown[] = ['/v1/traces', '/v1/metrics', '/v1/logs'];

/** Starts a receiver of all signals over OTLP/HTTP on loopback, which keeps them. Port 0: the system chooses one. */
export async function startOtlpReceiver(at = 0): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const logs: ReceivedLog[] = [];
  const metrics = new Set<string>();
  const binary: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const type = request.headers['content-type'] ?? '';
      const body = Buffer.concat(chunks);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      if (!PATHS.includes(request.url)) response.writeHead(404).end();
      else if (type.startsWith('application/json')) {
        const received = JSON.parse(plain.toString('utf8')) as ExportRequest;
        spans.push(...spansOf(received));
        logs.push(...logsOf(received));
        for (const name of metricNames(received)) metrics.add(name);
        response.writeHead(200, { 'content-type': type }).end('{}');
      } else {
        binary.push(plain);
        response.writeHead(200, { 'content-type': type }).end();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => spans,
    logs: () => logs,
    metrics: () => metrics,
    binary: () => binary,
    stop: () =>
      new Promise((resolve) => {
        refuseSecrets('an exported span', JSON.stringify(spans));
        refuseSecrets('an exported log record', JSON.stringify(logs));
        for (const body of binary) refuseSecrets('an exported span', body.toString('latin1'));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ExportRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly spans?: readonly (Omit<Span, 'attributes' | 'resource'> & {
        readonly attributes?: readonly KeyValue[];
      })[];
    }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeLogs?: readonly {
      readonly logRecords?: readonly (Omit<ReceivedLog, 'attributes' | 'resource' | 'body'> & {
        readonly body: { readonly stringValue: string };
        readonly attributes?: readonly KeyValue[];
      })[];
    }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics?: readonly { readonly metrics?: readonly { readonly name: string }[] }[];
  }[];
}

function logsOf({ resourceLogs = [] }: ExportRequest): ReceivedLog[] {
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) =>
    scopeLogs.flatMap(({ logRecords = [] }) =>
      logRecords.map((record) => ({
        ...record,
        body: record.body.stringValue,
        attributes: plain(record.attributes),
        resource: plain(resource?.attributes),
      })),
    ),
  );
}

function metricNames({ resourceMetrics = [] }: ExportRequest): readonly string[] {
  return resourceMetrics.flatMap(({ scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) => metrics.map(({ name }) => name)),
  );
}

function spansOf({ resourceSpans = [] }: ExportRequest): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        ...span,
        attributes: plain(span.attributes),
        resource: plain(resource?.attributes),
      })),
    ),
  );
}

/** Attributes without the type tags of their values. */
function plain(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
