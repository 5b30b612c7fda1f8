import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { type MemberShapes, SCALARS, TEXT_SHAPE, type ValueShape } from './value-shape.ts';

const TYPES = [...SCALARS, 'array', 'object'] as const;
type Type = (typeof TYPES)[number];

/** Types that a schema permits for its values. */
interface Finding {
  /** Undefined: every type. */
  readonly types: ReadonlySet<Type> | undefined;
  readonly items: JsonValue | undefined;
  readonly properties: ReadonlyMap<string, JsonValue>;
  /** The schema of members of other names; undefined if no schema is written. */
  readonly others: JsonValue | undefined;
}

const NOTHING: Finding = { types: undefined, items: undefined, properties: new Map(), others: undefined };

/** Most references and levels of a schema that are followed, and most schemas of a document at all levels together. */
const MAX_DEPTH = 10;
const MAX_VISITS = 500_000;

/**
 * Finds the types of schemas of JSON Schema 2020-12, of each once for a level. `definitions` are those that their
 * references name.
 */
export class ShapeFinder {
  readonly #definitions: (name: string) => JsonValue | undefined;
  readonly #shapes = new ByLevel<ValueShape>();
  readonly #findings = new ByLevel<Finding>();
  #visits = 0;

  constructor(definitions: (name: string) => JsonValue | undefined) {
    this.#definitions = definitions;
  }

  /** The shape of a schema; a text if it says nothing about types. */
  shapeOf(schema: JsonValue, depth = 0): ValueShape {
    if (depth > MAX_DEPTH) return TEXT_SHAPE;
    return this.#shapes.get(schema, depth, () => this.#shapeOf(schema, depth));
  }

  #shapeOf(schema: JsonValue, depth: number): ValueShape {
    if (this.#visits > MAX_VISITS) return TEXT_SHAPE;
    const { types, items, properties, others } = this.#find(schema, depth);
    const has = (type: Type): boolean => types?.has(type) === true;
    const scalars = types === undefined ? TEXT_SHAPE.scalars : SCALARS.filter(has);
    return {
      // An integer is a number.
      scalars: scalars.includes('number') ? scalars.filter((each) => each !== 'integer') : scalars,
      items: has('array') ? this.shapeOf(items ?? true, depth + 1) : undefined,
      members: has('object') ? this.#members(properties, others, depth + 1) : undefined,
    };
  }

  #members(
    properties: ReadonlyMap<string, JsonValue>,
    others: JsonValue | undefined,
    depth: number,
  ): MemberShapes {
    const known = Array.from(properties, ([name, each]) => [name, this.shapeOf(each, depth)] as const);
    return {
      known: new Map(known),
      others: this.shapeOf(others ?? true, depth),
      isOpen: others !== undefined && others !== false,
    };
  }

  #find(schema: JsonValue, depth: number): Finding {
    if (!isJsonObject(schema) || depth > MAX_DEPTH) return NOTHING;
    return this.#findings.get(schema, depth, () => this.#findIn(schema, depth));
  }

  #findIn(schema: JsonObject, depth: number): Finding {
    this.#visits += 1;
    if (this.#visits > MAX_VISITS) return NOTHING;
    const all = [own(schema)];
    const { $ref: reference } = schema;
    if (typeof reference === 'string') {
      const target = this.#definitions(reference.replace(/^#\/\$defs\//, ''));
      if (target !== undefined) all.push(this.#find(target, depth + 1));
    }
    for (const each of listOf(schema['allOf'])) all.push(this.#find(each, depth + 1));
    for (const keyword of ['anyOf', 'oneOf']) {
      const branches = listOf(schema[keyword]).map((each) => this.#find(each, depth + 1));
      if (branches.length > 0) all.push(branches.reduce((a, b) => merged(a, b, either)));
    }
    for (const each of ['then', 'else']) {
      // Conditions add members, never types.
      const found = this.#find(schema[each] ?? true, depth + 1);
      all.push({ ...found, types: undefined });
    }
    return all.reduce((a, b) => merged(a, b, both));
  }
}

/** Findings about schemas, each kept for the level at which the schema was reached. */
class ByLevel<T> {
  readonly #found = new WeakMap<object, T[]>();

  get(schema: JsonValue, level: number, find: () => T): T {
    if (typeof schema !== 'object' || schema === null) return find();
    const levels = this.#found.get(schema) ?? [];
    this.#found.set(schema, levels);
    const found = levels[level] ?? find();
    levels[level] = found;
    return found;
  }
}

type Combine = (
  a: ReadonlySet<Type> | undefined,
  b: ReadonlySet<Type> | undefined,
) => ReadonlySet<Type> | undefined;

const both: Combine = (a, b) => {
  if (a === undefined || b === undefined) return a ?? b;
  const widened = b.has('number') ? b.union(new Set<Type>(['integer'])) : b;
  const other = a.has('number') ? a.union(new Set<Type>(['integer'])) : a;
  return other.intersection(widened);
};
const either: Combine = (a, b) => (a === undefined || b === undefined ? undefined : a.union(b));

function merged(a: Finding, b: Finding, types: Combine): Finding {
  return {
    types: types(a.types, b.types),
    items: a.items ?? b.items,
    properties: new Map([...b.properties, ...a.properties]),
    others: a.others ?? b.others,
  };
}

/** Types by the keywords of the schema itself. */
function own(schema: JsonObject): Finding {
  const { properties, additionalProperties } = schema;
  return {
    types: typesOf(schema),
    items: schema['items'] ?? listOf(schema['prefixItems'])[0],
    properties: new Map(isJsonObject(properties) ? Object.entries<JsonValue>(properties) : []),
    others: additionalProperties,
  };
}

function typesOf(schema: JsonObject): ReadonlySet<Type> | undefined {
  const { type } = schema;
  const written = (isJsonList(type) ? type : [type]).filter(isType);
  if (written.length > 0) return new Set(written);
  if (isJsonList(schema['enum'])) return new Set(schema['enum'].map(typeOf));
  if (schema['const'] !== undefined) return new Set([typeOf(schema['const'])]);
  const implied = IMPLIED.find(([keywords]) => keywords.some((each) => Object.hasOwn(schema, each)));
  return implied && new Set([implied[1]]);
}

/** The type that a schema without `type` means by its keywords. */
const IMPLIED: readonly (readonly [keywords: readonly string[], type: Type])[] = [
  [['properties', 'additionalProperties', 'required', 'minProperties', 'maxProperties'], 'object'],
  [['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'], 'array'],
  [['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'], 'number'],
  [['minLength', 'maxLength', 'pattern', 'format'], 'string'],
];

function isType(value: JsonValue | undefined): value is Type {
  return TYPES.some((type) => type === value);
}

function typeOf(value: JsonValue): Type {
  if (value === null) return 'null';
  if (isJsonList(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
    case 'bigint':
      return Number.isInteger(Number(value)) ? 'integer' : 'number';
    default:
      return 'object';
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonList(value) ? value : [];
}
