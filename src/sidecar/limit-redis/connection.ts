import { hash } from 'node:crypto';
import type { RedisAddress } from './address.ts';
import { type Client, type ClientEvents, openClient, type RedisCredentials } from './client.ts';
import { errorText } from './faults.ts';

/** A Lua script, by its text and the digest under which Redis keeps it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: hash('sha1', text, 'hex') };
}

/** The connection to a Redis. Nothing waits for it: a command fails at once while there is none. */
export interface Connection {
  /** True if the keys of one script must be in one slot. */
  readonly isCluster: boolean;
  /** True if commands can be sent. */
  readonly isReady: boolean;
  /** Time of the last answer of Redis, also of an error; milliseconds of the clock. */
  readonly heardAt: number;
  /**
   * Runs a script.
   *
   * @throws NotSent if there is no connection.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Gives up the connection, with the commands that wait for an answer, and makes another one. */
  reconnect(): void;
  /** Uses other credentials for a new connection. The one that there is stays until the new one is ready. */
  renew(credentials: RedisCredentials): void;
  close(): void;
}

interface ConnectionEvents {
  onReady(): void;
  /** The connection is over; another one is being made. */
  onLost(): void;
  /** A text for each reason for which there is no connection. */
  onFault(text: string): void;
  /** The connection with new credentials is used, or it failed while the one with the last credentials stays. */
  onRenewed(): void;
  onRefused(text: string): void;
}

export interface ConnectionOptions extends ConnectionEvents {
  readonly address: RedisAddress;
  readonly credentials: RedisCredentials;
  readonly clock: () => number;
}

/** Reason for which a command was not sent: there is no connection. */
export class NotSent extends Error {}

/** Time in which a connection must be ready, milliseconds: with TLS, and the answer to the password. */
const HANDSHAKE_TIMEOUT = 2000;
const LONGEST_RETRY = 2000;
/** Longest time until refused credentials are tried again beside a connection that works, milliseconds. */
const LONGEST_RENEWAL = 30_000;
/** Time for the answers to what was sent before another connection was ready, milliseconds. */
const OVERLAP = 1000;

/** Makes the connection to a Redis. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  // Loaded here, so that a process without shared limits never has it in memory.
  const ioredis = await import('ioredis');
  return new Connector(options, (credentials, events) =>
    openClient(ioredis, options.address, credentials, events),
  );
}

/** One attempt to connect, and its client. */
interface Attempt {
  readonly credentials: RedisCredentials;
  readonly client: Client;
  readonly timer: NodeJS.Timeout;
  isReady: boolean;
  hasFailed: boolean;
}

type Open = (credentials: RedisCredentials, events: ClientEvents) => Client;

/**
 * One connection, made again whenever it ends. The client's own way to connect again is not used: with sentinels, it
 * gives up for ever if it is interrupted.
 */
class Connector implements Connection {
  readonly #options: ConnectionOptions;
  readonly #open: Open;
  /** The credentials to use, and those with which the last connection was ready. */
  #wanted: RedisCredentials;
  #proven: RedisCredentials | undefined;
  #current: Attempt | undefined;
  /** Connects with new credentials while `current` still works. */
  #next: Attempt | undefined;
  #fails = 0;
  #renewals = 0;
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #fault = 'no connection yet';
  #isClosed = false;
  heardAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionOptions, open: Open) {
    this.#options = options;
    this.#open = open;
    this.#wanted = options.credentials;
    this.#connect();
  }

  get isCluster(): boolean {
    return this.#options.address.kind === 'cluster';
  }

  /** Text for an end without an error. */
  get #closed(): string {
    return this.isCluster ? 'the cluster tells no node' : 'the connection was closed';
  }

  get isReady(): boolean {
    return this.#current?.isReady === true;
  }

  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const current = this.#current;
    if (current?.isReady !== true) throw new NotSent(this.#fault);
    try {
      const reply = await evaluate(current.client, script, keys, args);
      this.heardAt = this.#options.clock();
      return reply;
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') this.heardAt = this.#options.clock();
      throw new Error(this.#textOf(error), { cause: error });
    }
  }

  #textOf(error: unknown): string {
    const passwords = [this.#options.address, this.#wanted, this.#proven].map((each) => each?.password);
    return errorText(
      error,
      passwords.filter((each) => each !== undefined),
    );
  }

  reconnect(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#end(this.#current);
    this.#lost();
  }

  renew(credentials: RedisCredentials): void {
    if (this.#isClosed) return;
    this.#wanted = credentials;
    this.#fails = 0;
    this.#renewals = 0;
    this.#endNext();
    if (this.isReady) this.#connectNext();
    else this.reconnect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#endNext();
    const last = this.#current;
    this.#current = undefined;
    this.#end(last);
  }

  #connect(): void {
    // Every other attempt is with the credentials that were right before: the new ones may be a mistake.
    const isAgain = this.#fails % 2 === 1;
    this.#current = this.#attempt((isAgain ? this.#proven : undefined) ?? this.#wanted);
  }

  #connectNext(): void {
    this.#next = this.#attempt(this.#wanted);
  }

  #connectNextLater(): void {
    this.#next = undefined;
    const pause = pauseOf(this.#renewals + 5, LONGEST_RENEWAL);
    this.#renewals += 1;
    this.#renewal = setTimeout(() => this.#connectNext(), pause).unref();
  }

  #attempt(credentials: RedisCredentials): Attempt {
    const client = this.#open(credentials, {
      onReady: () => this.#ready(attempt),
      onError: (error) => this.#failed(attempt, this.#textOf(error)),
      onEnd: () => this.#ended(attempt),
    });
    const late = () => {
      this.#failed(attempt, `no connection within ${HANDSHAKE_TIMEOUT} ms`);
      this.#end(attempt);
      this.#ended(attempt);
    };
    const timer = setTimeout(late, HANDSHAKE_TIMEOUT).unref();
    const attempt: Attempt = { credentials, client, timer, isReady: false, hasFailed: false };
    return attempt;
  }

  #ready(attempt: Attempt): void {
    clearTimeout(attempt.timer);
    attempt.isReady = true;
    if (attempt === this.#next) this.#replace(attempt);
    if (attempt !== this.#current) return;
    this.#fails = 0;
    this.#fault = this.#closed;
    this.#proven = attempt.credentials;
    this.#options.onReady();
    if (attempt.credentials !== this.#wanted) this.#connectNextLater();
  }

  #replace(next: Attempt): void {
    const before = this.#current;
    this.#current = next;
    this.#next = undefined;
    setTimeout(() => this.#end(before), OVERLAP).unref();
    this.#options.onRenewed();
  }

  #failed(attempt: Attempt, text: string): void {
    attempt.hasFailed = true;
    if (attempt === this.#next) this.#options.onRefused(text);
    if (attempt !== this.#current) return;
    this.#fault = text;
    this.#options.onFault(text);
  }

  #ended(attempt: Attempt): void {
    clearTimeout(attempt.timer);
    if (!attempt.isReady && !attempt.hasFailed) this.#failed(attempt, this.#closed);
    if (attempt === this.#next) this.#connectNextLater();
    if (attempt === this.#current) this.#lost();
  }

  #lost(): void {
    const wasReady = this.isReady;
    this.#endNext();
    this.#current = undefined;
    this.#timer = setTimeout(() => this.#connect(), pauseOf(this.#fails, LONGEST_RETRY)).unref();
    this.#fails += 1;
    if (wasReady) this.#options.onLost();
  }

  #endNext(): void {
    clearTimeout(this.#renewal);
    this.#end(this.#next);
    this.#next = undefined;
  }

  #end(attempt: Attempt | undefined): void {
    if (attempt === undefined) return;
    clearTimeout(attempt.timer);
    attempt.client.disconnect();
  }
}

/** Evaluates a script by its digest; after a restart or a failover, when Redis does not have it, by its text. */
async function evaluate(
  client: Client,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await client.eval(text, keys.length, ...keys, ...args);
  }
}

/** Milliseconds until the next attempt, at a random moment so that processes do not connect at the same time. */
function pauseOf(fails: number, longest: number): number {
  return Math.min(longest, 25 * 2 ** Math.min(fails, 12)) * (0.5 + Math.random() / 2);
}
