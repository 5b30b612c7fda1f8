import type { Digest } from '../../../tlog/merkle.ts';
import { hexOf, leafIn, linkText, MAX_LINK } from './chain-line.ts';
import type { ChainState } from './chain-state.ts';

interface Leaf {
  readonly hash: Digest;
  /** Offset after the line in `bytes`. */
  readonly end: number;
  /** True for a line of the caller, such as a record. */
  readonly isGiven: boolean;
}

/** A part of a batch. */
interface CutBatch {
  readonly state: ChainState;
  /** Whole lines, and those of the caller among them. */
  readonly lines: number;
  readonly given: number;
  /** Bytes after the last whole line. */
  readonly unfinished: number;
}

const LINE_FEED = 0x0a;
/** Byte before the lines, which hashing a leaf changes. */
const MARGIN = 1;

/** Lines that continue a tree and are written together. */
export class ChainBatch {
  /** Number of lines at the beginning that say how the tree continues. */
  leading = 0;
  readonly #before: ChainState;
  readonly #range: ChainState['range'];
  readonly #leaves: Leaf[] = [];
  #last: Digest;
  #memory: Buffer;
  #length = MARGIN;

  /** `capacity`: bytes that the lines have about. */
  constructor(before: ChainState, capacity: number) {
    this.#before = before;
    this.#range = before.range.copy();
    this.#last = before.last;
    this.#memory = Buffer.allocUnsafe(MARGIN + capacity);
  }

  /** The state after the lines. */
  get state(): ChainState {
    return { origin: this.#before.origin, range: this.#range, last: this.#last };
  }

  /** Leaf hashes of the lines. */
  get leaves(): readonly Digest[] {
    return this.#leaves.map(({ hash }) => hash);
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(MARGIN, this.#length);
  }

  /** Adds a line without its end: a JSON object with members. */
  add(line: Uint8Array, isGiven = false): void {
    this.#reserve(line.length + MAX_LINK);
    const start = this.#length;
    this.#memory.set(line, start);
    // Over the closing brace.
    const at = start + line.length - 1;
    const link = linkText({ seq: this.#range.end, prev: hexOf(this.#last) });
    this.#length = at + this.#memory.write(link, at, 'latin1');
    this.#last = leafIn(this.#memory, start, this.#length - 1);
    this.#range.append(this.#last);
    this.#leaves.push({ hash: this.#last, end: this.#length - MARGIN, isGiven });
  }

  /** Adds lines with their ends. */
  addLines(lines: Uint8Array): void {
    for (let start = 0, end = lines.indexOf(LINE_FEED); end >= 0; end = lines.indexOf(LINE_FEED, start)) {
      this.add(lines.subarray(start, end), true);
      start = end + 1;
    }
  }

  /** The outcome if only the first `written` bytes were written. */
  cut(written: number): CutBatch {
    const whole = this.#leaves.filter(({ end }) => end <= written);
    const range = this.#before.range.copy();
    for (const { hash } of whole) range.append(hash);
    const last = whole.at(-1);
    return {
      state: { origin: this.#before.origin, range, last: last?.hash ?? this.#before.last },
      lines: whole.length,
      given: whole.filter(({ isGiven }) => isGiven).length,
      unfinished: written - (last?.end ?? 0),
    };
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#memory.length) return;
    const memory = Buffer.allocUnsafe(2 * (this.#length + more));
    memory.set(this.#memory.subarray(0, this.#length));
    this.#memory = memory;
  }
}
