import type { Duplex } from 'node:stream';
import type { HeaderFrame } from './header-frame.ts';
import { FLAG, FRAME, FRAME_HEAD_BYTES, putFrameHead } from './protocol.ts';

/** Bytes of a new buffer; most answers to one read fit. */
const SMALL = 8 * 1024;
/** A larger buffer is not kept after it was written. */
const KEPT = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** Frames for a socket: everything that one read or one turn causes is written at once. */
export class Output {
  readonly #socket: Duplex;
  #bytes: Buffer = NOTHING;
  #length = 0;
  /** True if the next header block must begin with a size update, since the peer has shrunk the table of our encoder. */
  mustClearTable = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** The buffer; another one after each `reserve`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Bytes that are not yet given to the socket. */
  get length(): number {
    return this.#length;
  }

  /** Offset in `bytes` of so many further bytes, which the caller fills. */
  reserve(count: number): number {
    const at = this.#length;
    this.#length = at + count;
    if (this.#length > this.#bytes.length) this.#grow(at);
    return at;
  }

  /** Adds a frame with a payload in up to two parts. */
  frame(type: number, flags: number, stream: number, payload: Uint8Array, more: Uint8Array = NOTHING): void {
    const length = payload.length + more.length;
    const at = this.reserve(FRAME_HEAD_BYTES + length);
    putFrameHead(this.#bytes, at, length, type, flags, stream);
    this.#bytes.set(payload, at + FRAME_HEAD_BYTES);
    if (more.length > 0) this.#bytes.set(more, at + FRAME_HEAD_BYTES + payload.length);
  }

  /** Adds a prepared HEADERS frame. */
  headers(frame: HeaderFrame, stream: number): void {
    if (this.mustClearTable) {
      this.#clearTable(frame, stream);
      return;
    }
    const at = this.reserve(frame.length);
    frame.put(this.#bytes, at, stream);
  }

  /** Gives everything to the socket. */
  flush(): void {
    if (this.#length === 0) return;
    const written = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (!this.#socket.writable) return;
    this.#socket.write(written);
    // The socket still reads from the buffer if the kernel did not take all of it.
    if (this.#socket.writableLength > 0 || this.#bytes.length > KEPT) this.#bytes = NOTHING;
  }

  #grow(used: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(SMALL, this.#length, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, used));
    this.#bytes = grown;
  }

  /** A size update to zero (RFC 7541 section 4.2) in front of the block. Our blocks never use the table. */
  #clearTable({ block, isEnd }: HeaderFrame, stream: number): void {
    this.mustClearTable = false;
    const flags = FLAG.endHeaders | (isEnd ? FLAG.endStream : 0);
    this.frame(FRAME.headers, flags, stream, SIZE_UPDATE, block);
  }
}

const SIZE_UPDATE = Uint8Array.of(0x20);
