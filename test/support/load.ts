import { setTimeout as pause } from 'node:timers/promises';

/** What one answer said: under which revision, and what. */
export interface Said {
  readonly revision: string;
  readonly verdict: string;
}

export interface LoadOptions {
  /** Asks once; a rejection counts as an error. */
  readonly ask: () => Promise<Said>;
  /** Whether an answer may be: its verdict is that of its revision. */
  readonly agrees: (said: Said) => boolean;
  /** Questions under way at once. */
  readonly lanes: number;
  /** Milliseconds that a lane rests between two questions. */
  readonly rest: number;
}

export interface Tally {
  readonly requests: number;
  /** The first hundred; `errorCount` has all. */
  readonly errors: readonly string[];
  readonly errorCount: number;
  /** Answers whose revision and verdict disagree, in the same way. */
  readonly disagreements: readonly string[];
  readonly disagreementCount: number;
}

export interface Load {
  /** Waits for the first answer with this verdict, from this moment on. Milliseconds; rejects after `timeout`. */
  until(verdict: string, timeout: number): Promise<number>;
  tally(): Tally;
  /** Ends it and waits for the questions under way. */
  stop(): Promise<Tally>;
}

const SHOWN = 100;

/** Steady load that compares every answer, until it is stopped. */
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
