import type { ConnectionState } from './connection-state.ts';
import type { Faults } from './faults.ts';
import { type PeerSettings, readSettings } from './peer-settings.ts';
import {
  DEFAULT_WINDOW,
  ERROR,
  FLAG,
  FRAME,
  PRIORITY_BYTES,
  putUint32,
  SETTING,
  uint31,
} from './protocol.ts';

const NO_SETTINGS = Buffer.alloc(0);

/** The frames that carry no request (RFC 9113 sections 6.3 to 6.9). */
export class ControlFrames {
  readonly #connection: ConnectionState;
  readonly #faults: Faults;
  #settings: PeerSettings | undefined;

  constructor(connection: ConnectionState, faults: Faults) {
    this.#connection = connection;
    this.#faults = faults;
  }

  /** True once the peer has sent its settings, which come first. */
  get isGreeted(): boolean {
    return this.#settings !== undefined;
  }

  /** Sends the settings of this side, and opens the window of the connection. */
  greet(): void {
    const { streams, streamWindow, headerListBytes, connectionWindow } = this.#connection.host.bounds;
    const settings = [
      [SETTING.maxConcurrentStreams, streams],
      [SETTING.initialWindowSize, streamWindow],
      [SETTING.maxHeaderListSize, headerListBytes],
    ] as const;
    const payload = Buffer.alloc(settings.length * 6);
    for (const [at, [name, value]] of settings.entries()) {
      payload.writeUInt16BE(name, at * 6);
      putUint32(payload, at * 6 + 2, value);
    }
    this.#connection.output.frame(FRAME.settings, 0, 0, payload);
    if (connectionWindow > DEFAULT_WINDOW) {
      putUint32(payload, 0, connectionWindow - DEFAULT_WINDOW);
      this.#connection.output.frame(FRAME.windowUpdate, 0, 0, payload.subarray(0, 4));
    }
  }

  resetStream(id: number, length: number): void {
    const connection = this.#connection;
    if (length !== 4) this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'RST_STREAM of a wrong length');
    else if (id === 0 || this.#connection.opened.isUnused(id))
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'RST_STREAM on an idle stream');
    else {
      const stream = connection.streams.get(id);
      if (stream === undefined) {
        this.#faults.carriesNothing();
        return;
      }
      connection.forget(stream);
      stream.user?.cancelled();
      this.#faults.endsUnanswered();
    }
  }

  windowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (end - start !== 4) {
      this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'WINDOW_UPDATE of a wrong length');
      return;
    }
    this.#faults.carriesNothing();
    const increment = uint31(bytes, start);
    const stream = connection.streams.get(id);
    if (id === 0) {
      if (increment === 0) this.#faults.fail(ERROR.PROTOCOL_ERROR, 'WINDOW_UPDATE by zero');
      else if (!connection.flow.open(increment))
        this.#faults.fail(ERROR.FLOW_CONTROL_ERROR, 'a window is too large');
    } else if (stream !== undefined) {
      if (increment === 0) this.#faults.ofStream(stream, ERROR.PROTOCOL_ERROR);
      else if (!connection.flow.openStream(stream, increment))
        this.#faults.ofStream(stream, ERROR.FLOW_CONTROL_ERROR);
    } else if (this.#connection.opened.isUnused(id))
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'WINDOW_UPDATE on an idle stream');
  }

  settings(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const isAck = (flags & FLAG.ack) !== 0;
    if (stream !== 0) this.#faults.fail(ERROR.PROTOCOL_ERROR, 'SETTINGS on a stream');
    else if (isAck && end > start)
      this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'an acknowledgement with settings');
    else {
      this.#faults.carriesNothing();
      if (isAck || connection.isOver) return;
      const read = readSettings(bytes, start, end, this.#settings);
      if (read.settings === undefined) {
        this.#faults.fail(read.error, read.detail);
        return;
      }
      // The acknowledgement comes before DATA that the settings permit.
      connection.output.frame(FRAME.settings, FLAG.ack, 0, NO_SETTINGS);
      this.#apply(read.settings);
    }
  }

  ping(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const { lifetime, output } = this.#connection;
    if (stream !== 0) this.#faults.fail(ERROR.PROTOCOL_ERROR, 'PING on a stream');
    else if (end - start !== 8) this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'PING of a wrong length');
    else {
      this.#faults.carriesNothing();
      if ((flags & FLAG.ack) !== 0) lifetime.pong(bytes, start);
      else output.frame(FRAME.ping, FLAG.ack, 0, bytes.subarray(start, end));
    }
  }

  /** Priorities are ignored (RFC 9113 section 5.3.2), but not their mistakes. */
  priority(stream: number, bytes: Buffer, start: number, end: number): void {
    if (stream === 0) this.#faults.fail(ERROR.PROTOCOL_ERROR, 'PRIORITY without a stream');
    else if (end - start !== PRIORITY_BYTES) this.#faults.ofId(stream, ERROR.FRAME_SIZE_ERROR);
    else if (uint31(bytes, start) === stream) this.#faults.ofId(stream, ERROR.PROTOCOL_ERROR);
    else this.#faults.carriesNothing();
  }

  goAway(stream: number, length: number): void {
    if (stream !== 0) this.#faults.fail(ERROR.PROTOCOL_ERROR, 'GOAWAY on a stream');
    else if (length < 8) this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'GOAWAY of a wrong length');
    // It is about streams of the server, of which there are none (RFC 9113 section 6.8).
    else this.#faults.carriesNothing();
  }

  #apply(settings: PeerSettings): void {
    const { flow, output, lifetime, streams } = this.#connection;
    if (!flow.setInitialWindow(settings.initialWindow, streams.values())) {
      this.#faults.fail(ERROR.FLOW_CONTROL_ERROR, 'INITIAL_WINDOW_SIZE makes a window too large');
      return;
    }
    // One update to zero is enough: the table stays empty.
    if (settings.mustClearTable && this.#settings?.mustClearTable !== true) output.mustClearTable = true;
    this.#settings = settings;
    lifetime.greeted();
  }
}
