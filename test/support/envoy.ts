import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { type Child, startChild } from './child.ts';
import { type Bootstrap, bootstrap } from './envoy-bootstrap.ts';
import { freePort } from './ports.ts';
import { envoyBinary } from './tools.ts';
import { waitFor } from './wait.ts';

export interface EnvoyOptions
  extends Partial<Omit<Bootstrap, 'ca' | 'server' | 'upstreamPort' | 'authz' | 'accessLog'>> {
  /** For its bootstrap and logs; made when it is missing. */
  readonly folder: string;
  readonly certificates: Certificates;
  readonly upstreamPort: number;
  /** Where Lictor listens or will listen: `unix:PATH` or `HOST:PORT`. */
  readonly authz: string;
}

export interface Envoy {
  readonly port: number;
  readonly adminPort: number;
  /** JSON lines, see `envoy-bootstrap.ts`. */
  readonly accessLog: string;
  readonly certificates: Certificates;
  readonly child: Child;
  stop(): Promise<void>;
}

/** Starts a real Envoy on loopback and returns once it takes requests; Lictor need not be there yet. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { folder, certificates } = options;
  const [port, adminPort] = [options.port ?? (await freePort()), options.adminPort ?? (await freePort())];
  const accessLog = join(folder, 'access.log');
  const config = join(folder, 'envoy.json');
  await mkdir(folder, { recursive: true });
  await writeFile(accessLog, '');
  await writeFile(
    config,
    JSON.stringify(
      bootstrap({ ...DEFAULTS, ...options, ...certificates, port, adminPort, accessLog }),
      null,
      2,
    ),
    { mode: 0o600 },
  );
  const child = await startChild({
    name: 'Envoy',
    command: envoyBinary(),
    args: ['-c', config, '--disable-hot-restart', '--concurrency', '2', '--log-level', 'warning', ...FLUSH],
    log: join(folder, 'envoy.log'),
  });
  await waitFor(() => isReady(adminPort), {
    what: `an Envoy that is ready at port ${port}`,
    timeout: 15_000,
    child,
  });
  return { port, adminPort, accessLog, certificates, child, stop: () => child.stop() };
}

const DEFAULTS = {
  maxBodyBytes: 65_536,
  timeout: 1000,
  failOpen: false,
  rawHeaders: false,
  otlpPort: undefined,
} as const;

/** Log lines are there when one looks for them, not ten seconds later. */
const FLUSH = ['--file-flush-interval-msec', '50'] as const;

async function isReady(adminPort: number): Promise<true | undefined> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/ready`);
  await response.text();
  return response.status === 200 ? true : undefined;
}
