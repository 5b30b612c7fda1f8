import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HpackDecoder } from '../../src/sidecar/transport/http2/hpack/decoder.ts';
import {
  CODES,
  type Code,
  FLAG,
  type Frame,
  PREFACE,
  ping,
  readFrames,
  SETTINGS_ACK,
  settings,
  TYPE,
} from './http2-frames.ts';

export interface PeerOptions {
  /** As for `--listen`. */
  readonly address: string;
  /** PEM of the authority, for TLS with ALPN. */
  readonly ca?: string;
}

/** Milliseconds after which a frame that does not come fails the test, by default. */
const PATIENCE = 20_000;

interface Waiter {
  readonly look: () => boolean;
  readonly resolve: () => void;
}

/** A client of HTTP/2 that sends exactly the bytes it is told, and keeps every frame of the answer. */
export class Http2Peer {
  readonly socket: Socket;
  /** All frames that have arrived. */
  readonly frames: Frame[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 1 << 20 });
  /** Fields of the HEADERS that have arrived, in the order of their frames. */
  readonly #lists = new Map<Frame, ReadonlyMap<string, string>>();
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #pings = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => this.#read(bytes));
    // A reset is a way to close.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#isClosed = true;
      this.#look();
    });
  }

  /** Opens a connection, on which nothing is sent yet. */
  static async connect({ address, ca }: PeerOptions): Promise<Http2Peer> {
    const [, path] = /^unix:(.*)$/.exec(address) ?? [];
    const colon = address.lastIndexOf(':');
    const place =
      path === undefined
        ? { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
        : { path };
    const isTls = ca !== undefined;
    const socket = isTls
      ? connectTls({ ...place, ca, servername: 'localhost', ALPNProtocols: ['h2'] })
      : connect(place);
    // Small writes would wait for acknowledgements of the kernel of the server.
    socket.setNoDelay(true);
    const peer = new Http2Peer(socket);
    await once(socket, isTls ? 'secureConnect' : 'connect');
    return peer;
  }

  /** As `connect`, with the greeting of both sides done. */
  static async greet(options: PeerOptions): Promise<Http2Peer> {
    const peer = await Http2Peer.connect(options);
    peer.send(PREFACE, settings(), SETTINGS_ACK);
    await peer.arrival('the acknowledgement of the settings', isSettingsAck);
    return peer;
  }

  send(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Fields of a HEADERS frame of the server. */
  fields(frame: Frame): ReadonlyMap<string, string> {
    return this.#lists.get(frame) ?? new Map();
  }

  /** The first frame of all that have arrived, or will arrive, for which `wanted` is true. */
  async arrival(what: string, wanted: (frame: Frame) => boolean): Promise<Frame> {
    let found: Frame | undefined;
    await this.until(what, () => {
      found = this.frames.find(wanted);
      return found !== undefined;
    });
    if (found === undefined) throw new Error(`the connection was closed before ${what}: ${this.told()}`);
    return found;
  }

  /** Sends a PING and waits for its acknowledgement: all frames before it have been handled. */
  async roundTrip(): Promise<void> {
    this.#pings += 1;
    const text = `p${String(this.#pings)}`.padEnd(8);
    this.send(ping(text));
    await this.arrival(
      'the acknowledgement of a PING',
      ({ type, flags, payload }) => type === TYPE.ping && flags === FLAG.ack && payload.toString() === text,
    );
  }

  /** Resolves when the server has closed the connection. */
  closed(patience?: number): Promise<void> {
    return this.until('the end of the connection', () => this.#isClosed, patience);
  }

  /** True after GOAWAY, or after the end of the connection. */
  get isEnding(): boolean {
    return this.#isClosed || this.frames.at(-1)?.type === TYPE.goAway;
  }

  /** Resolves when `look` is true, after a frame or at the end of the connection. */
  async until(what: string, look: () => boolean, patience = PATIENCE): Promise<void> {
    if (look() || this.#isClosed) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const waiter = { look, resolve };
      timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no ${what} within ${String(patience)} ms: ${this.told()}`));
      }, patience);
      this.#waiters.add(waiter);
    });
    clearTimeout(timer);
  }

  /** What the server has sent, as text for messages: the last twenty frames. */
  told(): string {
    const shown = this.frames.slice(-20).map((frame) => describe(frame));
    const before = this.frames.length - shown.length;
    return [
      ...(before > 0 ? [`${String(before)} frames`] : []),
      ...shown,
      ...(this.#isClosed ? ['closed'] : []),
    ].join(', ');
  }

  destroy(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    const { frames, rest } = readFrames(Buffer.concat([this.#rest, bytes]));
    this.#rest = rest;
    for (const frame of frames) {
      if (frame.type === TYPE.headers) this.#decode(frame);
      this.frames.push(frame);
    }
    this.#look();
  }

  #decode(frame: Frame): void {
    const list = new Map<string, string>();
    this.#decoder.decode(frame.payload, 0, frame.payload.length, (name, value) => list.set(name, value));
    this.#lists.set(frame, list);
  }

  #look(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.look() && !this.#isClosed) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

export function isSettingsAck({ type, flags }: Frame): boolean {
  return type === TYPE.settings && (flags & FLAG.ack) !== 0;
}

/** The code of a RST_STREAM or GOAWAY. */
export function codeOf({ type, payload }: Frame): Code | number {
  const code = payload.readUInt32BE(type === TYPE.goAway ? 4 : 0);
  return CODES[code] ?? code;
}

function describe(frame: Frame): string {
  const name = Object.entries(TYPE).find(([, type]) => type === frame.type)?.[0] ?? String(frame.type);
  const isError = frame.type === TYPE.reset || frame.type === TYPE.goAway;
  const detail = isError ? ` ${codeOf(frame)}` : ` ${String(frame.payload.length)} bytes`;
  return `${name} on ${String(frame.stream)}${detail}${frame.flags === 0 ? '' : ` flags ${String(frame.flags)}`}`;
}
