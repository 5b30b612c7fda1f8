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

export interface OtlpReceiver {
  readonly port: number;
  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** The spans received as JSON. */
  spans(): readonly Span[];
  /** Bodies received as protobuf. */
  binary(): readonly Buffer[];
  stop(): Promise<void>;
}

/** Starts a receiver of traces over OTLP/HTTP on loopback, which keeps them. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const binary: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const type = request.headers['content-type'] ?? '';
      const body = Buffer.concat(chunks);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      if (request.url !== '/v1/traces') response.writeHead(404).end();
      else if (type.startsWith('application/json')) {
        spans.push(...spansOf(JSON.parse(plain.toString('utf8')) as ExportRequest));
        response.writeHead(200, { 'content-type': type }).end('{}');
      } else {
        binary.push(plain);
        response.writeHead(200, { 'content-type': type }).end();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => spans,
    binary: () => binary,
    stop: () =>
      new Promise((resolve) => {
        refuseSecrets('an exported span', JSON.stringify(spans));
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
