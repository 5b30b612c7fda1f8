import { errorMessage } from '../../diagnostic/system-error.ts';
import {
  type ForkedProcess,
  forkProcess,
  type LoadingProcess,
  type ProcessEvents,
} from './forked-process.ts';
import { DEFAULT_MEMORY, type LoadSettings, PREPARED, type Resumption } from './messages.ts';

const NEVER_STARTED: LoadingProcess = { send: () => {}, progress: () => '', memory: () => 0, kill: () => {} };

/** A process that was forked before its settings were known. */
let prepared: ForkedProcess | undefined;

/**
 * Forks the first loading process before the settings are known, so that it loads its program while this process loads
 * its own and reads them. It is used if `--load-memory` has its default, and ends with this process.
 */
export function prepareProcess(): void {
  try {
    const forked = forkProcess(DEFAULT_MEMORY, [PREPARED]);
    // `--help` and mistakes in settings end this process before the other one has begun to watch it.
    process.once('exit', () => forked.kill());
    prepared = forked;
  } catch {
    // The next attempt is made, and reported, by `startProcess`.
  }
}

/** Starts a loading process. `heap` is the most memory for its objects, in MiB. */
export function startProcess(
  settings: LoadSettings,
  resume: Resumption | undefined,
  heap: number,
  events: ProcessEvents,
): LoadingProcess {
  try {
    const forked = takePrepared(heap) ?? forkProcess(heap, []);
    forked.listen(events);
    forked.send({ kind: 'start', settings, resume });
    return forked;
  } catch (error) {
    // For some errors, such as a lack of memory, `fork` throws; for others it emits an event.
    setImmediate(() => events.onExit(`cannot be started: ${errorMessage(error)}`, 'start'));
    return NEVER_STARTED;
  }
}

function takePrepared(heap: number): ForkedProcess | undefined {
  const taken = prepared;
  prepared = undefined;
  if (taken === undefined) return undefined;
  if (heap === DEFAULT_MEMORY && taken.isRunning()) return taken;
  taken.kill();
  return undefined;
}
