import type { Counted, Series } from './series.ts';

/**
 * Counts by three names, each combination bound to its count when it first occurs: after that a count makes neither a
 * list nor a text. Not more combinations are held than the series has.
 */
export class BoundSeries {
  readonly #series: Series;
  readonly #labels: (a: string, b: string, c: string) => readonly string[];
  #bound = new Map<string, Map<string, Map<string, Counted>>>();
  #generation = 0;

  /** `labels` of three names, in the order of the series. */
  constructor(series: Series, labels: (a: string, b: string, c: string) => readonly string[]) {
    this.#series = series;
    this.#labels = labels;
  }

  /** Returns the count; undefined if the table is full. */
  increment(a: string, b: string, c: string): Counted | undefined {
    const bound = this.#generation === this.#series.generation && this.#bound.get(a)?.get(b)?.get(c);
    if (!bound) return this.#bind(a, b, c);
    bound.count += 1;
    return bound;
  }

  #bind(a: string, b: string, c: string): Counted | undefined {
    const labels = this.#labels(a, b, c);
    this.#series.add(labels, 1);
    if (this.#generation !== this.#series.generation) {
      this.#bound = new Map();
      this.#generation = this.#series.generation;
    }
    const cell = this.#series.bind(labels);
    if (cell === undefined) return undefined;
    const ofA = entryOf(this.#bound, a, () => new Map<string, Map<string, Counted>>());
    entryOf(ofA, b, () => new Map<string, Counted>()).set(c, cell);
    return cell;
  }
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
