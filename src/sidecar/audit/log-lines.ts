/** A line of a log. */
export interface LogLine {
  /** From 1. */
  readonly number: number;
  /** Its bytes without the line end; undefined if it is longer than `MAX_LINE`. */
  readonly bytes: Buffer | undefined;
  /** False for a last line without a line end, which is still being written or was cut. */
  readonly isEnded: boolean;
}

/** Most bytes of a line: more than any record has. */
const MAX_LINE = 1024 * 1024;

const LINE_FEED = 0x0a;

/** The lines of a log, those that end in one chunk together. Holds one chunk and one line at once. */
export async function* lineBatches(
  input: AsyncIterable<Buffer>,
  maxLine = MAX_LINE,
): AsyncGenerator<readonly LogLine[], void> {
  const splitter = new LineSplitter(maxLine);
  for await (const chunk of input) {
    const lines = splitter.add(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last !== undefined) yield [last];
}

class LineSplitter {
  readonly #maxLine: number;
  #number = 0;
  /** Pieces of the line that has not ended. */
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  add(chunk: Buffer): readonly LogLine[] {
    const lines: LogLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, at));
      lines.push(this.#take(true));
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  end(): LogLine | undefined {
    return this.#length === 0 ? undefined : this.#take(false);
  }

  /** The pieces of a line that is too long are not kept. */
  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length <= this.#maxLine) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #take(isEnded: boolean): LogLine {
    const [only] = this.#pieces;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    const line = { number: ++this.#number, bytes: this.#length > this.#maxLine ? undefined : bytes, isEnded };
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
