/** Bytes of chunks that calls at work may keep alive before further messages are copied out of their chunks. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Account of the chunks that calls at work keep alive. A message within one chunk is a view of it, and a small one can
 * keep 64 KiB alive; if many do, messages are copied.
 */
export class Retained {
  #bytes = 0;

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** The message from `start` to `end`. */
  messageOf(bytes: Buffer, start: number, end: number): Buffer {
    const message = bytes.subarray(start, end);
    return this.#bytes < MOST_BYTES ? message : Buffer.from(message);
  }
}
