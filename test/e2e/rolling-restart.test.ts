import { mkdir, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { type DecisionRecord, readLines } from '../support/log-lines.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { waitFor } from '../support/wait.ts';
import { openPolicy } from './open-policy.ts';

const HOST = 'any.acme.svc';
const REPLICAS = 3;
/** Requests in flight. */
const LANES = 12;
/** Answers before and after each step, so that all lanes are in full flow. */
const FLOW = 200;
/** Longer than Envoy takes to see that a replica leaves: an interval of its health check. */
const DRAIN_DELAY = '2s';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: {} });
});

/** Requests without end, of which every answer is counted. */
class Lanes {
  answered = 0;
  /** What was not an answer of the service. */
  readonly lost: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: LANES });
  readonly #running: readonly Promise<void>[];
  #ended = false;

  /** @param next proxy for the next request, as a balancer chooses it */
  constructor(next: () => Envoy) {
    this.#running = Array.from({ length: LANES }, () => this.#lane(next));
  }

  /** Resolves after `FLOW` further answers. */
  async flow(when: string): Promise<void> {
    const wanted = this.answered + FLOW;
    await waitFor(() => (this.answered >= wanted ? true : undefined), {
      what: `${FLOW} answers ${when} (${this.lost.join(', ')})`,
      timeout: 30_000,
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#running);
    this.#agent.destroy();
  }

  async #lane(next: () => Envoy): Promise<void> {
    while (!this.#ended) {
      const { status, headers, text } = await this.#ask(next());
      if (status === 200) this.answered += 1;
      else this.lost.push(`${status} ${headers['x-lictor-decision-id'] ?? 'without a decision'} ${text}`);
    }
  }

  async #ask(envoy: Envoy): ReturnType<typeof callThrough> {
    try {
      return await callThrough(envoy, { host: HOST, path: '/', agent: this.#agent });
    } catch (error) {
      return { status: 0, headers: {}, text: String(error), duration: 0 };
    }
  }
}

interface Scene {
  readonly folder: string;
  readonly policies: string;
  readonly upstreamPort: number;
  /** Every sidecar that has run. */
  readonly sidecars: Lictor[];
  serve(name: string): Promise<Lictor>;
}

async function makeScene(stack: AsyncDisposableStack): Promise<Scene> {
  const folder = await scratchFolder(stack);
  const policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'open.yaml'), openPolicy());
  const upstream = await startUpstream();
  stack.defer(upstream.stop);
  const sidecars: Lictor[] = [];
  return {
    folder,
    policies,
    upstreamPort: upstream.port,
    sidecars,
    serve: async (name) => {
      const lictor = await startLictor({
        folder: join(folder, `sidecar-${sidecars.length}`),
        policies,
        listen: `unix:${join(folder, `${name}.sock`)}`,
        args: ['--drain-delay', DRAIN_DELAY],
      });
      stack.defer(lictor.stop);
      sidecars.push(lictor);
      return lictor;
    },
  };
}

/** Each answer of the service has one record, of a sidecar that was asked. */
async function recordsOf({ sidecars }: Scene): Promise<readonly string[]> {
  const records = await Promise.all(sidecars.map((each) => readLines<DecisionRecord>(each.records)));
  expect(records.filter(({ length }) => length > 0).length).toBeGreaterThan(REPLICAS);
  return records.flat().map((record) => record.decision_id);
}

test('three replicas of one service of decisions restart one after the other, and no request is lost', async () => {
  await using stack = new AsyncDisposableStack();
  const scene = await makeScene(stack);
  const names = Array.from({ length: REPLICAS }, (_, i) => `replica-${i}`);
  const running = new Map<string, Lictor>();
  for (const name of names) running.set(name, await scene.serve(name));
  const envoy = await startEnvoy({
    folder: join(scene.folder, 'envoy'),
    certificates,
    upstreamPort: scene.upstreamPort,
    authz: 'unix:replaced',
    adjust: (configuration) =>
      withReplicas(
        configuration,
        names.map((name) => join(scene.folder, `${name}.sock`)),
      ),
  });
  stack.defer(envoy.stop);
  const lanes = new Lanes(() => envoy);
  stack.defer(() => lanes.end());
  for (const name of names) {
    await lanes.flow(`before the restart of ${name}`);
    const lictor = running.get(name);
    lictor?.child.signal('SIGTERM');
    expect(await lictor?.child.exited).toBe('exit code 0');
    const successor = await scene.serve(name);
    // The next one leaves when this one is among those that Envoy asks, as a deployment waits for readiness.
    await isHealthy(envoy, successor.listen.slice('unix:'.length));
  }
  await lanes.flow('after the last restart');
  await lanes.end();
  expect(lanes.lost).toEqual([]);
  expect(await recordsOf(scene)).toHaveLength(lanes.answered);
}, 180_000);

test('three pods, each an Envoy with its sidecar, restart one after the other, and no request is lost', async () => {
  await using stack = new AsyncDisposableStack();
  const scene = await makeScene(stack);
  const pods: Pod[] = [];
  for (let i = 0; i < REPLICAS; i++) pods.push(await startPod(scene, `pod-${i}`, stack));
  const endpoints = new Set(pods);
  let turn = 0;
  const lanes = new Lanes(() => {
    turn += 1;
    const ready = [...endpoints];
    const pod = ready[turn % ready.length];
    if (pod === undefined) throw new Error('no pod is ready');
    return pod.envoy;
  });
  stack.defer(() => lanes.end());
  for (const [index, pod] of pods.entries()) {
    await lanes.flow(`before the restart of pod ${index}`);
    // Kubernetes ends sidecars in reverse order: Envoy, which drains, and then Lictor. Meanwhile the pod is taken out of
    // the endpoints, and callers that have not learned it yet still reach it.
    await drainListeners(pod.envoy);
    await lanes.flow('from callers that have not learned it yet');
    endpoints.delete(pod);
    await lanes.flow('from the pods that are left');
    await waitFor(async () => ((await activeRequests(pod.envoy)) === 0 ? true : undefined), {
      what: 'an Envoy without requests',
      timeout: 20_000,
    });
    await pod.envoy.stop();
    pod.lictor.child.signal('SIGTERM');
    expect(await pod.lictor.child.exited).toBe('exit code 0');
    endpoints.add(await startPod(scene, `successor-${index}`, stack));
  }
  await lanes.flow('after the last restart');
  await lanes.end();
  expect(lanes.lost).toEqual([]);
  expect(await recordsOf(scene)).toHaveLength(lanes.answered);
}, 240_000);

interface Pod {
  readonly lictor: Lictor;
  readonly envoy: Envoy;
}

async function startPod(scene: Scene, name: string, stack: AsyncDisposableStack): Promise<Pod> {
  const lictor = await scene.serve(name);
  const envoy = await startEnvoy({
    folder: join(scene.folder, name),
    certificates,
    upstreamPort: scene.upstreamPort,
    authz: lictor.listen,
  });
  stack.defer(envoy.stop);
  return { lictor, envoy };
}

type Json = Readonly<Record<string, unknown>>;

/** The configuration with these sockets as endpoints of Lictor, of which Envoy asks those that are healthy. */
function withReplicas(configuration: unknown, sockets: readonly string[]): unknown {
  const { static_resources: resources, ...rest } = configuration as {
    static_resources: { clusters: Json[] } & Json;
  };
  const [lictor, ...others] = resources.clusters;
  const replicas = {
    ...lictor,
    health_checks: [
      {
        timeout: '1s',
        interval: '0.25s',
        no_traffic_interval: '0.25s',
        unhealthy_threshold: 1,
        healthy_threshold: 1,
        grpc_health_check: {},
      },
    ],
    load_assignment: {
      cluster_name: 'lictor',
      endpoints: [{ lb_endpoints: sockets.map((path) => ({ endpoint: { address: { pipe: { path } } } })) }],
    },
  };
  return { ...rest, static_resources: { ...resources, clusters: [replicas, ...others] } };
}

async function isHealthy(envoy: Envoy, socket: string): Promise<void> {
  await waitFor(
    async () => {
      const text = await adminPage(envoy, 'clusters');
      return text.includes(`lictor::${socket}::health_flags::healthy`) ? true : undefined;
    },
    { what: `a healthy ${socket}`, timeout: 20_000 },
  );
}

async function drainListeners({ adminPort }: Envoy): Promise<void> {
  const url = `http://127.0.0.1:${adminPort}/drain_listeners?graceful&skip_exit`;
  expect((await fetch(url, { method: 'POST' })).status).toBe(200);
}

async function activeRequests(envoy: Envoy): Promise<number> {
  const text = await adminPage(envoy, 'stats?filter=http.callers.downstream_rq_active');
  return Number(/downstream_rq_active: (\d+)/.exec(text)?.[1]);
}

async function adminPage({ adminPort }: Envoy, page: string): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${adminPort}/${page}`)).text();
}
