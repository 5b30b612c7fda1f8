import type { JsonValue } from '../../engine/request/attributes.ts';
import type { Candidate, Part, Route } from './candidate.ts';
import type { FieldValues } from './expression-values.ts';
import { keyOf } from './field.ts';

/** Input of an enumeration of candidates on one route. */
export interface Space {
  readonly route: Route;
  readonly fields: readonly FieldValues[];
  /** Parts from which the enumeration starts again, where it cannot be complete. */
  readonly bases: readonly (readonly Part[])[];
  /** Most candidates. */
  readonly most: number;
}

/** Most fields in which a candidate differs from a base, if not all combinations are tried. */
const MOST_DEVIATIONS = 3;

/**
 * The candidates of a route: all combinations of values if those are few enough, else those that differ in up to three
 * fields from one of the bases. Those with few parts come first.
 */
export function* candidatesOf(space: Space): Generator<Candidate, void> {
  const { route, fields, bases, most } = space;
  const all = fields.reduce((count, { values }) => count * (values.length + 1), 1);
  const starts = all <= most ? [[]] : [[], ...bases];
  const depth = all <= most ? fields.length : MOST_DEVIATIONS;
  let left = most;
  for (let count = 0; count <= depth; count += 1) {
    for (const start of starts) {
      for (const parts of deviations(
        new Map(start.map((part) => [keyOf(part.field), part])),
        fields,
        count,
        0,
      )) {
        if (left <= 0) return;
        left -= 1;
        yield { route, parts };
      }
    }
  }
}

/** Fields in which a candidate differs at most from one that is known. */
const MOST_NEAR = 2;

/** A candidate, then those that differ from it in one field, then in two. */
export function* candidatesNear(
  { route, parts }: Candidate,
  fields: readonly FieldValues[],
  most: number,
): Generator<Candidate, void> {
  let left = most;
  for (let count = 0; count <= MOST_NEAR; count += 1) {
    for (const changed of deviations(parts, fields, count, 0)) {
      if (left <= 0) return;
      left -= 1;
      yield { route, parts: changed };
    }
  }
}

/** The parts with exactly `count` of the fields from `from` on changed to another value, or left out. */
function* deviations(
  parts: ReadonlyMap<string, Part>,
  fields: readonly FieldValues[],
  count: number,
  from: number,
): Generator<ReadonlyMap<string, Part>, void> {
  if (count === 0) {
    yield parts;
    return;
  }
  for (let index = from; index <= fields.length - count; index += 1) {
    const { field, values } = fields[index] ?? { field: undefined, values: [] };
    if (field === undefined) return;
    const key = keyOf(field);
    const before = parts.get(key)?.value;
    const others: readonly (JsonValue | undefined)[] = before === undefined ? values : [undefined, ...values];
    for (const value of others) {
      if (value === before) continue;
      const changed = new Map(parts);
      if (value === undefined) changed.delete(key);
      else changed.set(key, { field, value });
      yield* deviations(changed, fields, count - 1, index + 1);
    }
  }
}
