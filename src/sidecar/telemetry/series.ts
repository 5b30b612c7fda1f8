/** Counts of one metric by its label values. */
export interface Series {
  add(values: readonly string[], count: number): void;
  entries(): Iterable<{ readonly values: readonly string[]; readonly count: number }>;
}

/** Most combinations of label values; what comes later counts under `OVERFLOW` in every label. */
export const MAX_SERIES = 2000;
export const OVERFLOW = '_other';

/**
 * Counts in a plain map. Label values are names out of policies, which never hold the separator; over many reloads
 * there could be any number of them, hence the bound.
 */
export function createSeries(): Series {
  const cells = new Map<string, { readonly values: readonly string[]; count: number }>();
  return {
    add(values, count) {
      const key = values.join('\n');
      const cell = cells.get(key);
      if (cell !== undefined) cell.count += count;
      else if (cells.size < MAX_SERIES) cells.set(key, { values, count });
      else {
        const other = values.map(() => OVERFLOW);
        const rest = cells.get(other.join('\n'));
        if (rest !== undefined) rest.count += count;
        else cells.set(other.join('\n'), { values: other, count });
      }
    },
    entries: () => cells.values(),
  };
}
