import type { Exemplified } from './exemplar.ts';

/** A count that callers increment themselves. */
export interface Counted extends Exemplified {
  count: number;
}

/** Counts of one metric by its label values. */
export interface Series {
  add(values: readonly string[], count: number): void;
  /**
   * The count of one combination of label values, for a caller that counts it often; undefined if there is no room for
   * it. Valid as long as `generation` is the same.
   */
  bind(values: readonly string[]): Counted | undefined;
  /** Changes when combinations are removed. */
  readonly generation: number;
  /** Makes a combination of label values exist, with the count 0, if there is room for it. */
  declare(values: readonly string[]): void;
  entries(): Iterable<{ readonly values: readonly string[] } & Readonly<Counted>>;
  /** Removes what `isCurrent` rejects and has not changed for `RETENTION`. `now` in milliseconds, from any origin. */
  sweep(now: number, isCurrent: (values: readonly string[]) => boolean): void;
}

interface Cell extends Counted {
  readonly values: readonly string[];
  /** Count at the last sweep that saw a change, and the time of that sweep. */
  swept: { readonly count: number; readonly at: number } | undefined;
}

/** Most combinations of label values. Later ones count as `OVERFLOW` in the labels that hold names from policies. */
const MAX_SERIES = 2000;
export const OVERFLOW = '_other';
/** Time that an unused combination is kept, milliseconds: several scrapes, so that its last count is collected. */
export const RETENTION = 10 * 60_000;

/**
 * Counts in a plain map. Label values are names from policies, which cannot contain the separator. The bound is needed
 * because many reloads can bring any number of names. `open` has the positions of the labels with such names: the
 * other labels have few values, which an overflow keeps.
 */
export function createSeries(open: readonly number[]): Series {
  const cells = new Map<string, Cell>();
  let generation = 0;
  function cellOf(values: readonly string[]): Cell {
    const key = values.join('\n');
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { values, count: 0, swept: undefined };
      cells.set(key, cell);
    }
    return cell;
  }
  return {
    add(values, count) {
      const cell = cells.get(values.join('\n'));
      if (cell !== undefined) cell.count += count;
      else if (cells.size < MAX_SERIES) cellOf(values).count += count;
      else cellOf(values.map((value, at) => (open.includes(at) ? OVERFLOW : value))).count += count;
    },
    bind(values) {
      const cell = cells.get(values.join('\n'));
      return cell ?? (cells.size < MAX_SERIES ? cellOf(values) : undefined);
    },
    get generation() {
      return generation;
    },
    declare(values) {
      if (cells.size < MAX_SERIES) cellOf(values);
    },
    entries: () => cells.values(),
    sweep(now, isCurrent) {
      for (const [key, cell] of cells) {
        if (cell.swept?.count !== cell.count) cell.swept = { count: cell.count, at: now };
        else if (now - cell.swept.at >= RETENTION && !isCurrent(cell.values)) {
          cells.delete(key);
          generation += 1;
        }
      }
    },
  };
}
