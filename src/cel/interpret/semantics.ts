import type { CallNode, Node } from '../syntax/tree.ts';
import { NONE, Optional } from '../value/boxed.ts';
import { spend, spendElements } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { isMap, keysOf, lookup, type MapBuilder } from '../value/map.ts';
import { Message } from '../value/message.ts';
import { ObjectValue } from '../value/object.ts';

/** Semantics that both evaluators share: the parts of the language that are not functions. */

/** `value.field`; of an optional, an optional. Only maps and messages have fields. */
export function select(value: unknown, field: string): unknown {
  if (value instanceof Optional) return selectOptional(value, field);
  const found = fieldOf(value, field);
  if (found !== undefined) return found;
  return value instanceof Message ? value.read(field) : fail('no_such_key', field);
}

/** `list[index]`, for a value known to be a list, and an int. */
export function element(list: readonly unknown[], at: number): unknown {
  const value = list[at];
  return value === undefined ? fail('index_out_of_range') : value;
}

/** `value.?field`. */
export function selectOptional(value: unknown, field: string): Optional {
  const inner = value instanceof Optional ? value.value : value;
  if (inner === undefined) return NONE;
  if (inner instanceof Message) return inner.has(field) ? new Optional(inner.read(field)) : NONE;
  if (!isMap(inner) && !(inner instanceof ObjectValue)) fail('no_such_key', field);
  return Optional.of(fieldOf(inner, field));
}

/** `has(value.field)`; only maps and messages have fields. */
export function hasField(value: unknown, field: string): boolean {
  const inner = value instanceof Optional ? value.value : value;
  if (inner instanceof Message) return inner.has(field);
  return fieldOf(inner, field) !== undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  if (isMap(value)) return lookup(value, field);
  return value instanceof ObjectValue && value.has(field) ? value.read(field) : undefined;
}

/** `value.field` of a value that the checker takes for a message. It may be null. */
export function messageField(value: unknown, field: string): unknown {
  return value instanceof Message ? value.read(field) : select(value, field);
}

/** Values of the variable of a comprehension: the elements of a list, the keys of a map. */
export function elementsOf(range: unknown): readonly unknown[] {
  if (Array.isArray(range)) return range;
  if (!isMap(range)) return fail('no_elements');
  const keys = keysOf(range);
  spendElements(keys.length);
  return keys;
}

/** Values of the first of two variables: the indexes of a list, the keys of a map. */
export function keysOfRange(range: unknown): readonly unknown[] {
  return Array.isArray(range) ? Array.from(range.keys()) : elementsOf(range);
}

/** Value of the second of two variables if the first is `key`. */
export function valueAt(range: unknown, key: unknown): unknown {
  return Array.isArray(range) ? range[key as number] : lookup(range as Parameters<typeof lookup>[0], key);
}

/** Operand of a logical operator. Fails if it is not a bool. */
export function logical(value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail('no_bool');
}

/** Condition of a comprehension, or of `?:`. Fails if it is not a bool. */
export function condition(value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail('no_condition');
}

/** Value of an entry with `?`; undefined if the optional is empty. */
export function optionalEntry(value: unknown): unknown {
  return value instanceof Optional ? value.value : fail('no_optional');
}

/** Adds the entries of one map to another. */
export function addEntries(map: MapBuilder, entries: unknown): void {
  if (!isMap(entries)) fail('no_entry');
  for (const key of keysOf(entries)) {
    spend(1);
    map.add(key, lookup(entries, key));
  }
}

/** True if the second operand is only evaluated if it is needed. */
export function isLazy({ name, args, receiver }: CallNode): boolean {
  return receiver !== undefined && args.length === 1 && (name === 'or' || name === 'orValue');
}

/** The key of an index if it is a string literal; otherwise undefined. */
export function writtenKey({ index: key }: Node & { kind: 'index' }): string | undefined {
  return key.kind === 'literal' && typeof key.value === 'string' ? key.value : undefined;
}
