import { watchFolder } from '../../policy/source/watch.ts';
import { pathOf } from './policy-folder.ts';
import type { Terminal } from './terminal.ts';

/** Calls `look` at the start and after each change of a folder, one call at a time, until the process is interrupted. */
export async function untilInterrupted(
  dir: string,
  terminal: Terminal,
  look: () => Promise<void>,
): Promise<void> {
  const watcher = watchFolder(pathOf(dir, terminal), look);
  // The watcher by itself keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((end) => {
    process.once('SIGTERM', () => end());
    process.once('SIGINT', () => end());
  });
  watcher.close();
  clearInterval(alive);
}
