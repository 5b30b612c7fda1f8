import type { ConnectionState, LifetimeEvents, LifetimeSettings } from './connection-state.ts';
import { ERROR, FRAME, MAX_INT31 } from './protocol.ts';

/** Contents of the PINGs of this side. */
const ALIVE = Buffer.from('keepaliv');
const LEAVING = Buffer.from('draining');

/** Time for the peer to learn that no new streams are taken, before the last one is fixed. */
const NOTICE_TIME = 1000;

/** The times of a connection: greeting, signs of life, idleness, age, and the steps of a drain. */
export class Lifetime implements LifetimeEvents {
  readonly #connection: ConnectionState;
  readonly #settings: LifetimeSettings;
  readonly #opened = Date.now();
  #isGreeted = false;
  #ticked = Date.now();
  /** When no stream was open and none had been since; the highest stream then. */
  #idleSince = Date.now();
  #idleStream = 0;
  #pingedAt = 0;
  /** When the drain began, and whether the last stream is fixed. */
  #drainedAt = 0;
  #isFinal = false;
  #lingersUntil = Number.POSITIVE_INFINITY;

  constructor(connection: ConnectionState, settings: LifetimeSettings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  /** The peer has sent its SETTINGS. */
  greeted(): void {
    this.#isGreeted = true;
  }

  /** True if the connection ends when its streams have ended. */
  get isClosing(): boolean {
    return this.#isFinal;
  }

  /**
   * Ends the connection without losing a stream, in two steps (RFC 9113 section 6.8): a GOAWAY for the highest stream,
   * and when the peer has seen it a second one for the last stream that was taken.
   */
  drain(): void {
    const connection = this.#connection;
    if (this.#drainedAt > 0 || connection.isOver) return;
    this.#drainedAt = Date.now();
    if (!this.#isGreeted) {
      connection.end();
      return;
    }
    connection.goAway(MAX_INT31, ERROR.NO_ERROR);
    connection.output.frame(FRAME.ping, 0, 0, LEAVING);
    for (const stream of connection.streams.values()) stream.user?.closing();
  }

  /** The peer has answered a PING. */
  pong(bytes: Uint8Array, start: number): void {
    this.#pingedAt = 0;
    if (this.#drainedAt > 0 && LEAVING.equals(bytes.subarray(start, start + LEAVING.length))) this.#finish();
  }

  closeIfDone(): void {
    if (this.#connection.streams.size === 0) this.#connection.end();
  }

  /** Waits for the peer to close. */
  linger(): void {
    this.#lingersUntil = Date.now() + this.#settings.bounds.lingerTime;
  }

  tick(now: number): void {
    const connection = this.#connection;
    const { bounds, maxAge, maxIdle } = this.#settings;
    connection.resets.pass(now - this.#ticked);
    connection.emptyFrames.pass(now - this.#ticked);
    this.#ticked = now;
    if (now > this.#lingersUntil) connection.destroy();
    if (connection.isOver) return;
    if (!this.#isGreeted && now - this.#opened > bounds.greetingTime) {
      connection.destroy('silent', 'the settings of HTTP/2 did not arrive');
      return;
    }
    this.#ping(now);
    if (this.#isIdle(now, maxIdle) || now - this.#opened > maxAge) this.drain();
    if (this.#drainedAt > 0 && now - this.#drainedAt > NOTICE_TIME) this.#finish();
  }

  #finish(): void {
    if (this.#isFinal) return;
    this.#isFinal = true;
    this.#connection.goAway(this.#connection.opened.last, ERROR.NO_ERROR);
    this.closeIfDone();
  }

  #isIdle(now: number, maxIdle: number): boolean {
    const { streams, opened } = this.#connection;
    if (streams.size > 0 || opened.last !== this.#idleStream) {
      this.#idleSince = now;
      this.#idleStream = opened.last;
    }
    return now - this.#idleSince > maxIdle;
  }

  #ping(now: number): void {
    const { bounds, keepalive } = this.#settings;
    const connection = this.#connection;
    if (connection.now > this.#pingedAt) this.#pingedAt = 0;
    if (this.#pingedAt > 0) {
      if (now - this.#pingedAt > bounds.pingTime) connection.destroy('silent', 'a ping was not answered');
    } else if (now - connection.now > keepalive) {
      this.#pingedAt = now;
      connection.output.frame(FRAME.ping, 0, 0, ALIVE);
      connection.output.flush();
    }
  }
}
