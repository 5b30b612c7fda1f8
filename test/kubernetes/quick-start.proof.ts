import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { firstPolicy, quickStartCommands, quickStartWorkload } from '../support/quick-start.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';
import { startCluster } from './cluster.ts';
import { isInjected, type PodObject } from './pods.ts';
import { programPath } from './programs.ts';

/** Commands that wait for a container or talk to one, which takes a kubelet. */
const OF_A_CONTAINER = /^(kubectl (rollout status|logs|port-forward)|curl) /;

/** The files that the page tells its reader to have, and `lictor` on the path. */
async function prepare(folder: string): Promise<void> {
  await mkdir(join(folder, 'first'));
  await mkdir(join(folder, 'bin'));
  await symlink(fileURLToPath(new URL('deploy', ROOT)), join(folder, 'deploy'));
  await writeFile(join(folder, 'first/policies.yaml'), firstPolicy());
  await writeFile(join(folder, 'hello.yaml'), quickStartWorkload());
  for (const name of ['tls.crt', 'tls.key', 'ca.crt']) await writeFile(join(folder, name), 'PEM');
  const program = join(folder, 'bin/lictor');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(program, 0o755);
}

test('the commands of the quick start run in their order, and the workload has the sidecar', async () => {
  await using stack = new AsyncDisposableStack();
  const { kubectl, kubeconfig } = await startCluster(stack, { hasControllers: true });
  const folder = await scratchFolder(stack);
  await prepare(folder);
  const commands = quickStartCommands().filter((line) => !OF_A_CONTAINER.test(line));
  expect(commands.length).toBeGreaterThan(5);
  const path = [join(folder, 'bin'), dirname(programPath('kubectl')), process.env['PATH']].join(delimiter);
  await promisify(execFile)('sh', ['-ec', commands.join('\n')], {
    cwd: folder,
    env: { ...PROGRAM_ENVIRONMENT, PATH: path, HOME: folder, KUBECONFIG: kubeconfig },
  });
  const pod = await waitFor(
    async () => {
      const { items } = (await kubectl.get('pods', '-l', 'app=hello')) as {
        readonly items: readonly PodObject[];
      };
      return items[0];
    },
    { what: 'a pod of the quick start', timeout: 60_000, every: 200 },
  );
  expect(isInjected(pod)).toBe(true);
  expect(pod.spec.initContainers?.[0]?.args).toContain('--policies=/policies');
  const envoy = (await kubectl.get('configmap', 'hello-envoy')) as { readonly data: object };
  expect(JSON.stringify(envoy.data)).toContain('domains: [hello.acme.svc]');
});
