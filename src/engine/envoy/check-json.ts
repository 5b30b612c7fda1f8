import type { JsonObject, JsonValue } from '../request/attributes.ts';
import type { CheckRequestMessage } from './messages.ts';

export type CheckOfJson =
  | { readonly message: CheckRequestMessage; readonly problem?: undefined }
  | { readonly problem: string; readonly message?: undefined };

/** Fields that are maps, whose keys are data and not names of fields. */
const MAPS: ReadonlySet<string> = new Set(['headers', 'labels', 'contextExtensions']);
/** Fields that Envoy sends and that are not read here. */
const UNREAD: ReadonlySet<string> = new Set(['typedFilterMetadata']);

/**
 * Reads a `CheckRequest` in its JSON form (https://protobuf.dev/programming-guides/json/), with names in snake_case or
 * camelCase, as tools print it.
 */
export function checkRequestOfJson(value: JsonValue): CheckOfJson {
  if (!isObject(value) || !isObject(value['attributes'])) return { problem: 'it has no `attributes`' };
  const attributes = fields(value['attributes']);
  const request = attributes['request'];
  if (!isObject(request) || !isObject(request['http'])) {
    return { problem: 'it has no `attributes.request.http`, so it is not about an HTTP request' };
  }
  const wrong = Object.entries(request['http']).find(
    ([name, member]) => TEXTS.has(name) && typeof member !== 'string',
  );
  if (wrong !== undefined) return { problem: `\`attributes.request.http.${wrong[0]}\` is not text` };
  const { time: sent, ...others } = request;
  const time = timeOf(sent);
  if (time === 'invalid') return { problem: '`attributes.request.time` is not a valid RFC 3339 time' };
  const { size } = request['http'];
  const http = { ...request['http'], ...(size === undefined ? {} : { size: Number(size) }) };
  // The types of members are checked when the message is encoded: a wrong one throws there.
  const message = {
    attributes: { ...attributes, request: { ...others, ...(time === undefined ? {} : { time }), http } },
  } as CheckRequestMessage;
  return { message };
}

const TEXTS: ReadonlySet<string> = new Set(['id', 'method', 'path', 'host', 'scheme', 'query', 'protocol']);

/** The object with names in camelCase on all levels, except in maps. */
function fields(value: JsonObject): JsonObject {
  const read: Record<string, JsonValue> = {};
  for (const [written, member] of Object.entries(value)) {
    const name = written.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (UNREAD.has(name)) continue;
    if (name === 'filterMetadata' && isObject(member)) {
      read[name] = Object.fromEntries(
        Object.entries(member).map(([filter, data]) => [filter, isObject(data) ? struct(data) : data]),
      );
    } else if (MAPS.has(name) && isObject(member)) read[name] = member;
    else read[name] = nested(member);
  }
  return read;
}

function nested(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(nested);
  return isObject(value) ? fields(value) : value;
}

/** A google.protobuf.Struct, which is plain JSON in the JSON form. */
function struct(value: JsonObject): JsonObject {
  return { fields: Object.fromEntries(Object.entries(value).map(([key, each]) => [key, valueOf(each)])) };
}

function valueOf(value: JsonValue): JsonObject {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (isList(value)) return { listValue: { values: value.map(valueOf) } };
  return { structValue: struct(value) };
}

/** A google.protobuf.Timestamp, which is RFC 3339 text in the JSON form; `invalid` if it cannot be read. */
function timeOf(value: JsonValue | undefined): JsonObject | 'invalid' | undefined {
  if (value === undefined || isObject(value)) return value;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) return 'invalid';
  return { seconds: Math.floor(time / 1000), nanos: (((time % 1000) + 1000) % 1000) * 1_000_000 };
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
