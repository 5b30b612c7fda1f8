import type { ConnectionState } from './connection-state.ts';
import type { Faults } from './faults.ts';
import { HeaderBlocks } from './header-blocks.ts';
import { HpackError } from './hpack/hpack-error.ts';
import { ERROR, FLAG, PRIORITY_BYTES, uint31 } from './protocol.ts';
import { Stream } from './stream.ts';

/** Work of a header block and of a request, in frames that carry nothing. */
const HEADERS_WORK = 8;
const REQUEST_WORK = 24;

/** DATA of fewer bytes counts as carrying nothing, unless it is the last. */
const TINY = 16;

/** Bytes that a stream takes beside its fields while its answer waits for a window, as measured in the heap. */
const STREAM_BYTES = 2048;

/** A header block whose end has not arrived. */
interface OpenBlock {
  readonly stream: number;
  readonly isEnd: boolean;
  readonly parts: Buffer[];
  bytes: number;
}

/** The frames of requests: HEADERS, CONTINUATION and DATA (RFC 9113 sections 6.1, 6.2, 6.10 and 8). */
export class Requests {
  readonly #connection: ConnectionState;
  readonly #faults: Faults;
  readonly #blocks: HeaderBlocks;
  #block: OpenBlock | undefined;
  /** Bytes that the peer may send on the connection, and those it has sent since the last WINDOW_UPDATE. */
  #receiveWindow: number;
  #received = 0;

  constructor(connection: ConnectionState, faults: Faults) {
    this.#connection = connection;
    this.#faults = faults;
    this.#blocks = new HeaderBlocks(connection.host.bounds, connection.host.routeFields);
    this.#receiveWindow = connection.host.bounds.connectionWindow;
  }

  /** True while a header block is not complete: no other frame may arrive. */
  get isWithinBlock(): boolean {
    return this.#block !== undefined;
  }

  headers(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const isEnd = (flags & FLAG.endStream) !== 0;
    let from = start;
    let to = end;
    if ((flags & FLAG.padded) !== 0) {
      to -= bytes[from] ?? 0;
      from += 1;
    }
    const hasPriority = (flags & FLAG.priority) !== 0;
    if (hasPriority) from += PRIORITY_BYTES;
    if ((stream & 1) === 0 || from > to) {
      this.#faults.fail(
        ERROR.PROTOCOL_ERROR,
        'HEADERS on a stream that is not of a client, or with too much padding',
      );
      return;
    }
    this.#connection.budget -= HEADERS_WORK;
    if ((flags & FLAG.endHeaders) === 0) {
      this.#block = { stream, isEnd, parts: [Buffer.from(bytes.subarray(from, to))], bytes: to - from };
      return;
    }
    this.#list(stream, isEnd, bytes, from, to);
    if (hasPriority && uint31(bytes, from - PRIORITY_BYTES) === stream && !this.#connection.isOver) {
      this.#faults.ofId(stream, ERROR.PROTOCOL_ERROR);
    }
  }

  continuation(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const { headerBlockBytes, continuations } = this.#connection.host.bounds;
    const block = this.#block;
    if (block?.stream !== stream) {
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'CONTINUATION without a header block');
      return;
    }
    block.parts.push(Buffer.from(bytes.subarray(start, end)));
    block.bytes += end - start;
    if (block.bytes > headerBlockBytes || block.parts.length > continuations) {
      this.#faults.fail(ERROR.ENHANCE_YOUR_CALM, 'a header block is too long');
      return;
    }
    if ((flags & FLAG.endHeaders) === 0) return;
    this.#block = undefined;
    this.#list(stream, block.isEnd, Buffer.concat(block.parts), 0, block.bytes);
  }

  data(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const isEnd = (flags & FLAG.endStream) !== 0;
    let from = start;
    let to = end;
    if ((flags & FLAG.padded) !== 0) {
      to -= bytes[from] ?? 0;
      from += 1;
    }
    if (id === 0 || from > to) {
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'DATA without a stream, or with too much padding');
      return;
    }
    this.#receive(end - start);
    const stream = connection.streams.get(id);
    if (to - from < TINY && !isEnd) this.#faults.carriesNothing();
    if (connection.isOver) return;
    if (stream === undefined) {
      this.#dataOfClosed(id);
      return;
    }
    stream.receiveWindow -= end - start;
    if (stream.isRemoteEnded) this.#faults.ofStream(stream, ERROR.STREAM_CLOSED);
    else if (stream.receiveWindow < 0) this.#faults.ofStream(stream, ERROR.FLOW_CONTROL_ERROR);
    else {
      if (to - from < end - start) stream.grant(end - start - (to - from));
      stream.received += to - from;
      if (isEnd) this.#end(stream, bytes, from, to);
      else if (stream.head.contentLength >= 0 && stream.received > stream.head.contentLength) {
        this.#faults.ofStream(stream, ERROR.PROTOCOL_ERROR);
      } else stream.user?.data(bytes, from, to, false);
    }
  }

  /** A whole header list: of a new request, or trailers. */
  #list(id: number, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const stream = connection.streams.get(id);
    try {
      if (id > connection.opened.last) this.#open(id, isEnd, bytes, start, end);
      else if (stream !== undefined) this.#trailers(stream, isEnd, bytes, start, end);
      else if (connection.closed.has(id)) this.#blocks.trailers(bytes, start, end);
      else
        this.#faults.fail(
          connection.opened.wasSkipped(id) ? ERROR.PROTOCOL_ERROR : ERROR.STREAM_CLOSED,
          'HEADERS on a closed stream',
        );
    } catch (fault) {
      if (!(fault instanceof HpackError)) throw fault;
      this.#faults.fail(ERROR.COMPRESSION_ERROR, fault.message);
    }
  }

  #open(id: number, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    const head = this.#blocks.request(bytes, start, end);
    connection.opened.open(id);
    if (connection.lifetime.isClosing) {
      connection.closed.add(id);
      return;
    }
    if (head.mistake !== undefined) {
      this.#faults.refuse(id, ERROR.PROTOCOL_ERROR);
      return;
    }
    if (connection.streams.size + connection.orphans >= connection.host.bounds.streams) {
      this.#faults.refuse(id, ERROR.REFUSED_STREAM);
      return;
    }
    const stream = new Stream(connection, id, head, connection.now, connection.host.bounds.streamWindow);
    connection.streams.set(id, stream);
    stream.isRemoteEnded = isEnd;
    stream.hold(head.bytes + STREAM_BYTES);
    if (stream.isClosed) return;
    head.route ??= connection.host.route(head);
    stream.user = head.route.accept(stream);
    if (isEnd) this.#end(stream, bytes, end, end);
  }

  #trailers(stream: Stream, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    const { mistake } = this.#blocks.trailers(bytes, start, end);
    if (stream.isRemoteEnded) this.#faults.ofStream(stream, ERROR.STREAM_CLOSED);
    else if (!isEnd || mistake !== undefined) this.#faults.ofStream(stream, ERROR.PROTOCOL_ERROR);
    else this.#end(stream, bytes, end, end);
  }

  /** The last bytes of a body. */
  #end(stream: Stream, bytes: Buffer, start: number, end: number): void {
    if (stream.isClosed) return;
    const { contentLength } = stream.head;
    if (contentLength >= 0 && contentLength !== stream.received) {
      this.#faults.ofStream(stream, ERROR.PROTOCOL_ERROR);
      return;
    }
    stream.isRemoteEnded = true;
    this.#connection.budget -= REQUEST_WORK;
    stream.user?.data(bytes, start, end, true);
  }

  /** Counts against the window of the connection, which is opened again: what is kept is bounded otherwise. */
  #receive(bytes: number): void {
    this.#receiveWindow -= bytes;
    this.#received += bytes;
    if (this.#receiveWindow < 0) {
      this.#faults.fail(ERROR.FLOW_CONTROL_ERROR, 'DATA beyond the window of the connection');
    } else if (this.#received >= this.#connection.host.bounds.connectionWindow / 2) {
      this.#connection.openWindow(0, this.#received);
      this.#receiveWindow += this.#received;
      this.#received = 0;
    }
  }

  #dataOfClosed(id: number): void {
    if (this.#connection.opened.isUnused(id))
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'DATA on an idle stream');
    else if (this.#connection.closed.has(id)) this.#faults.carriesNothing();
    else this.#faults.refuse(id, ERROR.STREAM_CLOSED);
  }
}
