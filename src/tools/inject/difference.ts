import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { isEqual, member, nameOf } from './json.ts';

/** The change of a JSON value, in the places of the value before. */
export type Difference =
  | { readonly kind: 'whole'; readonly value: JsonValue }
  | {
      readonly kind: 'mapping';
      readonly changed: ReadonlyMap<string, Difference>;
      /** In order of writing, each with the key that it follows; undefined for the first ones. */
      readonly added: readonly {
        readonly after: string | undefined;
        readonly name: string;
        readonly value: JsonValue;
      }[];
    }
  | {
      readonly kind: 'list';
      readonly changed: ReadonlyMap<number, Difference>;
      readonly removed: ReadonlySet<number>;
      /** Each with the item that it follows; -1 for the first ones. */
      readonly added: readonly { readonly after: number; readonly value: JsonValue }[];
    };

/** The smallest change from one value to another; undefined if they are equal. */
export function difference(before: JsonValue, after: JsonValue): Difference | undefined {
  if (isEqual(before, after)) return undefined;
  if (isJsonObject(before) && isJsonObject(after)) return mappingDifference(before, after);
  if (isJsonList(before) && isJsonList(after)) return listDifference(before, after);
  return { kind: 'whole', value: after };
}

function mappingDifference(before: JsonObject, after: JsonObject): Difference {
  // A removed key occurs in our own objects alone, which are written anew.
  if (Object.keys(before).some((name) => !Object.hasOwn(after, name))) return { kind: 'whole', value: after };
  const changed = new Map<string, Difference>();
  const added: { after: string | undefined; name: string; value: JsonValue }[] = [];
  let last: string | undefined;
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (old === undefined) {
      added.push({ after: last, name, value });
      continue;
    }
    last = name;
    const change = difference(old, value);
    if (change !== undefined) changed.set(name, change);
  }
  return { kind: 'mapping', changed, added };
}

/** Items are matched by their names. A list without names, or in another order, is a change as a whole. */
function listDifference(before: readonly JsonValue[], after: readonly JsonValue[]): Difference {
  const whole: Difference = { kind: 'whole', value: after };
  if (before.length === 0 || after.length === 0) return whole;
  if (![...before, ...after].every((item) => nameOf(item) !== '')) return whole;
  const changed = new Map<number, Difference>();
  const added: { after: number; value: JsonValue }[] = [];
  const matched = new Set<number>();
  let last = -1;
  // By key, since a pod may have as many items as its author likes.
  const places = Map.groupBy(before.keys(), (index) => keyOf(before[index]));
  const left = new Map([...places].map(([key, indexes]) => [key, indexes.values()]));
  for (const value of after) {
    const at = left.get(keyOf(value))?.next().value;
    if (at === undefined) {
      added.push({ after: last, value });
      continue;
    }
    if (at < last) return whole;
    last = at;
    matched.add(at);
    const change = difference(before[at] ?? null, value);
    if (change !== undefined) changed.set(at, change);
  }
  const removed = new Set(before.keys().filter((index) => !matched.has(index)));
  return { kind: 'list', changed, removed, added };
}

/** Containers and volumes have a name; a volume is mounted at several places. */
function keyOf(item: JsonValue | undefined): string {
  return JSON.stringify([nameOf(item), member(item, 'mountPath')]);
}
