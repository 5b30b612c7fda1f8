/** Bytes that are copied one by one; for more of them, a call of the platform is faster. */
const FEW = 24;

/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

const ENCODER = new TextEncoder();

/** Writes lines into memory of its own, each over the one before. */
export class AsciiWriter {
  readonly #memory: Uint8Array;
  #length = 0;
  #isComplete = true;

  constructor(capacity: number) {
    this.#memory = new Uint8Array(capacity);
  }

  begin(): void {
    this.#length = 0;
    this.#isComplete = true;
  }

  /**
   * The bytes written since `begin`, valid until the next `begin`. Undefined if a text had other characters or was too
   * long, or the memory is full.
   */
  finish(): Uint8Array | undefined {
    return this.#isComplete ? this.#memory.subarray(0, this.#length) : undefined;
  }

  /** Bytes that are written. */
  get length(): number {
    return this.#length;
  }

  /** A copy of what is written from this offset on; undefined as with `finish`. */
  copy(from: number): Uint8Array | undefined {
    return this.#isComplete ? this.#memory.slice(from, this.#length) : undefined;
  }

  bytes(part: Uint8Array): void {
    const at = this.#claim(part.length);
    if (at < 0) return;
    if (part.length > FEW) this.#memory.set(part, at);
    else for (let index = 0; index < part.length; index++) this.#memory[at + index] = part[index] ?? 0;
  }

  /** The content of a JSON text, for a text of printable ASCII without quotes and backslashes. */
  text(text: string, maxLength: number): void {
    if (text.length > maxLength) this.#isComplete = false;
    else this.part(text, 0, text.length);
  }

  /** As `text`, for a part of it. */
  part(text: string, start: number, end: number): void {
    const at = this.#claim(end - start) - start;
    if (!this.#isComplete) return;
    const memory = this.#memory;
    for (let index = start; index < end; index++) {
      const code = text.charCodeAt(index);
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
        this.#isComplete = false;
        return;
      }
      memory[at + index] = code;
    }
  }

  /** A whole number below 10 to the power of `count`, with leading zeros. */
  digits(value: number, count: number): void {
    const at = this.#claim(count);
    if (at < 0) return;
    let rest = value;
    for (let index = at + count - 1; index >= at; index--) {
      const higher = Math.floor(rest / 10);
      this.#memory[index] = ZERO + rest - higher * 10;
      rest = higher;
    }
  }

  /** Reserves `count` bytes and returns their offset; -1 if the memory is full. */
  #claim(count: number): number {
    const at = this.#length;
    if (at + count > this.#memory.length) {
      this.#isComplete = false;
      return -1;
    }
    this.#length = at + count;
    return at;
  }
}

const SPACE = 0x20;
const QUOTE = 0x22;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const TILDE = 0x7e;
