import type { Activation, Value } from '../../cel/interpret/program.ts';
import type { JsonObject, JsonValue, Timestamp } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { isSecretName, isSecretText } from '../request/secret-names.ts';

/** Written in the place of a text that has the form of a secret. */
const MASK = '***';

/** Most UTF-16 units of a text that a record includes. */
const MAX_INCLUDED = 1024;

/** The value at a place of a request for a record, secrets masked; undefined if there is none, or it cannot be read. */
export function placeValue(
  activation: Activation,
  name: string,
  keys: readonly string[],
): JsonValue | undefined {
  let value = jsonOf(attributeValue(activation, name));
  for (const key of keys) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value === undefined ? undefined : masked(value);
}

/** The value of a declared name; undefined if it cannot be read. */
export function attributeValue(activation: Activation, name: string): Value {
  try {
    let value: Value = activation;
    for (const step of name.split('.')) value = memberOf(value, step);
    return value;
  } catch {
    // Such as a certificate that cannot be parsed: a policy that read it has denied the request.
    return undefined;
  }
}

function memberOf(value: Value, name: string): Value {
  // The names are those of `NAMES`, never those of a caller.
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A value of an expression as JSON: a timestamp as a text, a map as an object. */
export function jsonOf(value: Value): JsonValue | undefined {
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, each]) => [String(key), jsonOf(each) ?? null]));
  if (Array.isArray(value)) return value.map((each: Value) => jsonOf(each) ?? null);
  if (isTimestamp(value)) return timestampText(value);
  if (isPlain(value)) return value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each) ?? null]));
}

function isPlain(value: Value): value is null | string | number | bigint | boolean {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function isTimestamp(value: Value): value is Timestamp {
  return typeof value === 'object' && value !== null && 'seconds' in value && 'nanos' in value;
}

/** RFC 3339 with nanoseconds. */
function timestampText({ seconds, nanos }: Timestamp): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)}.${String(nanos).padStart(9, '0')}Z`;
}

/** The value with secrets in it masked and long texts cut. */
function masked(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    if (isSecretText(value)) return MASK;
    return value.length <= MAX_INCLUDED ? value : `${value.slice(0, MAX_INCLUDED - 1).toWellFormed()}…`;
  }
  if (isJsonList(value)) return value.map(masked);
  return isJsonObject(value) ? maskedObject(value) : value;
}

function maskedObject(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, isSecretName(name) ? MASK : masked(each)]),
  );
}
