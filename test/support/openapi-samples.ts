import type { JsonObject, JsonValue } from '../../src/engine/request/attributes.ts';
import { isJsonList, isJsonObject, jsonText } from '../../src/engine/request/json-value.ts';

/** A text, or the JSON of another value. */
function written(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : jsonText(value ?? null);
}

/** Makes requests for the operations of an OpenAPI document, by its schemas alone. */
export class Samples {
  readonly #root: JsonValue;

  constructor(root: JsonValue) {
    this.#root = root;
  }

  /** The target of a `$ref`, or the value itself. */
  resolved(value: JsonValue | undefined): JsonObject {
    let at = value;
    for (let step = 0; isJsonObject(at) && typeof at['$ref'] === 'string' && step < 10; step++) {
      at = this.#at(at['$ref']);
    }
    return isJsonObject(at) ? at : {};
  }

  #at(reference: string): JsonValue | undefined {
    let at: JsonValue | undefined = this.#root;
    for (const token of decodeURIComponent(reference).replace(/^#\//, '').split('/')) {
      at = isJsonObject(at) ? at[token.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
    }
    return at;
  }

  /** A value that fits a schema, as far as its types, enumerations and limits say; the required members only. */
  valueOf(written: JsonValue | undefined, depth = 0): JsonValue {
    const schema = this.resolved(written);
    for (const name of ['const', 'example', 'default']) {
      const value = schema[name];
      if (value !== undefined && value !== null && (name === 'const' || typeof value !== 'object'))
        return value;
    }
    const { enum: values, allOf } = schema;
    if (isJsonList(values) && values[0] !== undefined) return values[0];
    const [branch] = [schema['oneOf'], schema['anyOf']].flatMap((each) =>
      isJsonList(each) ? [each[0]] : [],
    );
    if (branch !== undefined && depth < 6) return this.valueOf(branch, depth + 1);
    if (isJsonList(allOf) && depth < 6) {
      const parts = [...allOf, { ...schema, allOf: [] }].map((each) => this.valueOf(each, depth + 1));
      const objects = parts.filter(isJsonObject);
      return objects.length > 0
        ? Object.fromEntries(objects.flatMap((each) => Object.entries<JsonValue>(each)))
        : (parts[0] ?? null);
    }
    return this.#typed(schema, depth);
  }

  #typed(schema: JsonObject, depth: number): JsonValue {
    switch (this.typeOf(schema)) {
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return true;
      case 'array': {
        const least = Number(schema['minItems'] ?? 0);
        const count = depth < 6 ? Math.max(least, schema['items'] === undefined ? 0 : 1) : 0;
        return Array.from({ length: count }, () => this.valueOf(schema['items'], depth + 1));
      }
      case 'object':
        return this.#object(schema, depth);
      case 'null':
        return null;
      default:
        return this.#text(schema);
    }
  }

  typeOf(schema: JsonObject): string {
    const { type } = schema;
    if (isJsonList(type)) return written(type.find((each) => each !== 'null') ?? 'null');
    if (typeof type === 'string') return type;
    return schema['properties'] !== undefined ? 'object' : schema['items'] !== undefined ? 'array' : 'string';
  }

  #object(schema: JsonObject, depth: number): JsonValue {
    const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
    const required = isJsonList(schema['required']) ? schema['required'].map(written) : [];
    const names = required.filter((name) => this.resolved(properties[name])['readOnly'] !== true);
    return Object.fromEntries(names.map((name) => [name, this.valueOf(properties[name], depth + 1)]));
  }

  #number({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonObject): number {
    const least = typeof minimum === 'number' ? minimum : 1;
    const above =
      typeof exclusiveMinimum === 'number'
        ? exclusiveMinimum + 1
        : exclusiveMinimum === true
          ? least + 1
          : least;
    const value = Math.ceil(
      typeof multipleOf === 'number' ? multipleOf * Math.ceil(above / multipleOf) : above,
    );
    return typeof maximum === 'number' ? Math.min(value, maximum) : value;
  }

  #text({ format, minLength, pattern }: JsonObject): string {
    const text = FORMATS[written(format)] ?? 'text';
    if (typeof pattern !== 'string') return text.padEnd(Number(minLength ?? 0), 'x');
    return CANDIDATES.find((each) => new RegExp(pattern, 'u').test(each)) ?? text;
  }
}

/** Texts of which one fits most patterns. */
const CANDIDATES = [
  'text',
  'stable',
  'a.json',
  '1.0',
  '1',
  'A',
  'a'.repeat(24),
  'https://acme.example/a',
  '/a',
];

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-06-01',
  'date-time': '2026-06-01T12:00:00Z',
  time: '12:00:00Z',
  email: 'a@acme.example',
  uri: 'https://acme.example/a',
  url: 'https://acme.example/a',
  uuid: '6a2f41a3-c54c-4c4e-8f1b-2f6f4c8c1f10',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'aGk=',
};

/** A request for an operation, and a way in which it does not fit. */
export interface SampleRequest {
  readonly what: string;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined if there is none. */
  readonly body: JsonValue | undefined;
}

/**
 * Requests for an operation: the first fits, each of the others has one mistake. Empty if the body is not JSON, or has
 * branches that the samples cannot tell apart.
 */
export function requestsFor(
  samples: Samples,
  document: JsonObject,
  path: string,
  method: string,
): readonly SampleRequest[] {
  const item = samples.resolved(samples.resolved(document['paths'])[path]);
  const operation = samples.resolved(item[method.toLowerCase()]);
  const parameters = [item, operation].flatMap(({ parameters: list }) =>
    isJsonList(list) ? list.map((each) => samples.resolved(each)) : [],
  );
  const content = samples.resolved(samples.resolved(operation['requestBody'])['content']);
  const json = samples.resolved(content['application/json']);
  const isRequired = samples.resolved(operation['requestBody'])['required'] === true;
  const schema = json['schema'];
  if (isRequired && schema === undefined) return [];
  const base = baseRequest(samples, path, method, parameters, schema);
  return [
    base,
    ...withoutParts(base, parameters),
    ...withWrongParts(samples, base, path, parameters, schema),
  ];
}

function textOf(value: JsonValue): string {
  return isJsonList(value) ? value.map(written).join(',') : written(value);
}

function baseRequest(
  samples: Samples,
  path: string,
  method: string,
  parameters: readonly JsonObject[],
  schema: JsonValue | undefined,
): SampleRequest {
  const query: Record<string, string> = {};
  const headers: Record<string, string> = schema === undefined ? {} : { 'content-type': 'application/json' };
  let filled = path;
  for (const parameter of parameters) {
    const name = written(parameter['name']);
    const text = textOf(samples.valueOf(parameter['schema']));
    if (parameter['in'] === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(text));
    if (parameter['required'] !== true) continue;
    if (parameter['in'] === 'query') query[name] = text;
    if (parameter['in'] === 'header') headers[name.toLowerCase()] = text;
  }
  const body = schema === undefined ? undefined : samples.valueOf(schema);
  return { what: 'fits', method, path: filled, query, headers, body };
}

function withoutParts(base: SampleRequest, parameters: readonly JsonObject[]): readonly SampleRequest[] {
  return parameters
    .filter((each) => each['required'] === true && each['in'] === 'query')
    .map(({ name }) => {
      const { [written(name)]: _, ...query } = base.query;
      return { ...base, what: `without ${written(name)}`, query };
    });
}

function withWrongParts(
  samples: Samples,
  base: SampleRequest,
  path: string,
  parameters: readonly JsonObject[],
  schema: JsonValue | undefined,
): readonly SampleRequest[] {
  const wrong: SampleRequest[] = [];
  for (const parameter of parameters) {
    const name = written(parameter['name']);
    const type = samples.typeOf(samples.resolved(parameter['schema']));
    if (type !== 'integer' && type !== 'number' && type !== 'boolean') continue;
    const what = `${name} of another type`;
    if (parameter['in'] === 'query') wrong.push({ ...base, what, query: { ...base.query, [name]: 'x!' } });
    if (parameter['in'] === 'path' && path === `${path.split(`{${name}}`)[0] ?? ''}{${name}}`)
      wrong.push({ ...base, what, path: base.path.replace(/[^/]*$/, 'x!') });
  }
  const resolved = samples.resolved(schema);
  const properties = samples.resolved(resolved['properties']);
  const { body } = base;
  if (schema === undefined || !isJsonObject(body)) return wrong;
  for (const name of Object.keys(body)) {
    if (isJsonList(resolved['required']) && resolved['required'].includes(name)) {
      const { [name]: _, ...others } = body;
      wrong.push({ ...base, what: `body without ${name}`, body: others });
    }
  }
  for (const [name, each] of Object.entries<JsonValue>(properties)) {
    const property = samples.resolved(each);
    if (typeof property['type'] !== 'string' || property['readOnly'] === true) continue;
    const value = property['type'] === 'object' || property['type'] === 'array' ? 7 : { unexpected: [] };
    wrong.push({ ...base, what: `${name} of another type in the body`, body: { ...body, [name]: value } });
  }
  return wrong;
}
