/** Lines that are written together. Their memory is used again for the next ones. */
export class LineBatch {
  count = 0;
  length = 0;
  readonly #memory: Uint8Array;

  constructor(capacity: number) {
    this.#memory = new Uint8Array(capacity);
  }

  get capacity(): number {
    return this.#memory.length;
  }

  /** The lines; valid until `clear`. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  /** Copies a line into the batch. Returns false, and copies nothing, if the line does not fit. */
  append(line: Uint8Array): boolean {
    if (this.length + line.length > this.#memory.length) return false;
    this.#memory.set(line, this.length);
    this.length += line.length;
    this.count += 1;
    return true;
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
  }
}
