import { waitFor } from '../support/wait.ts';
import { install } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { dryRun, prepare, proveInjection, proveRemoval, untilInForce } from './injection-proofs.ts';

describe('injection by the API server itself', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: true });
    await prepare(cluster);
    await install(cluster, ['--set=injection.by=policy']);
    await untilInForce(cluster);
  });
  afterAll(() => stack.disposeAsync());

  proveInjection(() => cluster);

  test('the options of the chart are those of pods without the annotation', async () => {
    await install(cluster, [
      '--set=injection.by=policy',
      '--set=injection.options.deadline=2s',
      '--set=injection.options.memory=1Gi',
    ]);
    const argsOf = async (): Promise<readonly string[]> =>
      (await dryRun(cluster, 'asks', {})).spec.initContainers?.[0]?.args ?? [];
    await waitFor(async () => ((await argsOf()).includes('--deadline=2s') ? true : undefined), {
      what: 'the option of the chart',
      timeout: 30_000,
      every: 100,
    });
    expect(await argsOf()).toContain('--load-memory=736');
    const annotated = await dryRun(cluster, 'asks', { annotations: { 'lictor.dev/deadline': '3s' } });
    expect(annotated.spec.initContainers?.[0]?.args).toContain('--deadline=3s');
  });

  proveRemoval(() => cluster);
});
