import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsker, said } from '../support/ask.ts';
import type { Child } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { childrenOf } from '../support/processes.ts';
import { waitFor } from '../support/wait.ts';
import { type MemoryGroup, startBox } from './box.ts';
import type { ImageConfig } from './layout-reader.ts';

export interface ServingOptions {
  /** Folder for its socket and its log. */
  readonly folder: string;
  readonly root: string;
  readonly image: ImageConfig;
  readonly policies: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly memory?: MemoryGroup | undefined;
}

export interface Serving {
  readonly child: Child;
  /** Id of the program, which is PID 1 of its box; `child` is the box around it. */
  readonly pid: number;
  /** Address of its socket, from outside of the box. */
  readonly listen: string;
  readonly admin: string;
  /** Milliseconds from the start of the box until the first policy set was live. */
  readonly readyAfter: number;
}

const SERVE = 'serve --listen unix:/run/lictor/authz.sock --socket-mode 0666 --drain-delay 0s'.split(' ');

/** Starts `lictor serve` of an image in a box, and waits until it is ready. */
export async function serveInBox(options: ServingOptions): Promise<Serving> {
  const { folder, root, image, policies, args = [], env = {}, memory } = options;
  const sockets = join(folder, 'sockets');
  await mkdir(sockets, { recursive: true });
  await chmod(folder, 0o755);
  await chmod(sockets, 0o777);
  const log = join(folder, 'log');
  await writeFile(log, '');
  const port = await freePort();
  const admin = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = await startBox({
    root,
    image,
    args: [...SERVE, '--admin', `127.0.0.1:${port}`, ...args],
    env,
    mounts: { '/policies': policies },
    writable: { '/run/lictor': sockets },
    log,
    memory,
  });
  await waitFor(async () => ((await fetch(`${admin}/readyz`)).status === 200 ? true : undefined), {
    what: 'a box that is ready',
    timeout: 30_000,
    every: 2,
    child,
  });
  const [pid = 0] = childrenOf(child.pid, '/dist/main.js');
  return {
    child,
    pid,
    listen: `unix:${join(sockets, 'authz.sock')}`,
    admin,
    readyAfter: performance.now() - begun,
  };
}

export interface Answers {
  readonly allowed: number;
  readonly denied: number;
  /** Checks in a second. */
  readonly rate: number;
}

const CONNECTIONS = 4;
const LANES = 16;

/** A caller that the policies of the repository know. */
const CALLER = 'spiffe://acme.example/ns/shop/sa/checkout';

/**
 * Asks as four workers of an Envoy do. The policies of the repository allow every other request, and deny the others by
 * the rules of a policy.
 */
export async function askMany(listen: string, checks: number): Promise<Answers> {
  await using stack = new AsyncDisposableStack();
  const askers = Array.from({ length: CONNECTIONS }, () => connectAsker(listen));
  for (const asker of askers) stack.defer(asker.close);
  let [asked, allowed, denied] = [0, 0, 0];
  const begun = performance.now();
  const lane = async (asker: (typeof askers)[number]): Promise<void> => {
    while (asked < checks) {
      asked += 1;
      const http = {
        method: asked % 2 === 0 ? 'GET' : 'PUT',
        host: 'orders.acme.svc',
        path: '/healthz',
        headers: {},
      };
      const answer = await asker.checkAttributes({ source: { principal: CALLER }, request: { http } });
      if (said(answer, 'decision') === 'allow') allowed += 1;
      else denied += 1;
    }
  };
  await Promise.all(askers.flatMap((asker) => Array.from({ length: LANES }, () => lane(asker))));
  return { allowed, denied, rate: (checks / (performance.now() - begun)) * 1000 };
}
