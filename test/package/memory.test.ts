import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { memoryShares } from '../../src/tools/inject/memory.ts';
import { connectAsker } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { childrenOf, ownMemory } from '../support/processes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';

const run = promisify(execFile);
const root = (name: string): string => fileURLToPath(new URL(name, ROOT));

/** Memory of the container, in MiB, and the settings for it that pods get and docs/operating.md names. */
const CONTAINER = 128;
const { heap, load } = memoryShares(CONTAINER);
const SETTINGS = ['--load-memory', String(load)] as const;
const NODE_OPTIONS = `--max-old-space-size=${heap}`;

const CONNECTIONS = 4;
const LANES = 16;
const CHECKS = 10_000;

/** Share of the container for memory of their own; the rest is for reloads, the kernel and pages of `node`. */
const OWN_SHARE = 0.85;

test('under load, both processes fit a container of 128 MiB with the settings for it', async () => {
  await using stack = new AsyncDisposableStack();
  const scratch = await scratchFolder(stack);
  await run(process.execPath, [root('test/support/bundle.ts'), join(scratch, 'dist')]);
  await symlink(root('package.json'), join(scratch, 'package.json'));
  const lictor = await startLictor({
    folder: join(scratch, 'run'),
    policies: root('policies'),
    program: join(scratch, 'dist/main.js'),
    args: SETTINGS,
    env: { NODE_OPTIONS },
  });
  stack.defer(lictor.stop);
  const [loading = 0] = childrenOf(lictor.child.pid, 'load-process');
  // The loading process ends when it has nothing to do for a while.
  // File-backed memory is that of the program itself, which both share and the kernel can drop.
  const own = (): number => ownMemory(lictor.child.pid) + ownMemory(loading);
  let most = own();
  const askers = Array.from({ length: CONNECTIONS }, () => connectAsker(lictor.listen));
  for (const asker of askers) stack.defer(asker.close);
  let asked = 0;
  const lane = async (asker: (typeof askers)[number]): Promise<void> => {
    while (asked < CHECKS) {
      asked += 1;
      const headers = { authorization: `Bearer a.b.${asked}` };
      await asker.check({ host: 'orders.acme.svc', path: `/api/orders/${asked}`, headers });
      if (asked % 500 === 0) most = Math.max(most, own());
    }
  };
  await Promise.all(askers.flatMap((asker) => Array.from({ length: LANES }, () => lane(asker))));
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThan(CONTAINER * OWN_SHARE);
}, 120_000);
