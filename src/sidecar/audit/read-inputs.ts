import type { RecordedInputs } from '../../engine/decision/recorded-inputs.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';

/** The inputs of a record; members of another form are read as if they were empty. */
export function readInputs(inputs: JsonObject): RecordedInputs {
  return {
    values: objectIn(inputs, 'values'),
    absent: keysIn(objectIn(inputs, 'absent')),
    whole: textsOf(inputs['whole']),
    withheld: keysIn(objectIn(inputs, 'withheld')),
    truncated: inputs['truncated'] === true,
  };
}

/** The value of a name in inputs, or of a key of a map. `absent`: the request did not have it; undefined: not known. */
export function inputOf(
  { values, absent, whole, withheld }: RecordedInputs,
  name: string,
  key?: string,
): { readonly value: JsonValue } | 'absent' | undefined {
  const value = own(values, name);
  if (key === undefined) return value === undefined ? undefined : { value };
  const member = isJsonObject(value) ? own(value, key) : undefined;
  if (member !== undefined) return { value: member };
  if (withheld[name]?.includes(key) === true) return undefined;
  return absent[name]?.includes(key) === true || whole.includes(name) ? 'absent' : undefined;
}

/** All members of a map in inputs; undefined if the request may have had others. */
export function wholeMapOf(
  { values, whole, withheld }: RecordedInputs,
  name: string,
): JsonObject | undefined {
  if (!whole.includes(name) || withheld[name] !== undefined) return undefined;
  const value = own(values, name);
  return isJsonObject(value) ? value : {};
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = own(object, name);
  return isJsonObject(value) ? value : {};
}

function keysIn(object: JsonObject): RecordedInputs['absent'] {
  return Object.fromEntries(Object.entries(object).map(([name, keys]) => [name, textsOf(keys)]));
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((each) => typeof each === 'string') : [];
}
