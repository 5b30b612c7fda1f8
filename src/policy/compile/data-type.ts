import { DYN, type Type } from '../../cel/value/type.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';

/**
 * The common type of values. Numbers are `int` if all are whole, else `double`. Values of different types, null, and
 * doubles beside integers that no double holds are `dyn`.
 */
export function typeOfData(values: readonly JsonValue[]): Type {
  const [first] = values;
  if (first === undefined || first === null) return DYN;
  if (values.every((value) => typeof value === 'string')) return { kind: 'string' };
  if (values.every((value) => typeof value === 'boolean')) return { kind: 'bool' };
  if (values.every(isInt)) return { kind: 'int' };
  if (values.every((value) => typeof value === 'number')) return { kind: 'double' };
  if (values.every((value) => Array.isArray(value))) {
    return { kind: 'list', element: typeOfData(values.flat() as JsonValue[]) };
  }
  if (values.every(isJsonObject)) {
    return {
      kind: 'map',
      key: { kind: 'string' },
      value: typeOfData(values.flatMap((value) => Object.values(value))),
    };
  }
  return DYN;
}

/** True for an integer of 64 bits. */
export function isInt(value: JsonValue): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}
