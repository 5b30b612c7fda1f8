import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { UNSEEN_CONTAINS } from './evaluation.ts';
import { isFormat } from './formats.ts';
import { keywordOf } from './keywords.ts';
import type { Place, Resource } from './place.ts';
import { escapeToken, unescapeToken } from './pointer.ts';
import { type SchemaProblems, TOO_DEEP } from './problem.ts';
import { ReferenceChains } from './reference-chains.ts';
import type { SchemaBounds } from './schema-bounds.ts';
import type { SchemaLibrary } from './schema-library.ts';
import { RECURSIVE } from './schema-places.ts';
import { UniqueNames } from './unique-names.ts';
import { splitFragment } from './uri.ts';

/** Anchors that a `$dynamicRef` finds, by name: those of the outermost resource that has one. */
type DynamicScope = ReadonlyMap<string, Place>;

interface Definition {
  readonly place: Place;
  readonly scope: DynamicScope;
  readonly name: string;
}

/**
 * Translates schemas with all that they refer to into schemas of draft 2020-12 without annotations, unknown keywords and
 * unknown formats. Each has a name, and every reference in one is a `$ref` to such a name: a schema that is reached in
 * two dynamic scopes has a name for each.
 */
export class Linker {
  /** By name. */
  readonly schemas = new Map<string, JsonValue>();
  readonly #library: SchemaLibrary;
  readonly #problems: SchemaProblems;
  readonly #bounds: SchemaBounds;
  /** By place and dynamic scope. */
  readonly #definitions = new Map<string, Definition>();
  readonly #names = new UniqueNames();
  readonly #waiting: Definition[] = [];
  readonly #chains = new ReferenceChains(this.schemas);

  constructor(library: SchemaLibrary, problems: SchemaProblems, bounds: SchemaBounds) {
    this.#library = library;
    this.#problems = problems;
    this.#bounds = bounds;
  }

  /** Links a schema and all that it refers to; `added` names those that no call before this one has linked. */
  link(entry: Place): { readonly name: string; readonly added: readonly string[] } {
    const { name } = this.#definition(entry, this.#entered(entry, new Map()));
    const added: string[] = [];
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      if (this.#bounds.isExceeded) break;
      this.#bounds.begin();
      this.schemas.set(next.name, this.#linked(next.place.schema, next.place, next.scope));
      added.push(next.name);
    }
    if (!this.#bounds.isExceeded) this.#checkChains(added, entry);
    return { name, added };
  }

  #checkChains(names: readonly string[], entry: Place): void {
    for (const name of names) {
      const problem = this.#chains.problemOf(name);
      if (problem === undefined) continue;
      const { document, pointer } = ('endless' in problem && this.#placeOf(problem.endless)) || entry;
      const message =
        'endless' in problem
          ? 'the schema refers to itself for the same value, so that no validation of it ends'
          : TOO_DEEP;
      this.#problems.add(document.uri, pointer, message);
      return;
    }
  }

  #placeOf(name: string): Place | undefined {
    return this.#definitions.values().find((each) => each.name === name)?.place;
  }

  #linked(written: JsonValue, place: Place, outer: DynamicScope): JsonValue {
    if (!this.#bounds.takeSchema(written, place) || !isJsonObject(written)) return written;
    const scope = this.#entered(place, outer);
    return new SchemaLinking(written, place, {
      linked: (schema, pointer) => this.#linked(schema, this.#library.inner(place, pointer, schema), scope),
      reference: (keyword, reference) => this.#reference(keyword, reference, place, scope),
      takePattern: (pattern, pointer) => this.#bounds.takePattern(pattern, place, pointer),
    }).result();
  }

  /** The scope within a place, which its resource has entered. */
  #entered({ resource }: Pick<Place, 'resource'>, scope: DynamicScope): DynamicScope {
    const added = [...resource.dynamic].filter(([name]) => !scope.has(name));
    return added.length === 0 ? scope : new Map([...scope, ...added]);
  }

  /** The reference to the definition of a target; undefined for one that is reported. */
  #reference(keyword: string, reference: string, from: Place, scope: DynamicScope): string | undefined {
    const target = this.#library.resolve(reference, from, keyword);
    if (target === undefined) return undefined;
    const place = dynamicTarget(keyword, reference, target, scope);
    const inner = this.#entered(place, scope);
    return this.#definition(place, inner).name;
  }

  #definition(place: Place, scope: DynamicScope): Definition {
    const key = keyOf(place, scope);
    const known = this.#definitions.get(key);
    if (known !== undefined) return known;
    const last = unescapeToken(place.pointer.slice(place.pointer.lastIndexOf('/') + 1));
    const definition = { place, scope, name: this.#names.take(last) };
    this.#definitions.set(key, definition);
    this.#waiting.push(definition);
    return definition;
  }
}

/** The place that a reference means in a dynamic scope (2020-12, section 8.2.3.2; 2019-09, section 8.2.4.2.2). */
function dynamicTarget(keyword: string, reference: string, initial: Place, scope: DynamicScope): Place {
  if (keyword === '$ref') return initial;
  const name = keyword === '$recursiveRef' ? RECURSIVE : splitFragment(reference).fragment;
  const own: Resource = initial.resource;
  return own.dynamic.get(name) === initial ? (scope.get(name) ?? initial) : initial;
}

function keyOf(place: Place, scope: DynamicScope): string {
  const known =
    scopeKeys.get(scope) ??
    [...scope]
      .map(([name, each]) => `${name}=${nameOf(each)}`)
      .toSorted()
      .join(' ');
  scopeKeys.set(scope, known);
  return `${nameOf(place)} ${known}`;
}

const scopeKeys = new WeakMap<DynamicScope, string>();

function nameOf({ document, pointer }: Place): string {
  return `${document.uri}#${pointer}`;
}

/** Surroundings of one schema, for its translation. */
interface Surroundings {
  /** A schema within the schema, at a pointer into the document. */
  readonly linked: (schema: JsonValue, pointer: string) => JsonValue;
  readonly reference: (keyword: string, reference: string) => string | undefined;
  readonly takePattern: (pattern: string, pointer: string) => void;
}

/** Names that an object with a member must have, or a schema that it must fit. */
function ifPresent(name: string, needed: JsonValue): JsonObject {
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  return { if: { required: [name] }, then: isJsonList(needed) ? { required: needed } : needed };
}

/** The translation of one schema of any dialect into one of draft 2020-12. */
class SchemaLinking {
  readonly #schema: JsonObject;
  readonly #place: Place;
  readonly #surroundings: Surroundings;
  readonly #result = new Map<string, JsonValue>();
  /** Schemas that must hold as well. */
  readonly #further: JsonValue[] = [];

  constructor(schema: JsonObject, place: Place, surroundings: Surroundings) {
    this.#schema = schema;
    this.#place = place;
    this.#surroundings = surroundings;
  }

  result(): JsonObject {
    const { dialect } = this.#place.resource;
    const { $ref } = this.#schema;
    if (dialect.isReferenceAlone && typeof $ref === 'string') this.#reference('$ref', $ref);
    else {
      for (const [name, value] of Object.entries<JsonValue>(this.#schema)) {
        const keyword = keywordOf(name, dialect);
        if (keyword !== undefined && !keyword.isAnnotation) this.#keyword(name, value);
      }
    }
    this.#protect();
    if (this.#further.length > 0) {
      const all = this.#result.get('allOf');
      this.#result.set('allOf', [...(isJsonList(all) ? all : []), ...this.#further]);
    }
    return Object.fromEntries(this.#result);
  }

  #keyword(name: string, value: JsonValue): void {
    switch (name) {
      case '$defs':
      case 'definitions':
        return;
      case '$ref':
      case '$dynamicRef':
      case '$recursiveRef':
        if (typeof value === 'string') this.#reference(name, value);
        return;
      case 'format':
        if (typeof value === 'string' && isFormat(value)) this.#result.set(name, value);
        return;
      case 'items':
        this.#items(value);
        return;
      case 'additionalItems':
        if (isJsonList(this.#schema['items'])) this.#result.set('items', this.#inner(value, name));
        return;
      case 'dependencies':
      case 'dependentRequired':
      case 'dependentSchemas':
        this.#dependencies(name, value);
        return;
      case 'contains':
        this.#plain(name, value);
        if (this.#place.resource.dialect.name === '2019-09') this.#result.set(UNSEEN_CONTAINS, true);
        return;
      case 'minimum':
      case 'maximum':
        this.#limit(name, value, name === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum');
        return;
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
        if (typeof value !== 'boolean') this.#result.set(name, value);
        return;
      default:
        this.#plain(name, value);
    }
  }

  #plain(name: string, value: JsonValue): void {
    if (name === 'pattern' && typeof value === 'string') this.#pattern(value, name);
    if (name === 'patternProperties' && isJsonObject(value))
      for (const pattern of Object.keys(value)) this.#pattern(pattern, `${name}/${escapeToken(pattern)}`);
    const holds = keywordOf(name, this.#place.resource.dialect)?.holds;
    this.#result.set(name, holds === undefined ? value : this.#inner(value, name));
  }

  /** The library skips a property or pattern `__proto__`, so that it becomes a pattern with another text. */
  #protect(): void {
    const added = [
      ...this.#renamed('properties', '^__proto__$'),
      ...this.#renamed('patternProperties', '(?:__proto__)'),
    ];
    if (added.length === 0) return;
    for (const [pattern] of added) this.#pattern(pattern, 'properties/__proto__');
    const patterns = this.#result.get('patternProperties');
    const others = isJsonObject(patterns) ? Object.entries<JsonValue>(patterns) : [];
    this.#result.set('patternProperties', Object.fromEntries([...others, ...added]));
  }

  /** Takes the member `__proto__` out of a keyword; empty if it has none. */
  #renamed(keyword: string, pattern: string): readonly (readonly [string, JsonValue])[] {
    const members = this.#result.get(keyword);
    if (!isJsonObject(members) || !Object.hasOwn(members, '__proto__')) return [];
    const entries = Object.entries<JsonValue>(members);
    this.#result.set(keyword, Object.fromEntries(entries.filter(([name]) => name !== '__proto__')));
    return entries.flatMap(([name, schema]) => (name === '__proto__' ? [[pattern, schema] as const] : []));
  }

  #pattern(pattern: string, at: string): void {
    this.#surroundings.takePattern(pattern, `${this.#place.pointer}/${at}`);
  }

  #reference(keyword: string, reference: string): void {
    const $ref = this.#surroundings.reference(keyword, reference);
    if ($ref === undefined) return;
    if (this.#result.has('$ref')) this.#further.push({ $ref });
    else this.#result.set('$ref', $ref);
  }

  /** Schemas in the value of a keyword, linked. */
  #inner(value: JsonValue, keyword: string): JsonValue {
    const at = `${this.#place.pointer}/${escapeToken(keyword)}`;
    const { linked } = this.#surroundings;
    const holds = keywordOf(keyword, this.#place.resource.dialect)?.holds;
    if (isJsonList(value)) return value.map((each, index) => linked(each, `${at}/${index}`));
    if (holds !== 'map' || !isJsonObject(value)) return linked(value, at);
    return Object.fromEntries(
      Object.entries<JsonValue>(value).map(([name, each]) => [
        name,
        linked(each, `${at}/${escapeToken(name)}`),
      ]),
    );
  }

  /** Before 2020-12, a list in `items` was what `prefixItems` is now. */
  #items(value: JsonValue): void {
    if (!isJsonList(value)) this.#result.set('items', this.#inner(value, 'items'));
    else if (value.length > 0) this.#result.set('prefixItems', this.#inner(value, 'items'));
  }

  #dependencies(keyword: string, value: JsonValue): void {
    if (!isJsonObject(value)) return;
    const at = `${this.#place.pointer}/${keyword}`;
    const names: [string, JsonValue][] = [];
    const schemas: [string, JsonValue][] = [];
    for (const [name, each] of Object.entries<JsonValue>(value)) {
      const inner = isJsonList(each) ? each : this.#surroundings.linked(each, `${at}/${escapeToken(name)}`);
      // The library skips this name.
      if (name === '__proto__') this.#further.push(ifPresent(name, inner));
      else (isJsonList(each) ? names : schemas).push([name, inner]);
    }
    if (names.length > 0) this.#further.push({ dependentRequired: Object.fromEntries(names) });
    if (schemas.length > 0) this.#further.push({ dependentSchemas: Object.fromEntries(schemas) });
  }

  /** In draft-04 `exclusiveMinimum: true` makes `minimum` exclusive. */
  #limit(name: string, value: JsonValue, exclusive: string): void {
    this.#result.set(this.#schema[exclusive] === true ? exclusive : name, value);
  }
}
