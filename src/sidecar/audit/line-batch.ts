/** Most bytes of a UTF-16 unit in UTF-8. */
const UNIT_BYTES = 3;

/** Bytes of a line with its end, in UTF-8. */
export function byteLength(line: string): number {
  return Buffer.byteLength(line) + 1;
}

/** Lines in UTF-8 that are written together. Their memory is used again for the next ones. */
export class LineBatch {
  count = 0;
  length = 0;
  readonly #memory: Buffer;

  constructor(capacity: number) {
    this.#memory = Buffer.allocUnsafeSlow(capacity);
  }

  get capacity(): number {
    return this.#memory.length;
  }

  /** The lines, each with its end; valid until `clear`. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  /** Returns the bytes of the line; undefined if there is no room for it. */
  append(line: string): number | undefined {
    const room = this.#memory.length - this.length;
    if (room <= line.length * UNIT_BYTES && room < byteLength(line)) return undefined;
    const written = this.#memory.write(line, this.length) + 1;
    this.length += written;
    this.#memory[this.length - 1] = LINE_FEED;
    this.count += 1;
    return written;
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
  }
}

const LINE_FEED = 0x0a;
