import { connect } from 'node:tls';
import type { Envoy } from '../../support/envoy.ts';

/** A request by HTTP/1.1, every byte of its text (Latin-1) as it is sent. */
export interface RawCall {
  readonly method?: string;
  readonly target: string;
  readonly host: string;
  /** Whole lines. */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request, which may be malformed, and reads the answer until Envoy closes the connection. */
export function callRaw(
  { port, certificates }: Pick<Envoy, 'port' | 'certificates'>,
  { method = 'GET', target, host, headers = [], body = '' }: RawCall,
): Promise<RawAnswer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = [`${method} ${target} HTTP/1.1`, `host: ${host}`, ...headers, 'connection: close'];
  if (bytes.length > 0 && !headers.some((line) => line.startsWith('transfer-encoding')))
    lines.push(`content-length: ${String(bytes.length)}`);
  const pair = certificates.workloads.get('checkout');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(
      { port, host: '127.0.0.1', servername: 'seen.acme.svc', ca: certificates.ca, ...pair },
      () => {
        socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
        socket.write(bytes);
      },
    );
    socket.setTimeout(10_000, () =>
      socket.destroy(new Error(`no answer within 10 s to ${lines.join(' | ')}`)),
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(answerOf(Buffer.concat(chunks).toString('utf8'))));
  });
}

/** Bodies of the services and of Lictor have a length, so none is chunked. */
function answerOf(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(text.slice(9, 12)), text: end === -1 ? '' : text.slice(end + 4) };
}
