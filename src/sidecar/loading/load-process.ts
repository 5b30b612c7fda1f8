import { watchFolder } from '../../policy/source/watch.ts';
import { type Order, PREPARED, type Report } from './messages.ts';
import { endWithParent, yieldProcessor } from './subordinate.ts';

/**
 * The loading process: watches the policy folder, loads it after each change, and sends what came of it to the process
 * that serves, its parent. That process can end it at any time, so nothing that a folder holds can stop an answer.
 */
process.once('message', start);
endWithParent();
// Ctrl-C reaches both processes; the parent decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});
// The compiler is loaded while the parent reads the settings.
if (process.argv.includes(PREPARED)) void import('./load-policies.ts');

function start(order: Order): void {
  if (order.kind !== 'start') throw new Error('the first message must be the settings');
  const { settings, resume } = order;
  // Without policies nobody is allowed anything, so the first load yields to nothing.
  if (!settings.isFirst) yieldProcessor();
  // The compiler takes memory, which a process that only watches does not need.
  if (resume === undefined) void import('./load-policies.ts');
  let load: (() => Promise<boolean>) | undefined;
  const watcher = watchFolder(
    settings.dir,
    async (mark) => {
      send({ kind: 'busy', mark });
      load ??= (await import('./load-policies.ts')).createLoad(settings, resume?.live, send, nextOrder);
      return load().finally(yieldProcessor);
    },
    {
      mark: resume?.mark,
      fromCommit: settings.fromCommit !== undefined,
      onCheck: (isRunning) => send(isRunning ? { kind: 'busy', mark: undefined } : { kind: 'idle' }),
    },
  );
  process.on('message', ({ kind }: Order) => {
    if (kind === 'poke') watcher.poke();
  });
}

function send(report: Report): void {
  if (process.connected) process.send?.(report);
}

/** Resolves when the parent asks for the next chunk. */
function nextOrder(): Promise<void> {
  return new Promise((resolve) => {
    const listen = ({ kind }: Order): void => {
      if (kind !== 'next') return;
      process.off('message', listen);
      resolve();
    };
    process.on('message', listen);
  });
}
