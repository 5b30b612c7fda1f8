import type { Lines } from '../../diagnostic/lines.ts';
import { type Remark, remarksOf } from '../../policy/compile/remarks.ts';

/** The comment that leaves a rule, pattern or expression out. */
export const UNCOVERED = 'lictor-uncovered';

/** A gap that its author left out, and why. */
export interface ExcludedGap {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** Comments of the files that were read, and which of them excluded a gap. */
export class Remarks {
  readonly sources = new Map<string, Lines>();
  readonly #source: (file: string) => Lines | undefined;
  readonly #remarks = new Map<string, readonly Remark[]>();
  readonly #used = new Set<Remark>();

  constructor(source: (file: string) => Lines | undefined) {
    this.#source = source;
  }

  read(file: string): readonly Remark[] {
    const known = this.#remarks.get(file);
    if (known !== undefined) return known;
    const lines = this.#source(file);
    const found = lines === undefined ? [] : remarksOf(lines, UNCOVERED);
    if (lines !== undefined) this.sources.set(file, lines);
    this.#remarks.set(file, found);
    return found;
  }

  /** The remark, with a reason, about one of these lines. */
  on(file: string, first: number, last: number): Remark | undefined {
    return this.read(file).find(({ about, reason }) => reason !== '' && about >= first && about <= last);
  }

  use(remark: Remark): void {
    this.#used.add(remark);
  }

  told(): Readonly<Record<'excused' | 'idle', readonly ExcludedGap[]>> {
    const all = [...this.#remarks].flatMap(([file, found]) => found.map((remark) => ({ file, remark })));
    const shown = (used: boolean): readonly ExcludedGap[] =>
      all
        .filter(({ remark }) => this.#used.has(remark) === used)
        .map(({ file, remark: { line, reason } }) => ({ file, line, reason }));
    return { excused: shown(true), idle: shown(false) };
  }
}
