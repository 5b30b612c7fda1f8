import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import type { CheckRequestMessage, StructMessage } from './messages.ts';
import { structOf } from './metadata.ts';

export type CheckOfJson =
  | { readonly message: CheckRequestMessage; readonly problem?: undefined }
  | { readonly problem: string; readonly message?: undefined };

/** Fields that are maps, whose keys are data and not names of fields. */
const MAPS: ReadonlySet<string> = new Set(['headers', 'labels', 'contextExtensions', 'filterMetadata']);
/** Fields that Envoy sends and that are not read here. */
const UNREAD: ReadonlySet<string> = new Set(['typedFilterMetadata']);

/**
 * Reads a `CheckRequest` in its JSON form (https://protobuf.dev/programming-guides/json/), with names in snake_case or
 * camelCase, as tools print it.
 */
export function checkRequestOfJson(value: JsonValue): CheckOfJson {
  if (!isJsonObject(value) || !isJsonObject(value['attributes']))
    return { problem: 'it has no `attributes`' };
  const attributes = fields(value['attributes']);
  const request = attributes['request'];
  if (!isJsonObject(request) || !isJsonObject(request['http'])) {
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
    attributes: {
      ...attributes,
      ...metadataContexts(attributes),
      request: { ...others, ...(time === undefined ? {} : { time }), http },
    },
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
    read[name] = MAPS.has(name) && isJsonObject(member) ? member : nested(member);
  }
  return read;
}

function nested(value: JsonValue): JsonValue {
  if (isJsonList(value)) return value.map(nested);
  return isJsonObject(value) ? fields(value) : value;
}

/** The metadata contexts, with each google.protobuf.Struct, which is plain JSON in the JSON form, as a message. */
function metadataContexts(attributes: JsonObject): Readonly<Record<string, object>> {
  const contexts: Record<string, object> = {};
  for (const name of ['metadataContext', 'routeMetadataContext']) {
    const context = attributes[name];
    const filters = isJsonObject(context) ? context['filterMetadata'] : undefined;
    if (isJsonObject(context) && isJsonObject(filters)) {
      contexts[name] = { ...context, filterMetadata: structsOf(filters) };
    }
  }
  return contexts;
}

function structsOf(filters: JsonObject): Readonly<Record<string, StructMessage | JsonValue>> {
  return Object.fromEntries(
    Object.entries(filters).map(([filter, data]) => [filter, isJsonObject(data) ? structOf(data) : data]),
  );
}

/** A google.protobuf.Timestamp, which is RFC 3339 text in the JSON form; `invalid` if it cannot be read. */
function timeOf(value: JsonValue | undefined): JsonObject | 'invalid' | undefined {
  if (value === undefined || isJsonObject(value)) return value;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) return 'invalid';
  return { seconds: Math.floor(time / 1000), nanos: (((time % 1000) + 1000) % 1000) * 1_000_000 };
}
