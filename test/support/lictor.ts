import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { freePort } from './ports.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from './program.ts';
import { refuseUnfitRecords } from './record-problem.ts';
import { refuseSecrets, refuseSecretsInFile } from './secrets.ts';
import { waitFor } from './wait.ts';

export interface LictorOptions {
  /** Folder of the socket, the log and the records; created if it does not exist. */
  readonly folder: string;
  readonly policies: string;
  /** Path of the program; default: the source code. */
  readonly program?: string;
  /** Default: a Unix socket in `folder`, or in the temporary folder if the path would be too long. */
  readonly listen?: string;
  readonly adminPort?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptors in place of the log. */
  readonly stdout?: number;
  readonly stderr?: number;
  /** True (default): returns when the sidecar is ready to decide. False: returns when its admin port answers. */
  readonly untilReady?: boolean;
}

export interface Lictor {
  /** Address as for `--listen`. */
  readonly listen: string;
  /** Base URL of its admin port. */
  readonly admin: string;
  /** Path of the decision records, as JSON lines. */
  readonly records: string;
  readonly child: Child;
  status(): Promise<Status>;
  stop(): Promise<void>;
}

/** The fields of `/v1/status` that tests read. */
export interface Status {
  readonly ready: boolean;
  readonly active?: {
    readonly revision: { readonly commit: string; readonly dirty: boolean; readonly digest: string };
  };
  readonly issuers: readonly {
    readonly name: string;
    readonly keys: number;
    readonly error: string | null;
  }[];
  readonly proxy: { readonly notices: readonly { readonly notice: string }[] };
}

/**
 * Starts the sidecar from source in a process of its own. `stop` searches its admin pages, log and records for secrets,
 * compares its records with their schema, and rejects for a secret or another difference.
 */
export async function startLictor(options: LictorOptions): Promise<Lictor> {
  const { folder, policies, untilReady = true } = options;
  const adminPort = options.adminPort ?? (await freePort());
  const listen = options.listen ?? `unix:${socketIn(folder, adminPort)}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const records = join(folder, 'decisions.jsonl');
  await mkdir(folder, { recursive: true });
  const where = [
    '--policies',
    policies,
    '--listen',
    listen,
    '--admin',
    `127.0.0.1:${adminPort}`,
    '--audit',
    records,
    // The last of a repeated flag counts, so that `args` can have another.
    '--drain-delay',
    '0s',
  ];
  const child = await startChild({
    name: 'Lictor',
    command: process.execPath,
    args: [options.program ?? MAIN, 'serve', ...where, ...(options.args ?? [])],
    env: { ...process.env, ...PROGRAM_ENVIRONMENT, ...options.env },
    log: join(folder, 'lictor.log'),
    ...streamsOf(options),
  });
  await writeFile(join(folder, 'lictor.pid'), `${child.pid}\n`);
  const path = untilReady ? '/readyz' : '/healthz';
  await waitFor(() => answersOk(admin + path), {
    what: `a Lictor that answers ${path}`,
    timeout: 15_000,
    child,
  });
  return {
    listen,
    admin,
    records,
    child,
    status: async () => (await (await fetch(`${admin}/v1/status`)).json()) as Status,
    stop: async () => {
      try {
        if (child.ended() === undefined) await searchPages(admin);
      } finally {
        await child.stop();
      }
      for (const file of [child.log, records]) refuseSecretsInFile(file);
      refuseUnfitRecords(records);
    },
  };
}

function streamsOf({ stdout, stderr }: LictorOptions): Pick<ChildOptions, 'stdout' | 'stderr'> {
  return { ...(stdout !== undefined && { stdout }), ...(stderr !== undefined && { stderr }) };
}

/** The path of a socket has at most 107 bytes on Linux and 103 on macOS: unix(7). */
function socketIn(folder: string, adminPort: number): string {
  const path = join(folder, 'lictor.sock');
  return Buffer.byteLength(path) <= 103 ? path : join(tmpdir(), `lictor-${adminPort}.sock`);
}

/** Pages of the admin port with content of requests. A sidecar that does not answer has none. */
async function searchPages(admin: string): Promise<void> {
  for (const page of ['/metrics', '/v1/status', '/v1/candidate', '/v1/decisions']) {
    const options = { signal: AbortSignal.timeout(2000) };
    const text = await fetch(admin + page, options).then(
      (response) => response.text(),
      () => '',
    );
    refuseSecrets(`${admin}${page}`, text);
  }
}

async function answersOk(url: string): Promise<true | undefined> {
  const response = await fetch(url);
  await response.text();
  return response.ok ? true : undefined;
}
