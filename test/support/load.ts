import { setTimeout as pause } from 'node:timers/promises';

/** Revision and verdict of one answer. */
export interface Said {
  readonly revision: string;
  readonly verdict: string;
}

export interface LoadOptions {
  /** Sends one check. A rejection counts as an error. */
  readonly ask: () => Promise<Said>;
  /** True if the verdict is the one of the revision. */
  readonly agrees: (said: Said) => boolean;
  /** Number of concurrent checks. */
  readonly lanes: number;
  /** Pause of a lane between two checks, in milliseconds. */
  readonly rest: number;
}

export interface Tally {
  readonly requests: number;
  /** The first hundred errors; `errorCount` counts all. */
  readonly errors: readonly string[];
  readonly errorCount: number;
  /** The first hundred answers whose verdict is not that of their revision; `disagreementCount` counts all. */
  readonly disagreements: readonly string[];
  readonly disagreementCount: number;
}

export interface Load {
  /** Milliseconds from now to the first answer with this verdict. Rejects after `timeout` milliseconds. */
  until(verdict: string, timeout: number): Promise<number>;
  tally(): Tally;
  /** Stops the load and waits for the pending checks. */
  stop(): Promise<Tally>;
}

const SHOWN = 100;

/** Starts a steady load that checks every answer until it is stopped. */
export function startLoad({ ask, agrees, lanes, rest }: LoadOptions): Load {
  const waiting = new Map<string, () => void>();
  const errors: string[] = [];
  const disagreements: string[] = [];
  let [requests, errorCount, disagreementCount] = [0, 0, 0];
  const ending = new AbortController();

  async function lane(): Promise<void> {
    while (!ending.signal.aborted) {
      requests += 1;
      try {
        const said = await ask();
        if (!agrees(said) && (disagreementCount += 1) <= SHOWN) {
          disagreements.push(`${said.revision}: ${said.verdict}`);
        }
        waiting.get(said.verdict)?.();
      } catch (error) {
        if ((errorCount += 1) <= SHOWN) errors.push(String(error));
      }
      await pause(rest);
    }
  }

  const running = Array.from({ length: lanes }, lane);
  const tally = (): Tally => ({ requests, errors, errorCount, disagreements, disagreementCount });
  return {
    tally,
    until(verdict, timeout) {
      const began = performance.now();
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(verdict);
          reject(new Error(`no answer was \`${verdict}\` within ${timeout} ms: ${JSON.stringify(tally())}`));
        }, timeout);
        waiting.set(verdict, () => {
          waiting.delete(verdict);
          clearTimeout(late);
          resolve(performance.now() - began);
        });
      });
    },
    async stop() {
      ending.abort();
      await Promise.all(running);
      return tally();
    },
  };
}
