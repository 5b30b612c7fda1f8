import { waitFor } from '../support/wait.ts';
import { startCluster } from './cluster.ts';
import type { PodObject } from './pods.ts';
import { WORKLOADS } from './workloads.ts';

test('controllers make the pods of a workload, which no kubelet runs', async () => {
  await using stack = new AsyncDisposableStack();
  const { kubectl } = await startCluster(stack, { hasControllers: true });
  for (const [kind, workload] of Object.entries(WORKLOADS)) {
    await kubectl.create(workload('default'));
    // A CronJob makes none before its time.
    if (kind === 'CronJob') continue;
    const pods = await waitFor(
      async () => {
        const { items } = (await kubectl.get('pods', '-l', `app=${kind}`)) as {
          readonly items: readonly PodObject[];
        };
        return items.length > 0 ? items : undefined;
      },
      { what: `a pod of the ${kind}`, timeout: 60_000, every: 200 },
    );
    expect(pods.map(({ status }) => status?.phase)).toEqual(['Pending']);
  }
});
