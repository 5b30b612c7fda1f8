import { HpackError } from './hpack-error.ts';
import { decodeHuffman } from './huffman.ts';

/** Bytes of an integer after its prefix: up to 2^28 and more, far above every valid length, index and size. */
const MOST_INTEGER_BYTES = 4;

/** Flag of a string that is in Huffman code. */
const HUFFMAN = 0x80;

/** Reader of the integers and strings of a header block (RFC 7541 section 5). Throws HpackError after its end. */
export class BlockReader {
  #block: Buffer = Buffer.alloc(0);
  #end = 0;
  /** Offset of the next byte. */
  at = 0;

  /** Continues with another block. */
  open(block: Uint8Array, start: number, end: number): void {
    this.#block = Buffer.isBuffer(block)
      ? block
      : Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    this.at = start;
    this.#end = end;
  }

  /** True if bytes are left. */
  get hasMore(): boolean {
    return this.at < this.#end;
  }

  /** The next byte, which is not consumed. */
  peek(): number {
    if (this.at >= this.#end) throw new HpackError('a header block ends within a field');
    return this.#block[this.at] ?? 0;
  }

  /** An integer whose prefix is the bits of `mask` in the next byte. */
  integer(mask: number): number {
    const prefix = this.peek() & mask;
    this.at += 1;
    return prefix < mask ? prefix : this.#longInteger(mask);
  }

  #longInteger(prefix: number): number {
    let value = prefix;
    let unit = 1;
    for (let count = 0; count < MOST_INTEGER_BYTES; count += 1) {
      const byte = this.peek();
      this.at += 1;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    throw new HpackError('an integer of a header block is too long');
  }

  /** A string, in latin1. */
  text(): string {
    const isHuffman = this.peek() >= HUFFMAN;
    const length = this.integer(0x7f);
    const start = this.at;
    if (length > this.#end - start) throw new HpackError('a header block ends within a string');
    this.at = start + length;
    return isHuffman ? decodeHuffman(this.#block, start, this.at) : latin1(this.#block, start, this.at);
  }
}

/** Up to this many bytes a loop is faster than a call of Node. */
const SHORT = 8;

function latin1(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT) return bytes.toString('latin1', start, end);
  let text = '';
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
