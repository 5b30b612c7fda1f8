import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type BoundedListener, listenWithinBounds } from '../../sidecar/socket/bounded-listener.ts';
import type { Witness, WitnessAnswer } from '../../tools/audit/witness.ts';

/** Most bytes of a request: a proof and a checkpoint with many signatures. */
const MAX_BYTES = 300 * 1024;

const MAX_CONNECTIONS = 256;

/** Milliseconds. */
const TIMES = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 1000,
} as const satisfies ServerOptions;

/** Serves a witness over HTTP (C2SP tlog-witness). Rejects if it cannot listen. */
export async function serveWitness(
  address: string,
  witness: Witness,
  onFailure: (error: unknown) => void,
): Promise<BoundedListener<Server>> {
  return await listenWithinBounds({
    address,
    access: { mode: 0o660 },
    max: MAX_CONNECTIONS,
    observer: { opened: () => {}, closed: () => {}, ended: () => {} },
    createServer: () =>
      createServer(TIMES, (request, response) => {
        answer(request, witness).then(
          (answered) => send(response, answered),
          (error: unknown) => {
            onFailure(error);
            send(response, plain(500, 'the checkpoint could not be kept\n'));
          },
        );
      }),
  });
}

interface HttpAnswer extends Omit<WitnessAnswer, 'status'> {
  readonly status: number;
}

async function answer(request: IncomingMessage, witness: Witness): Promise<HttpAnswer> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (hash !== undefined && request.method === 'GET') return witness.checkpoint(hash);
  if (path !== '/add-checkpoint') return plain(404, 'POST /add-checkpoint, GET /HASH/checkpoint\n');
  if (request.method !== 'POST') return plain(405, 'POST alone\n');
  const body = await bodyOf(request);
  return body === undefined ? plain(413, 'the request is too large\n') : await witness.addCheckpoint(body);
}

/** Undefined if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function plain(status: number, body: string): HttpAnswer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function send(response: ServerResponse, { status, type, body }: HttpAnswer): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(body);
}
