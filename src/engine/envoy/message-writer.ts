/** Bytes of the memory that messages are written into, one after the other. */
const SLAB = 16 * 1024;
/** Longest text that is written character by character; the encoder is faster for longer ones. */
const SHORT = 100;

/**
 * Writes protobuf messages from their end to their start, where the length of each part is known. A message costs one
 * view; its bytes share memory with other messages and are never written again.
 */
export class MessageWriter {
  #slab = new Uint8Array(SLAB);
  /** Offset after the message. */
  #end = SLAB;
  /** Bytes of the message that are written. */
  #size = 0;

  /** Bytes that are written. What is written between two sizes is a part. */
  get size(): number {
    return this.#size;
  }

  /** Begins a message. */
  begin(): void {
    this.#size = 0;
  }

  /** The message. */
  finish(): Uint8Array {
    const end = this.#end;
    this.#end = end - this.#size;
    this.#size = 0;
    return this.#slab.subarray(this.#end, end);
  }

  /** A copy of what is written, which does not keep other messages in memory. */
  copy(): Uint8Array {
    return this.#slab.slice(this.#end - this.#size, this.#end);
  }

  /**
   * Writes a text over as many bytes, before the last `after` bytes of the message. False if the text is not ASCII: then
   * the message has to begin again.
   */
  replace(after: number, text: string): boolean {
    const slab = this.#slab;
    const start = this.#end - after - text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.begin();
        return false;
      }
      slab[start + index] = code;
    }
    return true;
  }

  bytes(bytes: Uint8Array): void {
    const start = this.#claim(bytes.length);
    this.#slab.set(bytes, start);
  }

  /** A tag and a number from 0 to 2^32 - 1. */
  number(tag: number, value: number): void {
    this.#varint(value);
    this.#tag(tag);
  }

  double(tag: number, value: number): void {
    const start = this.#claim(8);
    new DataView(this.#slab.buffer, start, 8).setFloat64(0, value, true);
    this.#tag(tag);
  }

  /** A tag, the length of a text, and the text. Half a surrogate pair, which has no UTF-8, becomes U+FFFD. */
  text(tag: number, text: string): void {
    const before = this.#size;
    this.#content(text);
    this.part(tag, before);
  }

  /** The tag and the length of the part that was begun when the message had `before` bytes. */
  part(tag: number, before: number): void {
    this.#varint(this.#size - before);
    this.#tag(tag);
  }

  #tag(tag: number): void {
    const at = this.#claim(1);
    this.#slab[at] = tag;
  }

  #content(text: string): void {
    if (text.length > SHORT) {
      this.bytes(ENCODER.encode(text));
      return;
    }
    const start = this.#claim(text.length);
    const slab = this.#slab;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#size -= text.length;
        this.bytes(ENCODER.encode(text));
        return;
      }
      slab[start + index] = code;
    }
  }

  #varint(value: number): void {
    let size = 1;
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
    let at = this.#claim(size);
    let rest = value;
    while (rest > 0x7f) {
      this.#slab[at] = (rest & 0x7f) | 0x80;
      at++;
      rest >>>= 7;
    }
    this.#slab[at] = rest;
  }

  /** Offset of so many further bytes before those that are written, in a slab that may be another one than before. */
  #claim(length: number): number {
    if (this.#end - this.#size < length) this.#grow(length);
    this.#size += length;
    return this.#end - this.#size;
  }

  #grow(length: number): void {
    const written = this.#slab.subarray(this.#end - this.#size, this.#end);
    const slab = new Uint8Array(Math.max(SLAB, 2 * (this.#size + length)));
    slab.set(written, slab.length - this.#size);
    this.#slab = slab;
    this.#end = slab.length;
  }
}

const ENCODER = new TextEncoder();
