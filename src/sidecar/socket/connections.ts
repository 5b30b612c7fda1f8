import type { Socket } from 'node:net';

/** Observes the connections of a listener. */
export interface ConnectionObserver {
  opened(peer: string, count: number): void;
  /** `duration` in milliseconds. */
  closed(peer: string, duration: number): void;
  /** Closed by this side. */
  ended(peer: string, cause: EndCause, detail?: string): void;
}

/**
 * Cause for which this side closes a connection: `full` to make room for a new one, `silent` since nothing arrives,
 * `handshake` or `protocol` for a mistake of the peer, `unread` since it does not read its answers, `flood` since it
 * does more than the bounds permit.
 */
export type EndCause = 'full' | 'silent' | 'handshake' | 'protocol' | 'unread' | 'flood';

export interface ConnectionsOptions {
  /** Most connections at once. */
  readonly max: number;
  readonly observer: ConnectionObserver;
}

interface Entry {
  readonly peer: string;
  readonly opened: number;
  /** Bytes in both directions when they were last counted, and when they last had changed. */
  bytes: number;
  active: number;
}

/** Milliseconds between two counts of the bytes of all connections. */
const COUNT_INTERVAL = 1000;

/**
 * The connections of a listener. If there are too many, the one that has been silent for the longest time is closed, so
 * that connections which nobody uses never keep out a probe or a proxy.
 */
export class Connections {
  readonly #open = new Map<Socket, Entry>();
  readonly #max: number;
  readonly #observer: ConnectionObserver;
  #counter: NodeJS.Timeout | undefined;

  constructor({ max, observer }: ConnectionsOptions) {
    this.#max = max;
    this.#observer = observer;
  }

  add(socket: Socket): void {
    const now = performance.now();
    const entry: Entry = { peer: peerOf(socket), opened: now, bytes: 0, active: now };
    if (this.#open.size >= this.#max) this.#makeRoom();
    this.#open.set(socket, entry);
    // Far from the bound nothing needs to be counted.
    if (this.#open.size > this.#max / 2)
      this.#counter ??= setInterval(() => this.#count(), COUNT_INTERVAL).unref();
    this.#observer.opened(entry.peer, this.#open.size);
    socket.once('close', () => {
      if (!this.#forget(socket)) return;
      this.#observer.closed(entry.peer, performance.now() - entry.opened);
    });
  }

  /** Closes the connection if it has not sent `bytes` bytes within `time` milliseconds. */
  expect(socket: Socket, bytes: number, time: number): void {
    const timer = setTimeout(() => {
      if (socket.destroyed || socket.bytesRead >= bytes) return;
      this.#observer.ended(peerOf(socket), 'silent');
      socket.destroy();
    }, time).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** Tells the observer that this side closes a connection. */
  report(socket: Socket, cause: EndCause, detail: string): void {
    this.#observer.ended(peerOf(socket), cause, detail);
  }

  /** Closes all connections at once. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #makeRoom(): void {
    this.#count();
    let silent: Socket | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [socket, { active }] of this.#open) {
      if (active >= least) continue;
      silent = socket;
      least = active;
    }
    if (silent === undefined) return;
    const { peer } = this.#open.get(silent) ?? { peer: '' };
    this.#forget(silent);
    this.#observer.ended(peer, 'full');
    silent.destroy();
  }

  #count(): void {
    const now = performance.now();
    for (const [socket, entry] of this.#open) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes === entry.bytes) continue;
      entry.bytes = bytes;
      entry.active = now;
    }
  }

  #forget(socket: Socket): boolean {
    const known = this.#open.delete(socket);
    if (this.#open.size <= this.#max / 2) {
      clearInterval(this.#counter);
      this.#counter = undefined;
    }
    return known;
  }
}

/** IP address and port, empty for a Unix socket. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? '' : `${remoteAddress} ${String(remotePort)}`;
}
