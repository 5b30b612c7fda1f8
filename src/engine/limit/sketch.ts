import type { Frame } from './frame.ts';

const ROWS = 4;
const FEWEST_COLUMNS = 256;
const MOST_COLUMNS = 65_536;

/**
 * Times of buckets that no table has room for: a count-min sketch of maxima. A key has one cell in each row, and its
 * time is the least of them. INVARIANT: it is never before the time at which the bucket is full again, so that the
 * sketch may refuse early, because of other keys in the same cells, and never admits late. Nothing is given back to it.
 */
export class Sketch {
  readonly frame: Frame;
  readonly #columns: number;
  readonly #cells: Float64Array;
  #last = 0;

  /** `cells`: about as many. */
  constructor(frame: Frame, cells: number) {
    this.frame = frame;
    const wanted = Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, cells / ROWS));
    this.#columns = 2 ** Math.floor(Math.log2(wanted));
    this.#cells = new Float64Array(this.#columns * ROWS);
  }

  /** True if each bucket is full at `time`. */
  isOver(time: number): boolean {
    return this.#last <= time;
  }

  /** Time at which the bucket is full again, or a later one. */
  read(high: number, low: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < ROWS; row++)
      least = Math.min(least, this.#cells[this.#cell(high, low, row)] ?? 0);
    return least;
  }

  write(high: number, low: number, whole: number): void {
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cell(high, low, row);
      this.#cells[cell] = Math.max(this.#cells[cell] ?? 0, whole);
    }
    this.#last = Math.max(this.#last, whole);
  }

  #cell(high: number, low: number, row: number): number {
    const column = (low + Math.imul(row, high | 1)) & (this.#columns - 1);
    return row * this.#columns + column;
  }

  /** The same times in the next frame, from the moment at which it began. */
  inNextFrame(next: Frame): Sketch {
    const moved = new Sketch(next, this.#cells.length);
    const before = this.frame.time(next.since);
    const after = next.time(next.since);
    for (const [cell, whole] of this.#cells.entries()) {
      if (whole <= before) continue;
      const debt = next.pace.spanFrom(this.frame.pace, { whole: whole - before, fraction: 0 });
      const time = after + debt.whole + Math.sign(debt.fraction);
      moved.#cells[cell] = time;
      moved.#last = Math.max(moved.#last, time);
    }
    return moved;
  }
}
