import { writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import { waitFor } from '../support/wait.ts';
import { type Mesh, startMesh } from './mesh.ts';
import { openPolicy } from './open-policy.ts';

const HOST = 'open.acme.svc';

const EVERYBODY = openPolicy(HOST);

/** Below the 1,024 requests at once that the circuit breaker of Envoy permits by default. */
const CALLERS = 4;
const CALLS_OF_EACH = 200;
const ROUNDS = 8;

/** node:http2, under grpc-js, ends a connection after a number of cancelled calls that no option of grpc-js changes. */
const KEEPS_CONNECTIONS = process.env['LICTOR_TRANSPORT'] !== 'grpc-js';

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({
    policies: (folder) => writeFile(join(folder, 'open.yaml'), EVERYBODY),
    // Envoy gives up no check by itself.
    envoy: { timeout: 60_000 },
  });
}, 60_000);

afterAll(() => mesh?.stop());

/** A statistic of Envoy about its connections to Lictor. */
async function statistic(name: string): Promise<number> {
  const filter = `^cluster\\.lictor\\.${name.replaceAll('.', '\\.')}$`;
  const url = `http://127.0.0.1:${mesh.envoy.adminPort}/stats?filter=${encodeURIComponent(filter)}`;
  const text = await (await fetch(url)).text();
  return Number(/: (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

async function callOnce(): Promise<number> {
  return (await callThrough(mesh.envoy, { host: HOST, path: '/' })).status;
}

/** Opens a connection to Envoy with calls that wait for an answer. */
function beginCalls(stack: AsyncDisposableStack): ClientHttp2Session {
  const session = connect(`https://localhost:${mesh.envoy.port}`, {
    ca: mesh.certificates.ca,
    servername: HOST,
  });
  stack.defer(() => session.destroy());
  session.on('error', () => {});
  for (let count = 0; count < CALLS_OF_EACH; count += 1) {
    session.request({ ':path': '/', ':authority': HOST }).on('error', () => {});
  }
  return session;
}

test('an Envoy whose callers all go away at once, again and again, keeps its connections', async () => {
  await using stack = new AsyncDisposableStack();
  const { child } = mesh.lictor();
  stack.defer(() => child.signal('SIGCONT'));
  expect(await callOnce()).toBe(200);
  const before = await statistic('upstream_rq_tx_reset');
  for (let round = 0; round < ROUNDS; round += 1) {
    // While Lictor stands still, nothing is answered: all calls are cancelled, and it reads them in one go.
    child.signal('SIGSTOP');
    const sessions = Array.from({ length: CALLERS }, () => beginCalls(stack));
    await reaches('upstream_rq_active', (count) => count >= CALLERS * CALLS_OF_EACH);
    for (const session of sessions) session.destroy(undefined, constants.NGHTTP2_CANCEL);
    await reaches('upstream_rq_active', (count) => count === 0);
    child.signal('SIGCONT');
    // Envoy itself ends a connection on which more than 1,000 resets wait to be sent: those of two rounds.
    if (KEEPS_CONNECTIONS) await reaches('http2.outbound_control_frames_active', (count) => count === 0);
    await succeeds();
  }
  if (!KEEPS_CONNECTIONS) return;
  // A call that Envoy still holds back when its caller goes away has no stream to reset.
  const cancelled = (await statistic('upstream_rq_tx_reset')) - before;
  expect(cancelled).toBeGreaterThan(0.9 * ROUNDS * CALLERS * CALLS_OF_EACH);
  expect(await statistic('upstream_cx_destroy')).toBe(0);
  // Each of the two workers has a connection.
  expect(await statistic('upstream_cx_total')).toBeLessThanOrEqual(2);
}, 120_000);

/** A call right after the burst; with grpc-js, over the next connection. */
async function succeeds(): Promise<void> {
  if (KEEPS_CONNECTIONS) expect(await callOnce()).toBe(200);
  else
    await waitFor(async () => ((await callOnce()) === 200 ? true : undefined), {
      what: 'a call that succeeds',
      timeout: 20_000,
    });
}

function reaches(name: string, isReached: (count: number) => boolean): Promise<true> {
  return waitFor(async () => (isReached(await statistic(name)) ? true : undefined), {
    what: `another number of ${name}`,
    timeout: 20_000,
    child: mesh.envoy.child,
  });
}
