import { constants } from 'node:os';

/** The signals of a process that serves. */
export interface Signals {
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly terminated: Promise<void>;
  readonly isTerminated: () => boolean;
  /** Calls `reload` at each SIGHUP, and at once if one has arrived before. */
  onHangUp(reload: () => void): void;
  /** Calls `toggle` at each SIGUSR1 from now on. */
  onUser(toggle: () => void): void;
}

let caught: Signals | undefined;

/**
 * Catches SIGHUP, SIGUSR1, SIGTERM and SIGINT from the first call on; later calls return the same. A second SIGTERM or SIGINT
 * calls `endNow` with the exit code of a shell for the signal, such as 143.
 */
export function catchSignals(endNow: (code: number) => void = () => {}): Signals {
  caught ??= listen(endNow);
  return caught;
}

function listen(endNow: (code: number) => void): Signals {
  const { promise: terminated, resolve } = Promise.withResolvers<void>();
  let ending = false;
  let hungUp = false;
  let reload = (): void => {
    hungUp = true;
  };
  let toggle = (): void => {};
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) endNow(128 + constants.signals[signal]);
      ending = true;
      resolve();
    });
  }
  process.on('SIGHUP', () => reload());
  // Without a listener, Node opens its inspector at SIGUSR1, by which others could run code in this process.
  process.on('SIGUSR1', () => toggle());
  return {
    terminated,
    isTerminated: () => ending,
    onHangUp(next) {
      reload = next;
      if (hungUp) next();
      hungUp = false;
    },
    onUser(next) {
      toggle = next;
    },
  };
}
