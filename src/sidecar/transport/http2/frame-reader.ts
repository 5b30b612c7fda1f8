import { PartialFrame } from './partial-frame.ts';
import { FRAME_HEAD_BYTES, MAX_FRAME_BYTES, PREFACE, uint31 } from './protocol.ts';

/** Receiver of the frames of one connection. */
export interface FrameReceiver {
  /** True if no further frame may be given to it now. */
  readonly isStopped: boolean;
  /** Takes a frame whose payload is in `bytes` from `start` to `end`. */
  frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void;
  /** The length of a frame is above the maximum. */
  tooLong(): void;
  /** The preface has arrived. */
  greeted(): void;
  /** The first bytes are not those of HTTP/2. */
  notHttp2(chunk: Buffer): void;
}

const PREFACE_BYTES = Buffer.from(PREFACE, 'latin1');

/** Reader of frames from the chunks of a socket. A frame within one chunk is not copied. */
export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #partial = new PartialFrame();
  /** Bytes of the preface that have arrived. */
  #greeted = 0;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  /** Reads the chunk from an offset on. Returns where it stopped, at the end unless the receiver is stopped. */
  read(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#greeted < PREFACE_BYTES.length) {
      at = this.#preface(chunk, at);
      if (this.#receiver.isStopped) return at;
    }
    if (!this.#partial.isEmpty) {
      at += this.#partial.take(chunk, at);
      const frame = this.#partial.complete();
      if (frame === undefined) return at;
      this.#whole(frame);
      if (this.#receiver.isStopped) return at;
    }
    return this.#frames(chunk, at);
  }

  #frames(chunk: Buffer, from: number): number {
    const receiver = this.#receiver;
    const end = chunk.length;
    let at = from;
    while (end - at >= FRAME_HEAD_BYTES) {
      const length = ((chunk[at] ?? 0) << 16) | ((chunk[at + 1] ?? 0) << 8) | (chunk[at + 2] ?? 0);
      const start = at + FRAME_HEAD_BYTES;
      if (length > MAX_FRAME_BYTES) {
        receiver.tooLong();
        return at;
      }
      if (start + length > end) break;
      at = start + length;
      receiver.frame(
        chunk[start - 6] ?? 0,
        chunk[start - 5] ?? 0,
        uint31(chunk, start - 4),
        chunk,
        start,
        at,
      );
      if (receiver.isStopped) return at;
    }
    if (at < end) this.#partial.take(chunk, at);
    return end;
  }

  /** A frame that had arrived in parts. */
  #whole(frame: Buffer): void {
    const length = ((frame[0] ?? 0) << 16) | ((frame[1] ?? 0) << 8) | (frame[2] ?? 0);
    if (length > MAX_FRAME_BYTES) this.#receiver.tooLong();
    else
      this.#receiver.frame(
        frame[3] ?? 0,
        frame[4] ?? 0,
        uint31(frame, 5),
        frame,
        FRAME_HEAD_BYTES,
        frame.length,
      );
  }

  #preface(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.#greeted < PREFACE_BYTES.length) {
      if (chunk[at] !== PREFACE_BYTES[this.#greeted]) {
        this.#receiver.notHttp2(chunk);
        return at;
      }
      at += 1;
      this.#greeted += 1;
    }
    if (this.#greeted === PREFACE_BYTES.length) this.#receiver.greeted();
    return at;
  }
}
