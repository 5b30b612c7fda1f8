import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Child, startChild } from './child.ts';
import { freePort } from './ports.ts';
import { redisBinary } from './tools.ts';
import { waitFor } from './wait.ts';

/** A Redis server that a test can disturb. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Id of its process. */
  pid(): number;
  /** A connection of the test; it is closed with the stack. */
  readonly client: Redis;
  /** Stops the process without closing its connections, as a machine that hangs. */
  pause(): void;
  resume(): void;
  /** Ends it at once, with all that it holds. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, empty, at the same port. */
  restart(): Promise<void>;
  /** Microseconds of processor time since its start. */
  cpu(): Promise<number>;
  /** Calls of a command since the start of the server, such as `evalsha`. */
  calls(command: string): Promise<number>;
}

/** `describe` for tests with a Redis server; where there is none for the machine, a test says so. */
export function describeWithRedis(name: string, tests: () => void): void {
  if (redisBinary() !== undefined) describe(name, tests);
  else describe(name, () => test(`does not run on ${process.platform} ${process.arch}: no Redis`, () => {}));
}

/**
 * Starts Redis on a free port of loopback, without persistence; it ends with the stack. `args` are further arguments of
 * `redis-server`.
 */
export async function startRedis(
  folder: string,
  stack: AsyncDisposableStack,
  args: readonly string[] = [],
): Promise<RedisServer> {
  const port = await freePort();
  let child = await run(folder, port, args);
  stack.defer(async () => {
    child.signal('SIGCONT');
    await child.stop();
  });
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 });
  client.on('error', () => undefined);
  stack.defer(() => client.disconnect());
  await ready(client, child);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => child.pid,
    client,
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    async kill() {
      child.signal('SIGKILL');
      await child.exited;
    },
    async restart() {
      child = await run(folder, port, args);
      await ready(client, child);
    },
    async cpu() {
      const used = await client.info('cpu');
      const seconds = (kind: string) => Number(new RegExp(`used_cpu_${kind}:([0-9.]+)`).exec(used)?.[1]);
      return (seconds('user') + seconds('sys')) * 1e6;
    },
    async calls(command) {
      const stats = await client.info('commandstats');
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    },
  };
}

function run(folder: string, port: number, args: readonly string[]): Promise<Child> {
  const bound = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return startChild({
    name: 'redis-server',
    command: redisBinary() ?? '',
    args: [...bound, '--dir', folder, ...args],
    log: join(folder, `redis-${port}.log`),
  });
}

async function ready(client: Redis, child: Child): Promise<void> {
  const answers = async () => ((await client.ping()) === 'PONG' ? true : undefined);
  await waitFor(answers, { what: 'an answer of Redis', timeout: 20_000, child });
}
