import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manifest, manifestsOf, manifestsOnPage } from '../support/manifests.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { isInjected, type PodObject, sidecarsOf } from './pods.ts';

const OVERLAYS = globSync('deploy/kustomize/overlays/*', { cwd: fileURLToPath(ROOT) }).toSorted();
const INJECTIONS = globSync('deploy/kustomize/injection/*', { cwd: fileURLToPath(ROOT) }).toSorted();
const PAGES = globSync(['docs/*.md', 'deploy/**/*.md', 'README.md'], { cwd: fileURLToPath(ROOT) }).toSorted();

/** Groups of other projects, which the API server does not serve. */
const FOREIGN = /^(cert-manager\.io|monitoring\.coreos\.com|.*\.istio\.io|gateway\..*)\//;

/** Objects of kinds that the API server serves. */
function served(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(({ apiVersion }) => !FOREIGN.test(apiVersion));
}

describe('kubectl apply --dry-run=server --validate=strict takes', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: false });
  });
  afterAll(() => stack.disposeAsync());

  async function take(manifests: readonly Manifest[]): Promise<readonly [number, string]> {
    const namespaces = new Set(
      manifests.flatMap(({ kind, metadata }) =>
        kind === 'Namespace' ? [metadata?.name] : [metadata?.namespace],
      ),
    );
    for (const namespace of namespaces)
      if (namespace !== undefined) await cluster.kubectl.run(['create', 'namespace', namespace]);
    const text = manifests.map((each) => JSON.stringify(each)).join('\n---\n');
    const { code, stderr } = await cluster.kubectl.run(
      ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
      text,
    );
    // A namespace that `create` has made has no mark of `apply`, which warns of that.
    return [code, stderr.replaceAll(/^Warning: resource namespaces.*\n/gm, '')];
  }

  test.each([...OVERLAYS, ...INJECTIONS])('%s', async (folder) => {
    const built = await cluster.kubectl.output(['kustomize', fileURLToPath(new URL(folder, ROOT))]);
    const manifests = served(manifestsOf(built));
    expect(manifests.length).toBeGreaterThan(2);
    expect(await take(manifests)).toEqual([0, '']);
  });

  test('the examples of the pages', async () => {
    for (const page of PAGES) {
      const examples = served(manifestsOnPage(readFileSync(new URL(page, ROOT), 'utf8')));
      if (examples.length > 0) expect([page, ...(await take(examples))]).toEqual([page, 0, '']);
    }
  });

  test('no manifest with an unknown field', async () => {
    const [code, message] = await take([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, date: {} } as Manifest,
    ]);
    expect([code, message]).toEqual([1, expect.stringContaining('unknown field "date"')]);
  });
});

test.each(OVERLAYS)(
  '%s with deploy/kustomize/injection/policy: the service gets the sidecar for its environment, the job none',
  async (folder) => {
    await using stack = new AsyncDisposableStack();
    const { kubectl } = await startCluster(stack, { hasControllers: true });
    const namespace = `orders-${basename(folder)}`;
    const apply = (path: string): Promise<string> =>
      kubectl.output(['apply', '-k', fileURLToPath(new URL(path, ROOT))]);
    await apply('deploy/kustomize/injection/policy');
    // Pods that are created before the API server has read the policy are not injected: a new rollout makes others.
    await apply(folder);
    const [pod] = await waitFor(
      async () => {
        await kubectl.output(['-n', namespace, 'rollout', 'restart', 'deployment', 'orders']);
        const { items } = (await kubectl.get('-n', namespace, 'pods')) as {
          readonly items: readonly PodObject[];
        };
        const injected = items.filter(isInjected);
        return injected.length > 0 ? injected : undefined;
      },
      { what: 'an injected pod of the service', timeout: 60_000, every: 1000 },
    );
    expect(pod?.spec.initContainers?.[0]?.args).toContain(`--environment=${basename(folder)}`);
    const mounts = pod?.spec.containers.find(({ name }) => name === 'envoy')?.volumeMounts ?? [];
    expect(mounts).toContainEqual({ name: 'lictor-socket', mountPath: '/run/lictor', readOnly: true });
    const policies = (await kubectl.get('-n', namespace, 'configmap', 'lictor-policies')) as {
      readonly data: object;
    };
    expect(Object.keys(policies.data)).toEqual(['environments.yaml', 'orders.yaml']);
    await kubectl.output(['-n', namespace, 'create', 'job', 'now', '--from=cronjob/report']);
    const report = await waitFor(
      async () => {
        const args = ['-n', namespace, 'pods', '-l', 'app.kubernetes.io/name=report'];
        const { items } = (await kubectl.get(...args)) as { readonly items: readonly PodObject[] };
        return items[0];
      },
      { what: 'a pod of the job', timeout: 60_000, every: 200 },
    );
    expect(sidecarsOf(report)).toEqual([]);
  },
);
