import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import type { Envoy } from './envoy.ts';

type Target = Pick<Envoy, 'port' | 'certificates'>;

/** A request of which every byte is chosen, sent as one of the workloads. */
export interface RawCall {
  readonly workload: string;
  readonly host: string;
  /** Default: POST. */
  readonly method?: string;
  /** Default: `/`. */
  readonly path?: string;
  /** Header lines after `host`. */
  readonly headers: readonly string[];
  /** The body as it is sent; nothing is sent after it, so an incomplete one leaves the request open. */
  readonly body: readonly (string | Uint8Array)[];
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request over HTTP/1.1 and returns the final answer, which may come before the end of the request. */
export async function callHttp1(
  envoy: Target,
  { workload, host, method = 'POST', path = '/', headers, body }: RawCall,
): Promise<RawAnswer> {
  await using stack = new AsyncDisposableStack();
  const socket = connectTls(envoy, workload, host, 'http/1.1');
  stack.defer(() => void socket.destroy());
  socket.write(
    [`${method} ${path} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers, '', ''].join('\r\n'),
  );
  for (const piece of body) socket.write(piece);
  let received = '';
  for await (const bytes of socket) {
    received += String(bytes);
    const answer = finalAnswer(received);
    if (answer !== undefined) return answer;
  }
  throw new Error(`the connection was closed after ${JSON.stringify(received)}`);
}

/** As `callHttp1`, over HTTP/2. `ends`: the last piece ends the request. */
export async function callHttp2(
  envoy: Target,
  { workload, host, method = 'POST', path = '/', headers, body, ends }: RawCall & { readonly ends: boolean },
): Promise<RawAnswer> {
  await using stack = new AsyncDisposableStack();
  const options = {
    createConnection: () => connectTls(envoy, workload, host, 'h2'),
    // Not in the types of Node 24: lets a header be sent twice that has one value by its RFC.
    strictSingleValueFields: false,
  };
  const session = connectHttp2(`https://${host}`, options);
  stack.defer(() => session.destroy());
  const stream = session.request({ ':method': method, ':path': path, ...fieldsOf(headers) });
  stream.on('error', () => undefined);
  for (const piece of body) stream.write(piece);
  if (ends) stream.end();
  const status = await new Promise<number>((resolve, reject) => {
    stream.once('response', (answer) => resolve(Number(answer[constants.HTTP2_HEADER_STATUS])));
    stream.once('close', () => reject(new Error('the stream was closed without an answer')));
  });
  let text = '';
  for await (const bytes of stream) text += String(bytes);
  return { status, text };
}

/** Values by name; the text after `: ` is sent as it is, also white space. */
function fieldsOf(lines: readonly string[]): Readonly<Record<string, string[]>> {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 2)]);
  }
  return Object.fromEntries(fields);
}

/** One chunk of a chunked body (RFC 9112, section 7.1); of no bytes: the end. */
export function chunk(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function connectTls(
  { port, certificates }: Target,
  workload: string,
  host: string,
  protocol: string,
): TLSSocket {
  const pair = certificates.workloads.get(workload);
  if (pair === undefined) throw new Error(`no certificate was made for ${workload}`);
  const { cert, key } = pair;
  const ALPNProtocols = [protocol];
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: host.replace(/:[0-9]+$/, ''),
    ca: certificates.ca,
    cert,
    key,
    ALPNProtocols,
  });
  // Envoy may close the connection while the rest of a refused body is being sent.
  socket.on('error', () => undefined);
  return socket;
}

/** The answer after interim ones, once its body is complete. */
function finalAnswer(received: string): RawAnswer | undefined {
  const [, status, head, text] =
    /^(?:HTTP\/1\.1 1\d\d .*\r\n\r\n)*HTTP\/1\.1 (\d+) ([^]*?)\r\n\r\n([^]*)$/.exec(received) ?? [];
  if (status === undefined || head === undefined || text === undefined) return undefined;
  const length = /^content-length: (\d+)\r?$/im.exec(head)?.[1];
  const isComplete = length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= Number(length);
  return isComplete ? { status: Number(status), text } : undefined;
}
