import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Upstream {
  readonly port: number;
  /** Number of requests so far. */
  served(): number;
  stop(): Promise<void>;
}

/** The JSON body of every response. */
export interface Reached {
  readonly reached: 'upstream';
  readonly method: string;
  readonly path: string;
  /** Headers by lower-case name, repeated ones joined with `, `; `authorization` is truncated. */
  readonly headers: Readonly<Record<string, string>>;
  /** Number of body bytes. */
  readonly bytes: number;
}

/** Starts a service that responds with the request it got. Listens on loopback; port 0: any free port. */
export async function startUpstream(port = 0): Promise<Upstream> {
  let served = 0;
  const server = createServer((request, response) => {
    served += 1;
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.once('end', () => {
      const { method = '', url = '' } = request;
      const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
        name,
        name === 'authorization' ? shortened(String(value)) : [value].flat().join(', '),
      ]);
      const reached: Reached = {
        reached: 'upstream',
        method,
        path: url,
        headers: Object.fromEntries(headers),
        bytes,
      };
      response.setHeader('content-type', 'application/json').end(`${JSON.stringify(reached, null, 2)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    served: () => served,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The first characters only: tokens must not appear on terminals. */
function shortened(value: string): string {
  return value.length > 24 ? `${value.slice(0, 16)}… (${value.length} characters)` : value;
}
