/** Counts of one metric by its label values. */
export interface Series {
  add(values: readonly string[], count: number): void;
  entries(): Iterable<{ readonly values: readonly string[]; readonly count: number }>;
}

/** Most combinations of label values; later ones count as `OVERFLOW` in every label. */
const MAX_SERIES = 2000;
const OVERFLOW = '_other';

/**
 * Counts in a plain map. Label values are names from policies, which cannot contain the separator. The bound is needed
 * because many reloads can bring any number of names.
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
