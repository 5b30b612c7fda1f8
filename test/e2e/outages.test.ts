import { readFile, stat, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { type Answer, callThrough, jsonOf } from '../support/call.ts';
import { lictor as runLictor } from '../support/command.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import { connectTo, talk } from '../support/grpc.ts';
import { startLoad } from '../support/load.ts';
import { accessLineOf } from '../support/log-lines.ts';
import { waitFor } from '../support/wait.ts';
import { type HeldKeys, startHeldKeys } from './held-keys.ts';
import { type Mesh, startMesh } from './mesh.ts';
import { openPolicy } from './open-policy.ts';

const HOST = 'open.acme.svc';

const EVERYBODY = openPolicy(HOST);

let mesh: Mesh;
let keys: HeldKeys;

beforeAll(async () => {
  keys = await startHeldKeys();
  mesh = await startMesh({
    policies: async (folder) => {
      await writeFile(join(folder, 'open.yaml'), EVERYBODY);
      await writeFile(join(folder, 'slow.yaml'), keys.policies);
    },
    lictor: { args: ['--deadline', '8s'] },
    envoy: { timeout: 10_000 },
  });
}, 60_000);

afterAll(async () => {
  await mesh?.stop();
  await keys?.stop();
});

const ask = (agent: Agent | false = false): Promise<Answer> =>
  callThrough(mesh.envoy, { host: HOST, path: '/', ...(agent && { agent }) });

/** Load through Envoy with the status as the verdict. A status other than these two is a disagreement. */
async function underLoad(stack: AsyncDisposableStack): Promise<ReturnType<typeof startLoad>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  stack.defer(() => agent.destroy());
  const load = startLoad({
    ask: async () => ({ revision: '', verdict: String((await ask(agent)).status) }),
    agrees: ({ verdict }) => verdict === '200' || verdict === '503',
    lanes: 4,
    rest: 5,
  });
  stack.defer(async () => void (await load.stop()));
  await load.until('200', 20_000);
  return load;
}

test('kill -9: denied until the restart, allowed soon after it, in spite of the old socket file', async () => {
  await using stack = new AsyncDisposableStack();
  const load = await underLoad(stack);
  const { child, listen } = mesh.lictor();
  child.signal('SIGKILL');
  expect(await child.exited).toBe('signal SIGKILL');
  await load.until('503', 20_000);
  const refused = await ask();
  expect([refused.status, refused.headers['x-lictor-decision-id']]).toEqual([503, undefined]);
  expect(await accessLineOf(mesh.envoy.accessLog, refused.headers['x-request-id'] ?? '')).toMatchObject({
    status: 503,
    details: expect.stringContaining('ext_authz_error'),
  });
  expect((await stat(listen.slice('unix:'.length))).isSocket()).toBe(true);

  const back = load.until('200', 30_000);
  await mesh.revive();
  const took = await back;
  // One second on an idle machine.
  process.stdout.write(`  served again ${Math.round(took)} ms after the new process was spawned\n`);
  const { errors, disagreements } = await load.stop();
  expect([errors, disagreements]).toEqual([[], []]);
}, 60_000);

test('a second process at the same addresses fails with a message, and the first one continues', async () => {
  const { listen, admin } = mesh.lictor();
  const at = { directory: mesh.folder };
  const taken = await runLictor(
    ['serve', '--policies', 'repository', '--listen', listen, '--admin', '127.0.0.1:0'],
    at,
  );
  expect(taken).toEqual({
    code: 2,
    stdout: '',
    // Its policies can be live before.
    stderr: expect.stringMatching(/^(?:\{.*"policies are live"\}\n)?lictor serve: .*\n$/),
  });
  expect(taken.stderr).toContain(
    `lictor serve: --listen: cannot listen on \`${listen}\`: another process listens on it, stop that process or choose another path\n`,
  );
  const port = admin.slice('http://'.length);
  const adminTaken = await runLictor(
    ['serve', '--policies', 'repository', '--listen', '127.0.0.1:0', '--admin', port, '--audit', 'off'],
    at,
  );
  expect(adminTaken).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`--admin: cannot listen on \`${port}\`: another process listens on it`),
  });
  expect((await ask()).status).toBe(200);
});

test('a proxy that fails open gets the denial before its timeout', async () => {
  await using stack = new AsyncDisposableStack();
  const hasty = await startEnvoy({
    folder: join(mesh.folder, 'hasty'),
    certificates: mesh.certificates,
    upstreamPort: mesh.upstream.port,
    authz: mesh.lictor().listen,
    failOpen: true,
    timeout: 400,
  });
  stack.defer(hasty.stop);
  expect((await callSlow('first', hasty)).status).toBe(200);
  keys.hold();
  const answer = await callSlow('unheard-of', hasty);
  expect([answer.status, jsonOf(answer)?.['reason']]).toEqual([503, 'deadline_exceeded']);
  keys.release();
});

test('SIGTERM under load: a pending check is decided, and Envoy sees no connection failure', async () => {
  await using stack = new AsyncDisposableStack();
  const load = await underLoad(stack);
  const before = await lictorStats();
  const watcher = connectTo(mesh.lictor().listen);
  stack.defer(() => watcher.close());
  const health = talk(watcher, '/grpc.health.v1.Health/Watch');
  health.on('error', () => undefined);
  const states: number[] = [];
  health.on('data', (bytes: Buffer) => states.push(bytes.at(-1) ?? 0));
  health.write(Buffer.alloc(0));
  keys.hold();
  const underWay = callSlow('next');
  await keys.asked();
  const { child } = mesh.lictor();
  child.signal('SIGTERM');
  await waitFor(
    async () => ((await readFile(child.log, 'utf8')).includes('"message":"draining"') ? true : undefined),
    {
      what: 'the drain',
      timeout: 5000,
    },
  );
  await load.until('503', 20_000);
  expect(child.ended()).toBeUndefined();
  expect(states).toEqual(SERVING_THEN_NOT);
  keys.release('next');
  const began = performance.now();
  expect((await underWay).status).toBe(200);
  expect(await child.exited).toBe('exit code 0');
  // The answer ends the drain, not its timeout.
  expect(performance.now() - began).toBeLessThan(15_000);
  const { errors, disagreements } = await load.stop();
  expect([errors, disagreements]).toEqual([[], []]);
  const after = await lictorStats();
  const broken = ['upstream_rq_rx_reset', 'upstream_cx_destroy_remote_with_active_rq', 'upstream_rq_timeout'];
  expect(broken.map((name) => [name, (after[name] ?? Number.NaN) - (before[name] ?? Number.NaN)])).toEqual(
    broken.map((name) => [name, 0]),
  );
  await expect(stat(mesh.lictor().listen.slice('unix:'.length))).rejects.toThrow('ENOENT');
}, 60_000);

/** `grpc.health.v1.HealthCheckResponse.ServingStatus` */
const SERVING_THEN_NOT = [1, 2];

/** A call whose check waits for a key while the keys are held back. */
async function callSlow(kid: string, envoy: Envoy = mesh.envoy): Promise<Answer> {
  const headers = { authorization: `Bearer ${await keys.token(kid)}` };
  return callThrough(envoy, { host: 'slow.acme.svc', path: '/', headers });
}

/** Envoy's statistics of its connections to Lictor. */
async function lictorStats(): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`http://127.0.0.1:${mesh.envoy.adminPort}/stats?filter=^cluster.lictor.`);
  const lines = (await response.text()).trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => [
      line.slice('cluster.lictor.'.length, line.indexOf(':')),
      Number(line.split(': ')[1]),
    ]),
  );
}
