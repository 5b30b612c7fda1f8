import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareProcess, startProcess } from '../../../src/sidecar/loading/loading-process.ts';
import { DEFAULT_MEMORY, type LoadSettings } from '../../../src/sidecar/loading/messages.ts';
import { childrenOf, isRunning } from '../../support/processes.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';

const loading = (): readonly number[] => childrenOf(process.pid, 'load-process');

function isCollected(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

function settingsOf(dir: string): LoadSettings {
  return {
    dir,
    revision: undefined,
    requireRevision: false,
    requireClean: false,
    fromCommit: undefined,
    environment: undefined,
    hasSharedStore: false,
    isFirst: true,
    maxTransfer: 1e6,
  };
}

/** Starts a process on an empty folder; resolves with its id once it has reported a load. */
async function started(stack: AsyncDisposableStack, heap: number): Promise<number> {
  const dir = join(await scratchFolder(stack), 'policies');
  await mkdir(dir);
  await writeFile(join(dir, 'policy.yaml'), '');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const running = startProcess(settingsOf(dir), undefined, heap, {
    onReport: ({ kind }) => {
      if (kind === 'offer') resolve();
    },
    onExit: (cause) => reject(new Error(cause)),
  });
  stack.defer(async () => {
    promise.catch(() => {});
    running.kill();
    await waitFor(() => (loading().length === 0 ? true : undefined), {
      what: 'the end of the process',
      timeout: 20_000,
    });
  });
  await promise;
  const [pid = 0, ...others] = loading();
  expect(others).toEqual([]);
  return pid;
}

test('a prepared process takes the settings that come later', async () => {
  await using stack = new AsyncDisposableStack();
  prepareProcess();
  const [prepared] = loading();
  expect(prepared).toBeGreaterThan(0);
  expect(await started(stack, DEFAULT_MEMORY)).toBe(prepared);
}, 60_000);

test('a prepared process is ended if the bound of memory is another', async () => {
  await using stack = new AsyncDisposableStack();
  prepareProcess();
  const [prepared = 0] = loading();
  expect(await started(stack, 256)).not.toBe(prepared);
  expect(isRunning(prepared)).toBe(false);
}, 60_000);

test('another process takes the place of a prepared one that has ended', async () => {
  await using stack = new AsyncDisposableStack();
  prepareProcess();
  const [prepared = 0] = loading();
  process.kill(prepared, 'SIGKILL');
  // Node takes note of an end when it collects the process.
  await waitFor(() => (isCollected(prepared) ? true : undefined), {
    what: 'the end of the prepared process',
    timeout: 20_000,
  });
  expect(await started(stack, DEFAULT_MEMORY)).not.toBe(prepared);
}, 60_000);

test('a process is prepared for one start only', async () => {
  await using stack = new AsyncDisposableStack();
  prepareProcess();
  const [prepared = 0] = loading();
  {
    await using first = new AsyncDisposableStack();
    expect(await started(first, DEFAULT_MEMORY)).toBe(prepared);
  }
  expect(await started(stack, DEFAULT_MEMORY)).not.toBe(prepared);
}, 60_000);

test('a process that is aborted before it has begun has not taken too much memory', async () => {
  prepareProcess();
  // As by Node, if the system gives it no thread.
  for (const pid of loading()) process.kill(pid, 'SIGABRT');
  const end = await new Promise<readonly string[]>((resolve) => {
    startProcess(settingsOf('/'), undefined, DEFAULT_MEMORY, {
      onReport: () => {},
      onExit: (cause, how) => resolve([cause, how]),
    });
  });
  expect(end).toEqual(['ended with SIGABRT', 'start']);
}, 60_000);
