import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Child, startChild } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { waitFor } from '../support/wait.ts';
import { CHART_FOLDER, install, RELEASE_NAMESPACE } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import {
  createMirror,
  dryRun,
  OPTED_OUT,
  prepare,
  proveInjection,
  proveRemoval,
  refusal,
  untilInForce,
} from './injection-proofs.ts';
import { isInjected, sidecarsOf } from './pods.ts';
import { outputOf } from './programs.ts';

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] };
    };
  };
}

/** The arguments that the chart gives to the webhook. */
async function chartArgs(values: readonly string[]): Promise<readonly string[]> {
  const rendered = await outputOf('helm', [
    'template',
    'lictor',
    CHART_FOLDER,
    '--namespace',
    RELEASE_NAMESPACE,
    ...values,
  ]);
  const objects = parseAllDocuments(rendered).map((document) => document.toJS() as Deployment | null);
  const deployment = objects.find((object) => object?.kind === 'Deployment');
  if (deployment === undefined || deployment === null) throw new Error('the chart has no Deployment');
  return deployment.spec.template.spec.containers[0].args;
}

/**
 * The webhook of the chart in place of its pods, which no kubelet runs: with its arguments and certificate, on loopback.
 * The Service leads to it by name, so that the API server verifies the certificate as in a cluster.
 */
async function startWebhook(cluster: Cluster, port: number, values: readonly string[]): Promise<Child> {
  const { data } = (await cluster.kubectl.get(
    '-n',
    RELEASE_NAMESPACE,
    'secret',
    'lictor-webhook-tls',
  )) as Secret;
  const folder = join(cluster.folder, 'tls');
  await mkdir(folder, { recursive: true });
  for (const name of ['tls.crt', 'tls.key'])
    await writeFile(join(folder, name), Buffer.from(data[name] ?? '', 'base64'), { mode: 0o600 });
  const probe = await freePort();
  const args = (await chartArgs(values)).map((arg) =>
    arg
      .replace('/etc/lictor/tls', folder)
      .replace(/^--listen=.*/, `--listen=127.0.0.1:${port}`)
      .replace(/^--probe=.*/, `--probe=127.0.0.1:${probe}`),
  );
  return await startChild({
    name: 'lictor webhook',
    command: process.execPath,
    args: [MAIN, ...args],
    env: { ...process.env, ...PROGRAM_ENVIRONMENT },
    log: join(cluster.folder, 'webhook.log'),
  });
}

async function leadServiceToLoopback({ kubectl }: Cluster): Promise<void> {
  const spec = {
    type: 'ExternalName',
    externalName: 'localhost',
    clusterIP: null,
    clusterIPs: null,
    ports: null,
    selector: null,
  };
  const patch = JSON.stringify({ spec });
  await kubectl.output([
    'patch',
    '-n',
    RELEASE_NAMESPACE,
    'service',
    'lictor-webhook',
    '--type=merge',
    '-p',
    patch,
  ]);
}

describe('injection by the webhook', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let values: readonly string[];
  let port: number;
  let webhook: Child;
  const start = async (): Promise<void> => {
    webhook = await startWebhook(cluster, port, values);
  };
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: true });
    port = await freePort();
    values = ['--set=injection.by=webhook', `--set=webhook.service.port=${port}`];
    await prepare(cluster);
    await install(cluster, values);
    await leadServiceToLoopback(cluster);
    await start();
    stack.defer(() => webhook.stop());
    await untilInForce(cluster);
  });
  afterAll(() => stack.disposeAsync());

  proveInjection(() => cluster);

  test('while it is down, a pod that asks is refused, and others are created', async () => {
    await webhook.stop();
    const { code, stderr } = await refusal(cluster, 'asks', {});
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('failed calling webhook "namespace.inject.lictor.dev"'),
    ]);
    expect(isInjected(await dryRun(cluster, 'silent', {}))).toBe(false);
    expect(isInjected(await dryRun(cluster, 'asks', { labels: { 'lictor.dev/inject': 'false' } }))).toBe(
      false,
    );
    expect(isInjected(await dryRun(cluster, 'asks', OPTED_OUT))).toBe(false);
    expect(isInjected(await createMirror(cluster))).toBe(false);
  });

  test('with `failurePolicy: Ignore`, such a pod is created without the sidecar', async () => {
    await install(cluster, [...values, '--set=injection.failurePolicy=Ignore']);
    const pod = await waitFor(
      async () => ((await refusal(cluster, 'asks', {})).code === 0 ? dryRun(cluster, 'asks', {}) : undefined),
      {
        what: 'a pod without the webhook',
        timeout: 60_000,
        every: 200,
      },
    );
    expect(sidecarsOf(pod)).toEqual([]);
  });

  test('when it is back, pods are injected again', async () => {
    await install(cluster, values);
    await leadServiceToLoopback(cluster);
    await start();
    await untilInForce(cluster);
  });

  test('beside the policy, a pod gets one sidecar', async () => {
    const args = [
      'install',
      'second',
      CHART_FOLDER,
      '--namespace',
      RELEASE_NAMESPACE,
      '--set=injection.by=policy',
    ];
    await outputOf('helm', args, { env: { KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder } });
    const byBoth = await waitFor(
      async () => {
        await cluster.kubectl.output(['get', 'mutatingadmissionpolicy', 'second-lictor-inject']);
        const pod = await dryRun(cluster, 'asks', {});
        return isInjected(pod) ? pod : undefined;
      },
      { what: 'a pod injected by both', timeout: 60_000, every: 200 },
    );
    expect(sidecarsOf(byBoth)).toEqual(['lictor']);
    const own = (byBoth.spec.volumes ?? []).filter(({ name }) => name.startsWith('lictor-'));
    expect(own.map(({ name }) => name)).toEqual(['lictor-socket', 'lictor-policies']);
    await outputOf('helm', ['uninstall', 'second', '--namespace', RELEASE_NAMESPACE], {
      env: { KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder },
    });
  });

  proveRemoval(() => cluster);
});
