import type { Activation } from '../../cel/interpret/program.ts';
import { encodeBase64 } from '../../cel/value/text.ts';
import type { Body, JsonObject, JsonValue } from '../request/attributes.ts';
import type { InputRead, InputReads } from '../request/input-reads.ts';
import { isJsonList, isJsonObject, jsonText } from '../request/json-value.ts';
import { isSecretName, isSecretText } from '../request/secret-names.ts';
import { attributeValue, jsonOf } from './place-value.ts';

/** Attributes of a request that its policies could read. Each attribute that is in no part was not recorded. */
export interface RecordedInputs {
  /** By name; of a map, the keys that were read. */
  readonly values: JsonObject;
  /** Keys that were read and that the request does not have, by name of the map. */
  readonly absent: Readonly<Record<string, readonly string[]>>;
  /** Maps of which all keys are recorded, or noted as withheld. */
  readonly whole: readonly string[];
  /** Names that are not recorded since they are, or may be, secrets; of a map, with its keys. */
  readonly withheld: Readonly<Record<string, readonly string[]>>;
  /** True if some were left out for want of room. */
  readonly truncated: boolean;
}

/** Most UTF-16 units of all values of a record, as JSON. */
const MAX_INPUTS = 16 * 1024;

/** Names that hold secrets of any name: the query string, and claims as filters of Envoy write them. */
const WITH_QUERY: ReadonlySet<string> = new Set(['request.path', 'request.referer']);
const TOKEN_FILTERS = /jwt|oauth|ext_authz|session/i;

/** The values of the attributes that policies read. `body` is recorded if it is given. */
export function recordInputs(
  reads: InputReads,
  activation: Activation,
  body: Body | undefined,
): RecordedInputs {
  const recording = new Recording(activation);
  for (const read of reads) {
    if (read.name === 'request.body_bytes') recording.addBody(body);
    else recording.add(read);
  }
  return recording.inputs();
}

class Recording {
  readonly #activation: Activation;
  readonly #values: Record<string, JsonValue> = {};
  readonly #absent: Record<string, readonly string[]> = {};
  readonly #whole: string[] = [];
  readonly #withheld: Record<string, readonly string[]> = {};
  #room = MAX_INPUTS;
  #isTruncated = false;

  constructor(activation: Activation) {
    this.#activation = activation;
  }

  add({ name, keys, isWhole }: InputRead): void {
    const value = jsonOf(attributeValue(this.#activation, name));
    if (value === undefined) return;
    if (isJsonObject(value)) this.#addMap(name, value, keys, isWhole);
    else if (isSecret(name, value)) this.#withheld[name] = [];
    else if (this.#takes(name, value)) this.#values[name] = value;
  }

  /** A body is as its proxy sent it, so that its defects show again. */
  addBody(body: Body | undefined): void {
    const name = 'request.body_bytes';
    if (body === undefined || body.defect !== undefined) this.#withheld[name] = [];
    else {
      const text = encodeBase64(body.bytes);
      if (this.#takes(name, text)) this.#values[name] = text;
    }
  }

  #addMap(name: string, map: JsonObject, keys: readonly string[], isWhole: boolean): void {
    const values = new Map<string, JsonValue>();
    const withheld: string[] = [];
    let isComplete = true;
    for (const key of new Set([...keys, ...(isWhole ? Object.keys(map) : [])])) {
      const value = Object.hasOwn(map, key) ? map[key] : undefined;
      if (value === undefined) continue;
      if (isSecretKey(name, key) || isSecret(name, value)) withheld.push(key);
      else if (this.#takes(key, value)) values.set(key, value);
      else isComplete = false;
    }
    const absent = keys.filter((key) => !Object.hasOwn(map, key));
    if (values.size > 0) this.#values[name] = Object.fromEntries(values);
    if (withheld.length > 0) this.#withheld[name] = withheld;
    if (absent.length > 0) this.#absent[name] = absent;
    if (isWhole && isComplete) this.#whole.push(name);
  }

  /** True if there is room for a value. */
  #takes(key: string, value: JsonValue): boolean {
    const length = key.length + jsonText(value).length + 4;
    if (length > this.#room) {
      this.#isTruncated = true;
      return false;
    }
    this.#room -= length;
    return true;
  }

  inputs(): RecordedInputs {
    return {
      values: this.#values,
      absent: this.#absent,
      whole: this.#whole,
      withheld: this.#withheld,
      truncated: this.#isTruncated,
    };
  }
}

/** Claims are read by name, and those of a login service are not secrets: `nonce`, `sid`. */
function isSecretKey(name: string, key: string): boolean {
  if (name === 'jwt.claims' || name === 'jwt.header') return false;
  if (name === 'metadata' || name === 'route_metadata') return TOKEN_FILTERS.test(key);
  return isSecretName(key);
}

function isSecret(name: string, value: JsonValue): boolean {
  if (name === 'request.query') return value !== '';
  if (WITH_QUERY.has(name)) return typeof value === 'string' && value.includes('?');
  return hasSecret(value);
}

function hasSecret(value: JsonValue): boolean {
  if (typeof value === 'string') return isSecretText(value);
  if (isJsonList(value)) return value.some(hasSecret);
  return isJsonObject(value) && Object.values(value).some(hasSecret);
}
