import type { HeaderFrame } from './header-frame.ts';
import type { Output } from './output.ts';
import {
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  FRAME_HEAD_BYTES,
  MAX_FRAME_BYTES,
  MAX_INT31,
  putFrameHead,
} from './protocol.ts';
import type { Stream, Unsent } from './stream.ts';

/** Sender of answers, within the windows of the peer (RFC 9113 section 5.2). */
export class SendFlow {
  readonly #output: Output;
  /** Called when a stream has sent its end. */
  readonly #onEnd: (stream: Stream) => void;
  /** Window of the connection. */
  #window = DEFAULT_WINDOW;
  /** Window of a stream at its start, by the settings of the peer. */
  #initialWindow = DEFAULT_WINDOW;
  /** Streams with DATA that waits for a window. */
  readonly #waiting = new Set<Stream>();

  constructor(output: Output, onEnd: (stream: Stream) => void) {
    this.#output = output;
    this.#onEnd = onEnd;
  }

  respond(
    stream: Stream,
    headers: HeaderFrame,
    prefix: Uint8Array,
    body: Uint8Array,
    trailers: HeaderFrame,
  ): void {
    const length = prefix.length + body.length;
    const output = this.#output;
    if (length > MAX_FRAME_BYTES || length > this.#windowOf(stream) || output.mustClearTable) {
      this.headers(stream, headers);
      this.data(stream, Buffer.concat([prefix, body]));
      this.headers(stream, trailers);
      return;
    }
    this.#window -= length;
    let at = output.reserve(headers.length + FRAME_HEAD_BYTES + length + trailers.length);
    const bytes = output.bytes;
    headers.put(bytes, at, stream.id);
    at += headers.length;
    putFrameHead(bytes, at, length, FRAME.data, 0, stream.id);
    at += FRAME_HEAD_BYTES;
    bytes.set(prefix, at);
    bytes.set(body, at + prefix.length);
    trailers.put(bytes, at + length, stream.id);
    this.#onEnd(stream);
  }

  headers(stream: Stream, frame: HeaderFrame): void {
    if (frame.isEnd && stream.unsent !== undefined) {
      stream.unsent.end = frame;
      return;
    }
    this.#output.headers(frame, stream.id);
    stream.hasHeaders = true;
    if (frame.isEnd) this.#onEnd(stream);
  }

  /** Sends DATA; `isLast`: its last frame ends the stream. */
  data(stream: Stream, bytes: Uint8Array, isLast = false): void {
    if (bytes.length === 0) return;
    stream.unsent ??= { since: Date.now(), parts: [], at: 0, bytes: 0, isLast, end: undefined };
    stream.unsent.parts.push(bytes);
    stream.unsent.bytes += bytes.length;
    stream.hold(bytes.length);
    this.#send(stream);
  }

  /** Opens the window of the connection; false if it becomes too large. */
  open(bytes: number): boolean {
    this.#window += bytes;
    if (this.#window > MAX_INT31) return false;
    for (const stream of this.#waiting) {
      if (this.#window <= 0) break;
      this.#send(stream);
    }
    return true;
  }

  /** Opens the window of a stream; false if it becomes too large. */
  openStream(stream: Stream, bytes: number): boolean {
    stream.sendCredit += bytes;
    if (this.#initialWindow + stream.sendCredit > MAX_INT31) return false;
    if (stream.unsent !== undefined) this.#send(stream);
    return true;
  }

  /**
   * Changes the windows of all streams (RFC 9113 section 6.9.2); they may become negative. False if one of the open
   * streams then has a window that is too large.
   */
  setInitialWindow(bytes: number, streams: Iterable<Stream>): boolean {
    const isLarger = bytes > this.#initialWindow;
    this.#initialWindow = bytes;
    if (!isLarger) return true;
    for (const stream of streams) if (bytes + stream.sendCredit > MAX_INT31) return false;
    for (const stream of this.#waiting) this.#send(stream);
    return true;
  }

  /** Drops what a stream has not sent. */
  forget(stream: Stream): void {
    if (stream.unsent === undefined) return;
    stream.unsent = undefined;
    this.#waiting.delete(stream);
  }

  #windowOf(stream: Stream): number {
    const window = this.#initialWindow + stream.sendCredit;
    return window < this.#window ? window : this.#window;
  }

  /** Sends what the windows permit. */
  #send(stream: Stream): void {
    const { unsent } = stream;
    if (unsent === undefined) return;
    for (let [part] = unsent.parts; part !== undefined; [part] = unsent.parts) {
      const length = Math.min(part.length - unsent.at, MAX_FRAME_BYTES, this.#windowOf(stream));
      if (length <= 0) {
        this.#waiting.add(stream);
        return;
      }
      this.#sendPart(stream, unsent, part.subarray(unsent.at, unsent.at + length));
      if (unsent.at < part.length) continue;
      unsent.parts.shift();
      unsent.at = 0;
    }
    this.forget(stream);
    if (unsent.isLast) this.#onEnd(stream);
    else if (unsent.end !== undefined) this.headers(stream, unsent.end);
    else stream.user?.drained();
  }

  #sendPart(stream: Stream, unsent: Unsent, bytes: Uint8Array): void {
    const isEnd = unsent.isLast && unsent.bytes === bytes.length;
    this.#output.frame(FRAME.data, isEnd ? FLAG.endStream : 0, stream.id, bytes);
    unsent.at += bytes.length;
    unsent.bytes -= bytes.length;
    this.#window -= bytes.length;
    stream.sendCredit -= bytes.length;
    stream.hold(-bytes.length);
  }
}
