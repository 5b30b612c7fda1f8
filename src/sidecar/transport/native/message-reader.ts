/** Bytes before each message: whether it is compressed, and its length. */
export const PREFIX_BYTES = 5;

/** First capacity of a buffer, which doubles as the message arrives: its declared length takes no memory. */
const FIRST_CAPACITY = 1024;

/** Assembles one message from the pieces in which it arrives. */
export class MessageReader {
  readonly #limit: number;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixLength = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Bytes of the message so far, also of one that is too large and not kept. */
  #arrived = 0;

  /** A message of more than `limit` bytes is read but not kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of memory that are in use. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Declared length; 0 before the prefix has arrived. */
  get length(): number {
    return this.#prefixLength < PREFIX_BYTES ? 0 : this.#prefix.readUInt32BE(1);
  }

  get isCompressed(): boolean {
    return this.#prefix[0] === 1;
  }

  /** True if the prefix can be that of a message. */
  get isValid(): boolean {
    return this.#prefixLength === 0 || (this.#prefix[0] ?? 0) <= 1;
  }

  get isTooLarge(): boolean {
    return this.length > this.#limit;
  }

  /** True if nothing of the message has arrived. */
  get isEmpty(): boolean {
    return this.#prefixLength === 0;
  }

  get isComplete(): boolean {
    return this.#prefixLength === PREFIX_BYTES && this.#arrived === this.length;
  }

  /** The message, once it is complete. */
  get message(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Takes bytes until the message is complete. Returns the offset of the first byte that it did not take. */
  take(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (this.#prefixLength < PREFIX_BYTES) {
      const copied = bytes.copy(
        this.#prefix,
        this.#prefixLength,
        at,
        Math.min(end, at + PREFIX_BYTES - this.#prefixLength),
      );
      this.#prefixLength += copied;
      at += copied;
      if (this.#prefixLength < PREFIX_BYTES) return at;
    }
    const taken = Math.min(end - at, this.length - this.#arrived);
    if (!this.isTooLarge) this.#keep(bytes, at, at + taken);
    this.#arrived += taken;
    return at + taken;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const needed = this.#arrived + end - start;
    if (needed > this.#bytes.length) {
      const capacity = Math.min(this.length, Math.max(needed, FIRST_CAPACITY, this.#bytes.length * 2));
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.#bytes.copy(larger, 0, 0, this.#arrived);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.#arrived, start, end);
  }
}
