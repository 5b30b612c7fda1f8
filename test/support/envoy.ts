import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { type Bootstrap, bootstrap } from './envoy-bootstrap.ts';
import { freePort } from './ports.ts';
import { envoyBinary } from './tools.ts';
import { waitFor } from './wait.ts';

export interface EnvoyOptions
  extends Partial<Omit<Bootstrap, 'ca' | 'server' | 'upstreamPort' | 'authz' | 'accessLog'>> {
  /** Folder of the bootstrap and the logs; created if it does not exist. */
  readonly folder: string;
  readonly certificates: Certificates;
  readonly upstreamPort: number;
  /** Address of Lictor, which may start later: `unix:PATH` or `HOST:PORT`. */
  readonly authz: string;
  /** Core of Envoy, which then has one worker; default: two workers on any core. */
  readonly core?: number;
  /** Last changes of the configuration; returns what Envoy gets. */
  readonly adjust?: (configuration: unknown) => unknown;
}

export interface Envoy {
  readonly port: number;
  readonly adminPort: number;
  /** Path of the access log, as JSON lines (see `envoy-bootstrap.ts`). */
  readonly accessLog: string;
  readonly certificates: Certificates;
  readonly child: Child;
  stop(): Promise<void>;
}

/** Starts a real Envoy on loopback and returns when it accepts requests. Lictor may start later. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { folder, certificates, core, adjust = (configuration) => configuration } = options;
  const [port, adminPort] = [options.port ?? (await freePort()), options.adminPort ?? (await freePort())];
  const accessLog = join(folder, 'access.log');
  const config = join(folder, 'envoy.json');
  await mkdir(folder, { recursive: true });
  await writeFile(accessLog, '');
  await writeFile(
    config,
    JSON.stringify(
      adjust(bootstrap({ ...DEFAULTS, ...options, ...certificates, port, adminPort, accessLog })),
      null,
      2,
    ),
    { mode: 0o600 },
  );
  const child = await startChild({
    name: 'Envoy',
    ...commandOf(core, ['-c', config, '--disable-hot-restart', '--log-level', 'warning', ...FLUSH]),
    log: join(folder, 'envoy.log'),
  });
  await waitFor(() => isReady(adminPort), {
    what: `an Envoy that is ready at port ${port}`,
    timeout: 15_000,
    child,
  });
  return { port, adminPort, accessLog, certificates, child, stop: () => child.stop() };
}

function commandOf(
  core: number | undefined,
  args: readonly string[],
): Pick<ChildOptions, 'command' | 'args'> {
  const envoy = envoyBinary();
  if (core === undefined) return { command: envoy, args: [...args, '--concurrency', '2'] };
  return { command: 'taskset', args: ['-c', String(core), envoy, ...args, '--concurrency', '1'] };
}

const DEFAULTS = {
  domains: ['*.acme.svc'],
  maxBodyBytes: 65_536,
  connect: false,
  partialBodies: false,
  packAsBytes: true,
  timeout: 1000,
  failOpen: false,
  rawHeaders: true,
  strictHeaders: true,
  xffTrustedHops: 0,
  proxyProtocol: false,
  forwarded: undefined,
  sessionTickets: true,
  otlpPort: undefined,
} as const;

/** Flushes log lines within 50 ms; the default is 10 s. */
const FLUSH = ['--file-flush-interval-msec', '50'] as const;

async function isReady(adminPort: number): Promise<true | undefined> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/ready`);
  await response.text();
  return response.status === 200 ? true : undefined;
}
