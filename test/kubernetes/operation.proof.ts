import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/tools.ts';
import { install } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { dryRun, prepare, untilInForce } from './injection-proofs.ts';
import { programPath } from './programs.ts';
import { podOf } from './workloads.ts';

/** The command of docs/kubernetes.md that lists sidecars. */
function listingCommand(): string {
  const page = readFileSync(new URL('docs/kubernetes.md', ROOT), 'utf8');
  const [command] = /^kubectl get pods --all-namespaces .*$/m.exec(page) ?? [];
  if (command === undefined) throw new Error('docs/kubernetes.md does not list sidecars');
  return command;
}

describe('what the pages say about operation', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: true });
    await prepare(cluster);
    await install(cluster, ['--set=image.tag=v2']);
    await untilInForce(cluster);
  });
  afterAll(() => stack.disposeAsync());

  test('a command lists the image of each sidecar', async () => {
    const { kubectl } = cluster;
    await kubectl.create(podOf('new', { namespace: 'asks' }));
    const annotations = { 'lictor.dev/image': 'lictor:v1' };
    await kubectl.create(podOf('old', { namespace: 'asks', annotations }));
    await kubectl.create(podOf('none', { namespace: 'silent' }));
    const path = [dirname(programPath('kubectl')), process.env['PATH'] ?? ''].join(delimiter);
    const { stdout } = await promisify(execFile)('bash', ['-c', listingCommand()], {
      env: { PATH: path, KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder, LC_ALL: 'C' },
    });
    expect(stdout).toBe('lictor:v1\tasks\told\nlictor:v2\tasks\tnew\n');
  });

  test('a namespace other than kube-system may have pods of the class `system-cluster-critical`', async () => {
    const spec = { priorityClassName: 'system-cluster-critical' };
    const pod = await cluster.kubectl.create(podOf('critical', { namespace: 'silent', spec }));
    expect(pod).toMatchObject({ spec: { priority: 2_000_000_000 } });
  });

  test('a LimitRange gives its default limit to the sidecar', async () => {
    await cluster.kubectl.create({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults', namespace: 'asks' },
      spec: { limits: [{ type: 'Container', default: { cpu: '300m' } }] },
    });
    const pod = await dryRun(cluster, 'asks', {});
    expect(pod.spec.initContainers?.[0]).toMatchObject({
      resources: { limits: { cpu: '300m', memory: '192Mi' } },
    });
  });
});
