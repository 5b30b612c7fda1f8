import type { Connection, Script } from './connection.ts';
import { Gate, type GateOptions } from './gate.ts';

export interface VisitsOptions extends GateOptions {
  /** Longest time for an answer, milliseconds. */
  readonly timeout: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** A command that was sent, with its end. */
  readonly onCommand: (result: CommandResult) => void;
}

/** End of a command: `late` if its answer did not come in time. */
export type CommandResult = 'ok' | 'late' | 'failed';

/** Reason for which there is no answer. */
class NoAnswer extends Error {}

/** Commands to the shared store through its gate: each is answered in time or given up. */
export class Visits {
  readonly gate: Gate;
  readonly #options: VisitsOptions;
  #connection: Connection | undefined;

  constructor(options: VisitsOptions) {
    this.#options = options;
    this.gate = new Gate(options);
  }

  /** Uses a connection from now on. */
  use(connection: Connection): void {
    this.#connection = connection;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /**
   * Runs a script.
   *
   * @throws NoAnswer if the gate is closed to it, or there is no answer in time.
   */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    isProbe = false,
  ): Promise<unknown> {
    const { gate } = this;
    const connection = this.#connection;
    if (connection === undefined || (!gate.admits && !isProbe)) throw new NoAnswer('the gate is open');
    const { clock, onCommand } = this.#options;
    gate.entered();
    const answer = connection.run(script, keys, args);
    const leave = (): void => gate.left();
    answer.then(leave, leave);
    try {
      const reply = await this.#inTime(answer);
      gate.succeeded();
      onCommand('ok');
      return reply;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      gate.failed(cause, clock());
      onCommand(error instanceof NoAnswer ? 'late' : 'failed');
      throw error instanceof NoAnswer ? error : new NoAnswer(cause, { cause: error });
    }
  }

  async #inTime(answer: Promise<unknown>): Promise<unknown> {
    const { timeout } = this.#options;
    const { promise, reject } = Promise.withResolvers<never>();
    const late = (): void => reject(new NoAnswer(`no answer within ${timeout} ms`));
    // An answer that has come while this process was busy is read before the time is over.
    const timer = setTimeout(() => setImmediate(late), timeout);
    try {
      return await Promise.race([answer, promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
