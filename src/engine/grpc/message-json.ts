import type { JsonValue as ProtoJson } from '@bufbuild/protobuf';
import type { JsonValue } from '../request/attributes.ts';

/** A value for the JSON mapping of protobuf, in which an integer beyond a double is text, and its number of values. */
export function plainJson(value: JsonValue): { readonly json: ProtoJson; readonly values: number } {
  let values = 0;
  const plain = (each: JsonValue): ProtoJson => {
    values += 1;
    if (typeof each === 'bigint') return String(each);
    if (typeof each !== 'object' || each === null) return each;
    if (Array.isArray(each)) return each.map(plain);
    const members = Object.entries<JsonValue>(each).map(([name, member]) => [name, plain(member)] as const);
    // `fromEntries` makes `__proto__` a member like any other.
    return Object.fromEntries(members);
  };
  return { json: plain(value), values };
}
