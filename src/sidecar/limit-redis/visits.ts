import { errorMessage } from '../../diagnostic/system-error.ts';
import { type Connection, NotSent, type Script } from './connection.ts';
import { Gate, type GateOptions } from './gate.ts';

export interface VisitsOptions extends GateOptions {
  /** Longest time for an answer, milliseconds. */
  readonly timeout: number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** A command that was sent, with its end. */
  readonly onCommand: (result: CommandResult) => void;
  /** Reason for which a command has no answer. */
  readonly onFailure: (text: string) => void;
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

  get isConnected(): boolean {
    return this.#connection?.isReady === true;
  }

  /**
   * Runs a script and returns its reply as `read` makes it; `read` returns undefined for a reply of another form.
   *
   * @throws NoAnswer if the gate is closed to it, or there is no answer in time.
   */
  async run<Reply>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    read: (reply: unknown) => Reply | undefined,
    isProbe = false,
  ): Promise<Reply> {
    const { gate } = this;
    const connection = this.#connection;
    if (connection === undefined || (!gate.admits && !isProbe)) throw new NoAnswer('the gate is open');
    gate.entered();
    const answer = connection.run(script, keys, args);
    const leave = (): void => gate.left();
    answer.then(leave, leave);
    try {
      const reply = read(await this.#inTime(answer));
      if (reply === undefined) throw new TypeError('the script of Redis has answered something else');
      gate.succeeded(this.#options.clock());
      this.#options.onCommand('ok');
      return reply;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): NoAnswer {
    const { clock, onCommand, onFailure } = this.#options;
    const cause = errorMessage(error);
    this.gate.failed(clock());
    onFailure(cause);
    if (!(error instanceof NotSent)) onCommand(error instanceof NoAnswer ? 'late' : 'failed');
    return error instanceof NoAnswer ? error : new NoAnswer(cause, { cause: error });
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
