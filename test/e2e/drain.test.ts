import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { codec, loadProto } from '../../src/node/protobuf.ts';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { startChild } from '../support/child.ts';
import { talk } from '../support/grpc.ts';
import { type Lictor, type LictorOptions, startLictor } from '../support/lictor.ts';
import { makePipe, type Pipe } from '../support/pipes.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { startHeldKeys } from './held-keys.ts';
import { openPolicy } from './open-policy.ts';

const POLICY = openPolicy();
const ANY = { host: 'any.acme.svc', path: '/' } as const;
const healthResponse = codec<{ readonly status?: number }>(
  loadProto('grpc/health/v1/health.proto'),
  'grpc.health.v1.HealthCheckResponse',
);
const [SERVING, NOT_SERVING] = [1, 2];

let stack: AsyncDisposableStack;
let folder: string;
let policies: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'open.yaml'), POLICY);
});

afterEach(() => stack.disposeAsync());

async function serve(
  options: Partial<LictorOptions> = {},
): Promise<{ readonly lictor: Lictor; readonly asker: Asker }> {
  const lictor = await startLictor({ folder: join(folder, 'own'), policies, ...options });
  stack.defer(lictor.stop);
  return { lictor, asker: connectedTo(lictor) };
}

function pipe(): Pipe {
  const made = makePipe(join(folder, 'pipe'));
  stack.defer(() => made.close());
  return made;
}

function connectedTo(lictor: Lictor): Asker {
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  return asker;
}

const reasonOf = async (asker: Asker): Promise<string> => said(await asker.check(ANY), 'reason');

/** Milliseconds from SIGTERM to the end, and how it ended. */
async function end({ child }: Lictor): Promise<{ readonly cause: string; readonly time: number }> {
  const began = performance.now();
  child.signal('SIGTERM');
  const cause = await child.exited;
  return { cause, time: performance.now() - began };
}

describe('after SIGTERM', () => {
  test('it is not ready and decides as before for the drain delay, until a second signal ends it', async () => {
    const { lictor, asker } = await serve({ args: ['--drain-delay', '1h'] });
    const watch = talk(asker.client, '/grpc.health.v1.Health/Watch');
    watch.on('error', () => undefined); // the process is gone at the end
    const next = async (): Promise<number | undefined> => {
      const [bytes = Buffer.alloc(0)] = (await once(watch, 'data')) as Buffer[];
      return healthResponse.decode(bytes).status;
    };
    const first = next();
    watch.write(Buffer.alloc(0));
    expect(await first).toBe(SERVING);
    const second = next();
    lictor.child.signal('SIGTERM');
    expect(await second).toBe(NOT_SERVING);
    const readyz = async () => {
      const response = await fetch(`${lictor.admin}/readyz`);
      return [response.status, await response.json()];
    };
    const ending = [503, { ready: false, reason: 'the process is ending' }];
    expect(await readyz()).toEqual(ending);
    expect((await fetch(`${lictor.admin}/healthz`)).status).toBe(200);
    expect(await reasonOf(asker)).toBe('allowed');

    const { revision } = (await lictor.status()).active ?? {};
    await writeFile(join(policies, 'open.yaml'), POLICY.replace('everybody', 'anybody'));
    await waitFor(
      async () => ((await lictor.status()).active?.revision.digest === revision?.digest ? undefined : true),
      { what: 'a reload during the drain', timeout: 10_000 },
    );
    // New policies decide, and do not make it ready again.
    expect(said(await asker.check(ANY), 'rule')).toBe('anybody');
    expect(await readyz()).toEqual(ending);

    expect(await reasonOf(connectedTo(lictor))).toBe('allowed');
    lictor.child.signal('SIGINT');
    expect(await lictor.child.exited).toBe('exit code 130');
  });

  test('it ends by itself when the delay is over', async () => {
    const { lictor } = await serve({ args: ['--drain-delay', '300ms'] });
    const { cause, time } = await end(lictor);
    expect([cause, time >= 300]).toEqual(['exit code 0', true]);
    expect(existsSync(lictor.listen.slice('unix:'.length))).toBe(false);
  });

  test('one that was never ready does not wait for the delay', async () => {
    const { lictor } = await serve({
      policies: join(folder, 'none'),
      untilReady: false,
      args: ['--drain-delay', '1h'],
    });
    expect((await end(lictor)).cause).toBe('exit code 0');
  });
});

test('a process that drains leaves the socket of its successor', async () => {
  const keys = await startHeldKeys();
  stack.defer(keys.stop);
  await writeFile(join(policies, 'slow.yaml'), keys.policies);
  const { lictor, asker } = await serve({ args: ['--deadline', '1m'] });
  await waitFor(async () => ((await lictor.status()).issuers[0]?.keys === 1 ? true : undefined), {
    what: 'the first keys',
    timeout: 5000,
  });
  keys.hold();
  const authorization = `Bearer ${await keys.token('next')}`;
  const slow = asker.check({ host: 'slow.acme.svc', path: '/', headers: { authorization } });
  await keys.asked();
  lictor.child.signal('SIGTERM');
  const socket = lictor.listen.slice('unix:'.length);
  await waitFor(() => (existsSync(socket) ? undefined : true), {
    what: 'the end of the listener',
    timeout: 5000,
  });
  const next = await serve({ folder: join(folder, 'next'), listen: lictor.listen });
  keys.release('next');
  expect(said(await slow, 'reason')).toBe('allowed');
  expect(await lictor.child.exited).toBe('exit code 0');
  expect(await reasonOf(connectedTo(next.lictor))).toBe('allowed');
});

describe('it ends within the drain timeout', () => {
  const args = ['--drain-timeout', '2s'];
  /** Records of about 700 bytes each, more than a pipe of 64 KiB holds. */
  const fill = async (asker: Asker): Promise<void> => {
    for (let i = 0; i < 200; i++) await asker.check({ host: 'any.acme.svc', path: `/${'x'.repeat(500)}` });
  };

  test.each<[string, (full: Pipe) => Partial<LictorOptions>]>([
    [
      'records on standard output',
      ({ writer }) => ({ stdout: writer, args: [...args, '--audit', 'stdout'] }),
    ],
    ['records in a named pipe', ({ path }) => ({ args: [...args, '--audit', path] })],
    ['the process log', ({ writer }) => ({ stderr: writer, args: [...args, '--log-level', 'debug'] })],
  ])('when nobody reads %s, and decides until then', async (_, options) => {
    const full = pipe();
    const { lictor, asker } = await serve(options(full));
    await fill(asker);
    expect(await reasonOf(asker)).toBe('allowed');
    const { cause, time } = await end(lictor);
    expect(cause).toBe('exit code 0');
    expect(time).toBeLessThan(6000);
    expect(full.read().length).toBeGreaterThan(40_000);
  });

  test('when a collector of traces does not answer', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    stack.defer(() => void silent.close());
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const asked = once(silent, 'connection');
    const { lictor, asker } = await serve({
      args,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '10' },
    });
    await asker.check(ANY);
    await asked;
    const { cause, time } = await end(lictor);
    expect([cause, time < 6000]).toEqual(['exit code 0', true]);
  });
});

test.each<[string, (gone: Pipe) => Partial<LictorOptions>]>([
  ['standard output', ({ writer }) => ({ stdout: writer, args: ['--audit', 'stdout'] })],
  ['standard error', ({ writer }) => ({ stderr: writer, args: ['--log-level', 'debug'] })],
  ['a named pipe', ({ path }) => ({ args: ['--audit', path] })],
])('it decides after the reader of %s has gone', async (_, options) => {
  const gone = pipe();
  const { lictor, asker } = await serve(options(gone));
  await asker.check(ANY);
  gone.hangUp();
  for (let i = 0; i < 3; i++) expect(await reasonOf(asker)).toBe('allowed');
  expect((await end(lictor)).cause).toBe('exit code 0');
});

test('a named pipe without a reader is told at the start, and does not hold the process', async () => {
  const unread = pipe();
  unread.close();
  const log = join(folder, 'log');
  const child = await startChild({
    name: 'Lictor',
    command: process.execPath,
    args: [MAIN, 'serve', '--policies', policies, '--audit', unread.path],
    env: { ...process.env, ...PROGRAM_ENVIRONMENT },
    log,
  });
  stack.defer(() => child.stop());
  expect(await child.exited).toBe('exit code 2');
  expect(await readFile(log, 'utf8')).toContain(`--audit: \`${unread.path}\` cannot be opened (ENXIO)`);
});

describe('a signal before the program is loaded', () => {
  /** Sends the signal when Node begins to load the modules of the program. */
  const sending = (signal: string): string => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) {
        if (url.endsWith('/cli/run.ts')) process.kill(process.pid, '${signal}');
        return next(url, context);
      } });`;
    return `--import=data:text/javascript,${encodeURIComponent(hook)}`;
  };

  test('SIGHUP does not end it', async () => {
    const { lictor, asker } = await serve({ env: { NODE_OPTIONS: sending('SIGHUP') } });
    expect(await reasonOf(asker)).toBe('allowed');
    await waitFor(async () => (await readFile(lictor.child.log, 'utf8')).includes('reloading on request'), {
      what: 'the reload that was asked for',
      timeout: 5000,
    });
  });

  test('SIGTERM ends it before it serves', async () => {
    const log = join(folder, 'log');
    const child = await startChild({
      name: 'Lictor',
      command: process.execPath,
      args: [MAIN, 'serve', '--policies', policies],
      env: { ...process.env, ...PROGRAM_ENVIRONMENT, NODE_OPTIONS: sending('SIGTERM') },
      log,
    });
    stack.defer(() => child.stop());
    expect(await child.exited).toBe('exit code 0');
    expect(await readFile(log, 'utf8')).not.toContain('serving');
  });
});
