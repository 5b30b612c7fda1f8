import type { Duplex } from 'node:stream';
import { Allowance } from './allowance.ts';
import { ClosedStreams } from './closed-streams.ts';
import type { ConnectionHost, ConnectionState, EndCause } from './connection-state.ts';
import { FrameHandlers } from './frame-handlers.ts';
import { FrameReader } from './frame-reader.ts';
import type { HeaderFrame } from './header-frame.ts';
import type { Holder } from './held-memory.ts';
import { Lifetime } from './lifetime.ts';
import { OpenedStreams } from './opened-streams.ts';
import { Output } from './output.ts';
import { ERROR, type ErrorCode, FRAME, MAX_INT31, putUint32 } from './protocol.ts';
import { SendFlow } from './send-flow.ts';
import type { Stream } from './stream.ts';
import type { Turn, Worker } from './turns.ts';

/** Frames between two looks at the clock; a request counts as several (see `FrameHandlers`). */
const WORK = 512;

/** Answers to one read that are given to the socket before all are ready. */
const FLUSH_BYTES = 64 * 1024;

/** One HTTP/2 connection of a server (RFC 9113): reading in turns, writing once for each read, and its end. */
export class Connection implements ConnectionState, Holder, Worker {
  readonly host: ConnectionHost;
  readonly output: Output;
  readonly flow: SendFlow;
  readonly streams = new Map<number, Stream>();
  readonly closed = new ClosedStreams();
  readonly resets: Allowance;
  readonly emptyFrames: Allowance;
  readonly lifetime: Lifetime;
  readonly opened = new OpenedStreams();
  now = Date.now();
  isStopped = false;
  budget = WORK;
  orphans = 0;
  held = 0;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #turn: Turn = { round: -1, began: 0 };
  /** The part of a chunk that waits for another turn. */
  #rest: Buffer | undefined;
  #isReading = false;
  #isFlushing = false;
  #isOver = false;
  #isRefusing = false;
  #waitsForTurn = false;
  /** Bytes of `host.unsent` that are of this connection; above zero, nothing is read. */
  #unread = 0;
  #unreadSince = 0;

  constructor(socket: Duplex, host: ConnectionHost) {
    const { bounds, memory } = host;
    this.host = host;
    this.#socket = socket;
    this.output = new Output(socket);
    this.flow = new SendFlow(this.output, (stream) => this.#sentEnd(stream));
    this.resets = new Allowance(bounds.resets, bounds.resetsPerSecond);
    this.emptyFrames = new Allowance(bounds.emptyFrames, bounds.emptyFramesPerSecond);
    this.lifetime = new Lifetime(this, host);
    this.#reader = new FrameReader(new FrameHandlers(this));
    memory.add(this);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => {});
    socket.once('close', () => this.#closed());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  // Sending, for streams.

  respond(
    stream: Stream,
    headers: HeaderFrame,
    prefix: Uint8Array,
    body: Uint8Array,
    trailers: HeaderFrame,
  ): void {
    if (stream.isClosed) return;
    this.flow.respond(stream, headers, prefix, body, trailers);
    this.#wrote();
  }

  sendHeaders(stream: Stream, frame: HeaderFrame): void {
    if (stream.isClosed) return;
    this.flow.headers(stream, frame);
    this.#wrote();
  }

  sendData(stream: Stream, bytes: Uint8Array, isLast = false): void {
    if (stream.isClosed) return;
    this.flow.data(stream, bytes, isLast);
    this.#wrote();
  }

  /** Ends a stream with an error; its user is not told. */
  resetStream(stream: Stream, code: ErrorCode): void {
    if (stream.isClosed) return;
    this.sendReset(stream.id, code);
    this.forget(stream);
  }

  sendReset(stream: number, code: ErrorCode): void {
    const payload = Buffer.allocUnsafe(4);
    putUint32(payload, 0, code);
    this.output.frame(FRAME.resetStream, 0, stream, payload);
    this.closed.add(stream);
    this.#wrote();
  }

  /** Lets the peer send further bytes of a body. Small amounts wait until they are worth a frame. */
  grant(stream: Stream, bytes: number): void {
    if (stream.isClosed || stream.isRemoteEnded) return;
    stream.granted += bytes;
    if (stream.granted < this.host.bounds.streamWindow / 2) return;
    this.openWindow(stream.id, stream.granted);
    stream.receiveWindow += stream.granted;
    stream.granted = 0;
  }

  openWindow(stream: number, bytes: number): void {
    const payload = Buffer.allocUnsafe(4);
    putUint32(payload, 0, bytes);
    this.output.frame(FRAME.windowUpdate, 0, stream, payload);
    this.#wrote();
  }

  /** Counts held bytes. May refuse requests, also that of this stream. */
  hold(stream: Stream, bytes: number): void {
    if (stream.isClosed) return;
    stream.held += bytes;
    this.held += bytes;
    this.host.memory.change(bytes);
    if (bytes <= 0 || this.#isRefusing) return;
    if (this.held > this.host.bounds.connectionHeldBytes) this.refuseLargest();
    if (this.host.memory.isOver) this.host.memory.makeRoom();
  }

  orphan(count: number, bytes: number): void {
    this.orphans += count;
    this.held += bytes;
    this.host.memory.change(bytes);
  }

  refuseLargest(): boolean {
    let largest: Stream | undefined;
    for (const stream of this.streams.values()) {
      const isFixed = stream.isRemoteEnded && stream.unsent === undefined;
      if (!isFixed && stream.held > (largest?.held ?? 0)) largest = stream;
    }
    if (largest === undefined) return false;
    // A refusal is held as well if it has to wait for a window.
    this.#isRefusing = true;
    largest.user?.refuse();
    this.#isRefusing = false;
    if (largest.isClosed) return true;
    this.resetStream(largest, ERROR.ENHANCE_YOUR_CALM);
    largest.user?.cancelled();
    return true;
  }

  forget(stream: Stream): void {
    stream.isClosed = true;
    this.streams.delete(stream.id);
    this.flow.forget(stream);
    this.held -= stream.held;
    this.host.memory.change(-stream.held);
    stream.held = 0;
    if (this.lifetime.isClosing) this.lifetime.closeIfDone();
  }

  // The end of the connection.

  fail(code: ErrorCode, detail: string, told = detail): void {
    if (this.#isOver) return;
    this.goAway(this.opened.last, code, told);
    this.host.ended(code === ERROR.ENHANCE_YOUR_CALM ? 'flood' : 'protocol', detail);
    this.end();
  }

  refuse(detail: string, answer: string): void {
    this.host.ended('protocol', detail);
    this.end(answer);
  }

  goAway(lastStream: number, code: ErrorCode, detail = ''): void {
    const payload = Buffer.allocUnsafe(8);
    putUint32(payload, 0, Math.min(lastStream, MAX_INT31));
    putUint32(payload, 4, code);
    this.output.frame(FRAME.goAway, 0, 0, payload, Buffer.from(detail));
    this.#wrote();
  }

  end(text = ''): void {
    if (this.#isOver) return;
    this.output.flush();
    this.#stop();
    this.#socket.end(text);
    // Bytes that still arrive are read and dropped: with unread bytes the kernel would reset the connection.
    this.#socket.resume();
    this.lifetime.linger();
  }

  destroy(cause?: EndCause, detail = ''): void {
    if (cause !== undefined) this.host.ended(cause, detail);
    this.#stop();
    this.#socket.destroy();
  }

  /** Called about twice a second. */
  tick(now: number): void {
    this.lifetime.tick(now);
    if (this.#unread > 0 && now - this.#unreadSince > this.host.bounds.unsentTime) {
      this.destroy('unread', 'answers were not read');
      return;
    }
    for (const stream of this.streams.values()) {
      const { unsent } = stream;
      if (unsent !== undefined && now - unsent.since > this.host.bounds.unsentTime) {
        this.resetStream(stream, ERROR.CANCEL);
        stream.user?.cancelled();
      } else stream.user?.tick(now);
    }
  }

  // Reading.

  spent(): void {
    this.budget = WORK;
    if (this.output.length > FLUSH_BYTES) this.output.flush();
    this.#lookAtUnsent();
    if (!this.host.turns.isOver(this.#turn)) return;
    this.#waitsForTurn = true;
    this.isStopped = true;
  }

  /** Continues after a pause. */
  work(): void {
    this.#waitsForTurn = false;
    this.#continue();
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.isStopped) {
      this.#rest = Buffer.concat([this.#rest ?? chunk.subarray(0, 0), chunk]);
      return;
    }
    this.now = Date.now();
    this.#isReading = true;
    let at = chunk.length;
    try {
      at = this.#reader.read(chunk, 0);
    } catch (fault) {
      this.fail(ERROR.INTERNAL_ERROR, `fault: ${String(fault)}`, 'the connection failed');
    }
    this.#isReading = false;
    if (this.#isOver) return;
    this.output.flush();
    if (this.#socket.writableLength > 0) this.#lookAtUnsent();
    if (!this.isStopped) return;
    this.#rest = chunk.subarray(at);
    this.#socket.pause();
    if (this.#waitsForTurn) this.host.turns.wait(this);
  }

  #continue(): void {
    if (this.#isOver || this.#waitsForTurn || this.#unread > 0) return;
    this.isStopped = false;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined && rest.length > 0) this.#read(rest);
    if (!this.isStopped && !this.#isOver) this.#socket.resume();
  }

  // Writing.

  /** Frames are ready: they are sent at the end of the read, or after everything else that is ready now. */
  #wrote(): void {
    if (this.#isReading || this.#isFlushing) return;
    this.#isFlushing = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    this.output.flush();
    if (this.#socket.writableLength === 0) return;
    this.#lookAtUnsent();
    if (this.#unread > 0) this.#socket.pause();
  };

  /** Stops reading from a peer that does not read its answers. */
  #lookAtUnsent(): void {
    const { bounds, unsent } = this.host;
    const bytes = this.#socket.writableLength;
    const others = unsent.bytes - this.#unread;
    if (bytes === 0 || (bytes <= bounds.unsentBytes && others + bytes <= bounds.allUnsentBytes)) return;
    if (this.#unread === 0) this.#unreadSince = Date.now();
    this.#countUnread(bytes);
    this.isStopped = true;
  }

  #drained(): void {
    if (this.#unread === 0) return;
    this.#countUnread(0);
    this.#continue();
  }

  #countUnread(bytes: number): void {
    this.host.unsent.bytes += bytes - this.#unread;
    this.#unread = bytes;
  }

  // Ends.

  #sentEnd(stream: Stream): void {
    if (!stream.isRemoteEnded) this.sendReset(stream.id, ERROR.NO_ERROR);
    this.resets.earn(1);
    this.emptyFrames.earn(this.host.bounds.emptyFramesPerCall);
    this.forget(stream);
  }

  #stop(): void {
    this.#isOver = true;
    this.isStopped = true;
    this.#rest = undefined;
    for (const stream of this.streams.values()) {
      this.forget(stream);
      stream.user?.cancelled();
    }
  }

  #closed(): void {
    this.#stop();
    this.#countUnread(0);
    this.host.memory.remove(this);
  }
}
