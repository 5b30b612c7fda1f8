import { AttributeUnavailable } from '../decision/attribute-unavailable.ts';
import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';
import type { MetadataMessage, StructMessage, ValueMessage } from './messages.ts';

const EMPTY: ReadonlyMap<string, JsonValue> = new Map();

/**
 * Metadata of other filters, by filter name, as plain JSON values. The depth is bounded: the codec refuses messages
 * nested past 100 levels, and one level of a Struct is three of those.
 */
export function readMetadata(metadata: MetadataMessage | undefined): ReadonlyMap<string, JsonValue> {
  const filters = metadata?.filterMetadata;
  if (filters === undefined) return EMPTY;
  return new Map(Object.entries(filters).map(([name, struct]) => [name, readStruct(struct)]));
}

/** A Struct as plain JSON. `Object.fromEntries` defines own keys, so `__proto__` is a key like any other. */
export function readStruct({ fields = {} }: StructMessage): JsonObject {
  const entries = Object.entries(fields);
  const object = Object.fromEntries(entries.map(([key, value]) => [key, readValue(value)]));
  for (const [key, value] of entries) if (isInexact(value)) defineUnreadable(object, key);
  return Object.freeze(object);
}

function readValue(value: ValueMessage): JsonValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.numberValue !== undefined) return value.numberValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.structValue !== undefined) return readStruct(value.structValue);
  if (value.listValue !== undefined) return readList(value.listValue.values ?? []);
  return null;
}

function readList(values: readonly ValueMessage[]): readonly JsonValue[] {
  const list = values.map(readValue);
  for (const [index, value] of values.entries()) if (isInexact(value)) defineUnreadable(list, index);
  return Object.freeze(list);
}

/** A Struct has only doubles: from 2^53 on, a whole one may have been another integer. */
function isInexact({ numberValue }: ValueMessage): boolean {
  return numberValue !== undefined && Number.isInteger(numberValue) && !Number.isSafeInteger(numberValue);
}

const INEXACT = {
  reason: 'policy_error',
  detail: 'a policy reads a number of the metadata beyond 2^53, where metadata has no exact integers',
} as const;

/** Makes a member fail when it is read, so that only policies that read it deny. */
function defineUnreadable(container: object, key: string | number): void {
  Object.defineProperty(container, key, {
    enumerable: true,
    get: () => {
      throw new AttributeUnavailable(INEXACT);
    },
  });
}

/** A Struct of texts. */
export function textStruct(texts: Readonly<Record<string, string>>): StructMessage {
  return {
    fields: Object.fromEntries(Object.entries(texts).map(([key, stringValue]) => [key, { stringValue }])),
  };
}

/** A Struct of plain JSON values. Half a surrogate pair, which has no UTF-8, becomes U+FFFD. */
export function structOf(value: Readonly<Record<string, JsonValue>>): StructMessage {
  return {
    fields: Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key.toWellFormed(), valueOf(each)]),
    ),
  };
}

function valueOf(value: JsonValue): ValueMessage {
  if (value === null) return { nullValue: 0 };
  switch (typeof value) {
    case 'string':
      return { stringValue: value.toWellFormed() };
    case 'number':
      return { numberValue: value };
    case 'bigint':
      return { numberValue: Number(value) };
    case 'boolean':
      return { boolValue: value };
    default:
      return isJsonList(value)
        ? { listValue: { values: value.map(valueOf) } }
        : { structValue: structOf(value) };
  }
}
