import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policy } from '../policy/hostile-folders/hostile-folder.ts';
import { HOSTILE_FOLDERS } from '../policy/hostile-folders/hostile-folders.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { childrenOf, isRunning, processorTime } from '../support/processes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const SLOWEST = HOSTILE_FOLDERS.find(({ name }) => name.includes('many entries within brackets'));

/** Milliseconds; the load takes half a minute, so that an end before this was not its own end. */
const SOON = 10_000;

let stack: AsyncDisposableStack;
let folder: string;
let policies: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'good.yaml'), policy('good'));
});

afterEach(() => stack.disposeAsync());

describe('after SIGKILL of the sidecar, its loading process ends too', () => {
  test('while it watches', async () => {
    const lictor = await startLictor({ folder, policies });
    stack.defer(lictor.stop);
    await expectNoOrphan(lictor, loadingProcess(lictor));
  });

  test('in the middle of a long load, whose thread does not look up', async () => {
    const lictor = await startLictor({ folder, policies });
    stack.defer(lictor.stop);
    const pid = loadingProcess(lictor);
    const before = processorTime(pid);
    const [slow = ''] = Object.values(SLOWEST?.files() ?? {}).map(String);
    for (let each = 0; each < 10; each++) await writeFile(join(policies, `slow-${each}.yaml`), slow);
    await waitFor(() => (processorTime(pid) > before + 2 ? true : undefined), {
      what: 'a loading process at work',
      timeout: 40_000,
      child: lictor.child,
    });
    await expectNoOrphan(lictor, pid);
  }, 90_000);
});

function loadingProcess({ child }: Lictor): number {
  const [pid, ...others] = childrenOf(child.pid, 'load-process');
  if (pid === undefined || others.length > 0) throw new Error('the sidecar must have one loading process');
  return pid;
}

async function expectNoOrphan({ child }: Lictor, pid: number): Promise<void> {
  expect(isRunning(pid)).toBe(true);
  child.signal('SIGKILL');
  await child.exited;
  await waitFor(() => (isRunning(pid) ? undefined : true), {
    what: 'the end of the loading process',
    timeout: SOON,
  });
}
