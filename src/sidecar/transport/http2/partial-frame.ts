import { FRAME_HEAD_BYTES, MAX_FRAME_BYTES } from './protocol.ts';

/** A frame of which only a part has arrived. */
export class PartialFrame {
  #bytes: Buffer | undefined;
  #length = 0;

  /** True if no part is kept. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Adds bytes of a chunk and returns how many were taken. The frame is complete when `complete` returns it. */
  take(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#length < FRAME_HEAD_BYTES) at += this.#copy(chunk, at, FRAME_HEAD_BYTES);
    if (this.#length >= FRAME_HEAD_BYTES) at += this.#copy(chunk, at, this.#wanted());
    return at - from;
  }

  /** The whole frame, in a buffer of its own, or undefined while bytes are missing. */
  complete(): Buffer | undefined {
    if (this.#length < FRAME_HEAD_BYTES || this.#length < this.#wanted()) return undefined;
    const frame = this.#bytes?.subarray(0, this.#length);
    this.#bytes = undefined;
    this.#length = 0;
    return frame;
  }

  /** Bytes of the frame; of one that is too large only its head, with which the connection ends. */
  #wanted(): number {
    const length = this.#bytes?.readUIntBE(0, 3) ?? 0;
    return length > MAX_FRAME_BYTES ? FRAME_HEAD_BYTES : FRAME_HEAD_BYTES + length;
  }

  /** Copies until `wanted` bytes are there. Messages are views of the buffer, so that each frame has a new one. */
  #copy(chunk: Buffer, from: number, wanted: number): number {
    if (this.#bytes === undefined || this.#bytes.length < wanted) {
      const larger = Buffer.allocUnsafe(wanted);
      this.#bytes?.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    const copied = chunk.copy(this.#bytes, this.#length, from, from + wanted - this.#length);
    this.#length += copied;
    return copied;
  }
}
