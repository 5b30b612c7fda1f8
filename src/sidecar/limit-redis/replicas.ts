import { scriptOf } from './connection.ts';
import type { Visits } from './visits.ts';

/** Time between two heartbeats, and time after the last one until a process no longer counts, milliseconds. */
const HEARTBEAT = 5000;
const GONE = 15_000;
/** Time until the next heartbeat after one without an answer: without checks, nothing else finds out what is wrong. */
const SOON = 100;

/** Notes a process (`ARGV[1]`), or removes it if `ARGV[2]` is 1, and returns the number of those that are alive. */
const REPLICAS = scriptOf(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ${GONE}))
redis.call('PEXPIRE', KEYS[1], ${2 * GONE})
return redis.call('ZCARD', KEYS[1])
`);

export interface ReplicasOptions {
  readonly visits: Visits;
  readonly prefix: string;
  /** Name of this process. */
  readonly replica: string;
  /** Number of processes that is assumed at least. */
  readonly least: number;
  readonly clock: () => number;
  readonly random: () => number;
}

/** The processes that share limits. Each notes itself in Redis from time to time, which is also the probe of Redis. */
export class Replicas {
  readonly #options: ReplicasOptions;
  #count = 0;
  #nextAt = 0;
  #isAsking = false;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Number of processes by the last answer. */
  get count(): number {
    return Math.max(1, this.#count, this.#options.least);
  }

  /** Notes this process if it is time; called often. */
  async beat(now: number): Promise<void> {
    const { visits, random } = this.#options;
    const { gate, isConnected } = visits;
    // The end of an attempt to connect tells what is wrong, and the connection wakes the gate.
    if (gate.state === 'open' && !isConnected) return;
    // While the gate recovers, heartbeats are answers that close it also without any checks.
    const isDue =
      gate.state === 'open' ? now >= gate.probeAt : gate.state === 'recovering' || now >= this.#nextAt;
    if (!isDue || this.#isAsking) return;
    this.#isAsking = true;
    this.#nextAt = now + HEARTBEAT * (0.75 + random() / 2);
    const count = await this.#ask('0');
    if (count === undefined) this.#nextAt = now + SOON;
    else this.#count = count;
    this.#isAsking = false;
  }

  /** Lets the next heartbeat be due now. */
  hurry(): void {
    this.#nextAt = 0;
  }

  /** Removes this process. */
  async leave(): Promise<void> {
    await this.#ask('1');
  }

  async #ask(leaves: '0' | '1'): Promise<number | undefined> {
    const { visits, prefix, replica } = this.#options;
    const key = `${prefix}:{replicas}`;
    const args = [replica, leaves];
    return await visits.run(REPLICAS, [key], args, numberIn, true).catch(() => undefined);
  }
}

function numberIn(reply: unknown): number | undefined {
  return typeof reply === 'number' ? reply : undefined;
}
