import { type FSWatcher, watch } from 'node:fs';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';

export interface Watcher {
  /** Calls `onChange` at once, even without a change (SIGHUP). */
  poke(): void;
  /** Stops the watch; no call of `onChange` starts after it. */
  close(): void;
}

export interface WatchOptions {
  /** Milliseconds between two checks; default 500. A folder that takes long to list is checked less often. */
  readonly pollInterval?: number;
  /** Milliseconds from a notification to the check that it causes; default 50. */
  readonly debounce?: number;
  readonly fileSystem?: FileSystem;
  /** True if the policies are read out of the commit of HEAD, so that only HEAD is watched. */
  readonly fromCommit?: boolean;
  readonly timers?: Timers;
  /** Fingerprint of the folder that is known already: `onChange` is not called before it changes. */
  readonly mark?: string | undefined;
  /** Called before and after each look at the folder, with what follows from it. */
  readonly onCheck?: (isRunning: boolean) => void;
  /** `false` to poll only; default true. */
  readonly notifications?: boolean;
}

export interface Timers {
  /** Calls `run` once after a time in milliseconds. The returned function cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Timers of Node, which never keep the process alive. */
export const realTimers: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
};

/** Longest wait between two checks, in milliseconds, so that a change is live within 2 s. */
const LONGEST_WAIT = 1_000;
/** Ratio of the wait to the time that a check takes, so that checks take at most about 5 % of the time. */
const WAIT_PER_COST = 20;
/**
 * Most folders with a watch of the kernel, since these are a shared and limited resource. Further folders are polled.
 */
const MAX_WATCHED = 256;

/**
 * Calls `onChange` with the fingerprint of the folder once at the start, and again soon after a policy folder or its commit has changed.
 *
 * Changes are detected by a fingerprint at an interval, since notifications can be lost on mounts and follow neither a
 * replaced link nor a folder that is created again. Notifications only make the next check earlier. After each change
 * `onChange` is called once more at the next check, because a file that is written twice within one clock tick of the
 * file system has one fingerprint but two contents; `onChange` must therefore accept calls without a change. Calls
 * never overlap; a change during a call is handled after it. `onChange` returns `true` to be called again at the next
 * check.
 */
export function watchFolder(
  dir: string,
  onChange: (mark: string) => Promise<unknown>,
  options: WatchOptions = {},
): Watcher {
  const { pollInterval = 500, debounce = 50, fileSystem = nodeFileSystem, timers = realTimers } = options;
  let closed = false;
  let checking = false;
  let again = false;
  let poked = false;
  let secondCheck = false;
  let mark = options.mark;
  let isFirst = true;
  let cancelPoll = () => {};
  let cancelHint: (() => void) | undefined;
  let watched: readonly FSWatcher[] = [];
  let cost = 0;

  async function check(): Promise<void> {
    if (checking) {
      again = true;
      return;
    }
    checking = true;
    cancelPoll();
    const began = timers.now();
    options.onCheck?.(true);
    const current = await fingerprint(dir, fileSystem, options.fromCommit);
    cost = timers.now() - began;
    if (closed) return;
    const changed = current.mark !== mark;
    if ((changed || isFirst) && options.notifications !== false) listen(current.folders);
    isFirst = false;
    if (changed || poked || secondCheck) {
      mark = current.mark;
      secondCheck = changed;
      poked = false;
      if ((await onChange(current.mark)) === true) secondCheck = true;
    }
    checking = false;
    options.onCheck?.(false);
    if (closed) return;
    if (again) {
      again = false;
      start();
      return;
    }
    const wait = Math.max(pollInterval, Math.min(LONGEST_WAIT, cost * WAIT_PER_COST));
    cancelPoll = timers.after(wait, start);
  }

  /** INVARIANT: an error in `onChange` does not end the watch; the callback itself reports it. */
  function start(): void {
    check().catch(() => {
      checking = false;
      if (!closed) cancelPoll = timers.after(pollInterval, start);
    });
  }

  function hint(): void {
    if (closed) return;
    cancelHint ??= timers.after(Math.max(debounce, Math.min(LONGEST_WAIT / 2, cost * 4)), () => {
      cancelHint = undefined;
      start();
    });
  }

  /**
   * Replaces all watches after each change: a watch on a folder that was deleted and created again receives nothing.
   */
  function listen(folders: Fingerprint['folders']): void {
    for (const old of watched) old.close();
    watched = [...folders].slice(0, MAX_WATCHED).flatMap(([folder, name]) => watchOne(folder, name, hint));
  }

  start();
  return {
    poke() {
      if (closed) return;
      poked = true;
      start();
    },
    close() {
      closed = true;
      cancelPoll();
      cancelHint?.();
      for (const one of watched) one.close();
      watched = [];
    },
  };
}

/** Watches a folder, or only one name in it: a folder above the policies may change as often as `/tmp`. */
function watchOne(folder: string, name: string | undefined, hint: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, touched) => {
      if (name === undefined || touched === null || touched === name) hint();
    });
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return []; // The folder has disappeared or no watches are left: polling remains.
  }
}
