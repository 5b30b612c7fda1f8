import { AttributeUnavailable } from '../decision/attribute-unavailable.ts';
import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';
import type { StructMessage, ValueMessage } from './messages.ts';

/** A member that must not be read: a whole double from 2^53 on, which may have been another integer. */
const INEXACT = Symbol('inexact');

/** A value of a Struct. */
export type Member = JsonValue | typeof INEXACT;

/** The number; `INEXACT` if a Struct, which has only doubles, may have had another one. */
export function numberMember(value: number): Member {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? INEXACT : value;
}

/** A Struct as plain JSON, frozen. `Object.fromEntries` defines own keys, so `__proto__` is a key like any other. */
export function objectOf(members: ReadonlyMap<string, Member>): JsonObject {
  const object = Object.fromEntries(Array.from(members, ([key, value]) => [key, readable(value)]));
  for (const [key, value] of members) if (value === INEXACT) defineUnreadable(object, key);
  return Object.freeze(object);
}

/** A ListValue as plain JSON, frozen. */
export function listOf(members: readonly Member[]): readonly JsonValue[] {
  const list = members.map(readable);
  for (const [index, value] of members.entries()) if (value === INEXACT) defineUnreadable(list, index);
  return Object.freeze(list);
}

function readable(value: Member): JsonValue {
  return value === INEXACT ? null : value;
}

/** The Struct of a message as plain JSON. */
export function readStruct({ fields = {} }: StructMessage): JsonObject {
  return objectOf(new Map(Object.entries(fields).map(([key, value]) => [key, readValue(value)])));
}

function readValue(value: ValueMessage): Member {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.numberValue !== undefined) return numberMember(value.numberValue);
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.structValue !== undefined) return readStruct(value.structValue);
  if (value.listValue !== undefined) return listOf((value.listValue.values ?? []).map(readValue));
  return null;
}

const UNREADABLE = {
  reason: 'policy_error',
  detail: 'a policy reads a number of the metadata beyond 2^53, where metadata has no exact integers',
} as const;

/** Makes a member fail when it is read, so that only policies that read it deny. */
function defineUnreadable(container: object, key: string | number): void {
  Object.defineProperty(container, key, {
    enumerable: true,
    get: () => {
      throw new AttributeUnavailable(UNREADABLE);
    },
  });
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
