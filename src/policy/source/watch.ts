import { type FSWatcher, watch } from 'node:fs';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';

export interface Watcher {
  /** Calls `onChange` at once, whatever the folder looks like (SIGHUP). */
  poke(): void;
  /** No call of `onChange` starts after this. */
  close(): void;
}

export interface WatchOptions {
  /** Milliseconds between two looks, default 500. A folder that takes long to list is looked at less often. */
  readonly pollInterval?: number;
  /** Milliseconds from a sign of change to the look that it causes, default 50. */
  readonly debounce?: number;
  readonly fileSystem?: FileSystem;
  readonly timers?: Timers;
  /** `false`: poll only. */
  readonly notifications?: boolean;
}

export interface Timers {
  /** Runs once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, run: () => void): () => void;
  /** Milliseconds, of a clock that never goes back. */
  now(): number;
}

/** Real time, which never keeps the process alive. */
export const realTimers: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
};

/** The longest wait between two looks, in milliseconds, which keeps a change live within 2 s. */
const LONGEST_WAIT = 1_000;
/** Looking takes at most about one twentieth of the time. */
const REST = 20;
/** Folders beyond this many are only polled: the kernel's watches are a shared, bounded stock. */
const MAX_WATCHED = 256;

/**
 * Calls `onChange` once at the start, and again soon after a policy folder, or the commit it is at, changed.
 *
 * The truth is a fingerprint, taken at an interval: notifications get lost on mounts, and follow neither a link
 * that is replaced nor a folder that is made anew. Where notifications work they only make the next look come
 * sooner. Some time after each change `onChange` is called once more: a file written twice within the clock
 * tick of the file system has one fingerprint and two contents. So it must not mind a call for nothing. Calls
 * never overlap; what changes during one is looked at after it.
 */
export function watchFolder(
  dir: string,
  onChange: () => Promise<unknown>,
  options: WatchOptions = {},
): Watcher {
  const { pollInterval = 500, debounce = 50, fileSystem = nodeFileSystem, timers = realTimers } = options;
  let closed = false;
  let looking = false;
  let again = false;
  let poked = false;
  let secondLook = false;
  let mark: string | undefined;
  let cancelPoll = () => {};
  let cancelHint: (() => void) | undefined;
  let watched: readonly FSWatcher[] = [];
  let cost = 0;

  async function look(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    cancelPoll();
    const began = timers.now();
    const seen = await fingerprint(dir, fileSystem);
    cost = timers.now() - began;
    if (closed) return;
    const changed = seen.mark !== mark;
    if (changed && options.notifications !== false) listen(seen.folders);
    if (changed || poked || secondLook) {
      mark = seen.mark;
      secondLook = changed;
      poked = false;
      await onChange();
    }
    looking = false;
    if (closed) return;
    if (again) {
      again = false;
      start();
      return;
    }
    const wait = Math.max(pollInterval, Math.min(LONGEST_WAIT, cost * REST));
    cancelPoll = timers.after(wait, start);
  }

  /** INVARIANT: a fault in `onChange` does not end the watching; it is the callback's to report. */
  function start(): void {
    look().catch(() => {
      looking = false;
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

  /** All anew after each change: a watch on a folder that was removed and made again is deaf. */
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

/** With a name, only what happens to that name counts: the folder above may be as busy as `/tmp`. */
function watchOne(folder: string, name: string | undefined, hint: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, touched) => {
      if (name === undefined || touched === null || touched === name) hint();
    });
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return []; // gone meanwhile, or no watches left: the polling remains
  }
}
