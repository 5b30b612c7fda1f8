import type { Position } from './diagnostic.ts';

/** The lines of a text (ended by LF or CRLF), to convert offsets to positions. A byte-order mark is removed. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [0];
  /** Code points before every `STEP`-th unit of a long line, by the line's start, so that no column needs a count of it all. */
  readonly #counts = new Map<number, readonly number[]>();

  constructor(text: string) {
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    for (let end = this.text.indexOf('\n'); end !== -1; end = this.text.indexOf('\n', end + 1)) {
      this.#starts.push(end + 1);
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The line without its end; empty if the text has no such line. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    const end = this.#starts[number];
    const line = this.text.slice(start, end === undefined ? undefined : end - 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** Offset of the beginning of a line in UTF-16 units; the end of the text if there is no such line. */
  startOf(number: number): number {
    return this.#starts[number - 1] ?? this.text.length;
  }

  /** Position of an offset in UTF-16 units. An offset outside of the text is moved into it. */
  position(offset: number): Position {
    const inside = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: this.#column(this.#starts[low] ?? 0, inside) };
  }

  /** Offset of a position in UTF-16 units, the reverse of `position`. A column after the end of its line is that end. */
  offset({ line, column }: Position): number {
    const before = [...this.line(line)].slice(0, column - 1).join('');
    return this.startOf(line) + before.length;
  }

  #column(start: number, inside: number): number {
    const steps = Math.floor((inside - start) / STEP);
    if (steps === 0) return codePoints(this.text, start, inside) + 1;
    const counts = this.#counts.get(start) ?? this.#countLine(start);
    const near = start + steps * STEP;
    return (counts[steps] ?? 0) + codePoints(this.text, near, inside, start) + 1;
  }

  #countLine(start: number): readonly number[] {
    const end = this.text.indexOf('\n', start);
    const counts = [0];
    let count = 0;
    for (let at = start + STEP; at <= (end === -1 ? this.text.length : end); at += STEP) {
      count += codePoints(this.text, at - STEP, at, start);
      counts.push(count);
    }
    this.#counts.set(start, counts);
    return counts;
  }
}

/** UTF-16 units of a line between two counts. */
const STEP = 1024;

/** Code points that begin between two offsets of a line, of which the second half of a pair begins none. */
function codePoints(text: string, from: number, to: number, start = from): number {
  let count = 0;
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    const secondHalf = unit >= 0xdc00 && unit <= 0xdfff && index > start;
    if (!secondHalf) count++;
  }
  return count;
}
