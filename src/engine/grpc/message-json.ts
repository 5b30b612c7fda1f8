import type { JsonValue as ProtoJson } from '@bufbuild/protobuf';
import type { JsonValue } from '../request/attributes.ts';

/** A value for the JSON mapping of protobuf. */
interface PlainJson {
  readonly json: ProtoJson;
  readonly values: number;
  /** True if there is an integer beyond a double, which is text here, as for a field of 64 bits. */
  readonly isWide: boolean;
  /** True if a member names the type of its message, as in an `Any`. */
  readonly hasType: boolean;
}

export function plainJson(value: JsonValue): PlainJson {
  let values = 0;
  let isWide = false;
  let hasType = false;
  const plain = (each: JsonValue): ProtoJson => {
    values += 1;
    if (typeof each === 'bigint') {
      isWide = true;
      return String(each);
    }
    if (typeof each !== 'object' || each === null) return each;
    if (Array.isArray(each)) return each.map(plain);
    hasType ||= Object.hasOwn(each, '@type');
    const members = Object.entries<JsonValue>(each).map(([name, member]) => [name, plain(member)] as const);
    // `fromEntries` makes `__proto__` a member like any other.
    return Object.fromEntries(members);
  };
  const json = plain(value);
  return { json, values, isWide, hasType };
}
