import { type Agent, request } from 'node:https';
import type { Envoy } from './envoy.ts';

export interface CallOptions {
  /** Workload whose certificate is sent; no certificate if undefined. */
  readonly workload?: string;
  /** Default GET. */
  readonly method?: string;
  readonly host: string;
  /** Sent unchanged. */
  readonly path: string;
  /** A list: the header is sent more than once. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  /** Agent that keeps connections for many calls, made with the workload's certificate. Default: a connection per call. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Milliseconds from the first byte sent to the last byte received, handshake included. */
  readonly duration: number;
}

/** Sends a request to Envoy over (mutual) TLS. The host name is not resolved: Envoy listens on loopback. */
export function callThrough(
  envoy: Pick<Envoy, 'port' | 'certificates'>,
  options: CallOptions,
): Promise<Answer> {
  const { workload, host, path, method = 'GET', headers = {}, body, agent = false } = options;
  const pair = workload === undefined ? undefined : envoy.certificates.workloads.get(workload);
  if (workload !== undefined && pair === undefined)
    throw new Error(`no certificate was made for ${workload}`);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: envoy.port,
        servername: host.split(':')[0] ?? host,
        ca: envoy.certificates.ca,
        ...(pair && { cert: pair.cert, key: pair.key }),
        agent,
        method,
        path,
        headers: {
          host,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
            ),
            text: Buffer.concat(chunks).toString('utf8'),
            duration: performance.now() - began,
          }),
        );
      },
    );
    call.once('error', reject);
    call.setTimeout(20_000, () =>
      call.destroy(new Error(`no answer to ${method} ${host}${path} within 20 s`)),
    );
    call.end(body);
  });
}

/** The body as JSON; undefined if it is not JSON. */
export function jsonOf(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(answer.text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
