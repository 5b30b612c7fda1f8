import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { ASSERTIONS, written } from './assertions.ts';
import { EvaluatedParts } from './evaluated-parts.ts';
import type { Pattern } from './pattern.ts';
import { escapeToken } from './pointer.ts';

/** Linked schemas by name, with their patterns compiled. */
export interface Rules {
  readonly schemas: ReadonlyMap<string, JsonValue>;
  readonly patterns: ReadonlyMap<string, Pattern>;
}

/** A part of a body that does not fit. */
export interface SchemaError {
  /** JSON pointer (RFC 6901) into the body, empty for the whole of it. */
  readonly pointer: string;
  /** The expectation, as a predicate: "must be a string". It never shows a value of the body. */
  readonly message: string;
  /** Keyword that it does not fit. */
  readonly keyword: string;
  /** Number of tokens of the pointer. */
  readonly depth: number;
}

/** A keyword of linked schemas: `contains` beside it evaluates nothing, as in 2019-09. */
export const UNSEEN_CONTAINS = 'unseenContains';

/** Most errors that are looked for in one body. */
const MAX_ERRORS = 5;

/** Evaluation of a schema for one value at a time, keyword by keyword: for errors, and for what is evaluated. */
export class Evaluation {
  readonly #rules: Rules;
  readonly #spend: () => void;
  /** Tokens of the JSON pointer of the current value, escaped. */
  readonly #path: string[] = [];
  #errors: SchemaError[] | undefined;

  /** `spend` is called for each schema that is evaluated, and may throw. */
  constructor(rules: Rules, spend: () => void) {
    this.#rules = rules;
    this.#spend = spend;
  }

  /** Adds the first errors of a value for the schema of a name. An exception of `spend` passes through, after the errors so far. */
  findErrors(name: string, value: JsonValue, errors: SchemaError[]): void {
    this.#errors = errors;
    this.#visit(this.#schemaNamed(name), value, new EvaluatedParts());
  }

  /** True if a value fits a schema of these. */
  fits(schema: JsonValue, value: JsonValue): boolean {
    this.#errors = undefined;
    return this.#visit(schema, value, new EvaluatedParts());
  }

  /** True if the value fits; `seen` then has the parts that are evaluated. */
  #visit(schema: JsonValue, value: JsonValue, seen: EvaluatedParts): boolean {
    this.#spend();
    if (!isJsonObject(schema)) return schema === true || this.#fail('false', 'is not expected');
    if (!('unevaluatedProperties' in schema) && !('unevaluatedItems' in schema))
      return this.#keywords(schema, value, seen);
    // These keywords see what the schema itself evaluates, and not what schemas beside it do.
    const own = new EvaluatedParts();
    const isFitting = this.#keywords(schema, value, own) && this.#unevaluated(schema, value, own);
    seen.add(own);
    return isFitting;
  }

  #keywords(schema: JsonObject, value: JsonValue, seen: EvaluatedParts): boolean {
    return this.#every(Object.entries<JsonValue>(schema), ([keyword, wanted]) =>
      this.#holds(keyword, wanted, value, schema, seen),
    );
  }

  get #looksFurther(): boolean {
    return this.#errors !== undefined && this.#errors.length < MAX_ERRORS;
  }

  #holds(
    keyword: string,
    wanted: JsonValue,
    value: JsonValue,
    schema: JsonObject,
    seen: EvaluatedParts,
  ): boolean {
    const assertion = ASSERTIONS.get(keyword);
    if (assertion !== undefined)
      return assertion.fits(wanted, value) || this.#fail(keyword, `must ${assertion.words(wanted)}`);
    switch (keyword) {
      case '$ref':
        return this.#visit(this.#schemaNamed(written(wanted)), value, seen);
      case 'pattern':
        return (
          typeof value !== 'string' ||
          this.#matches(written(wanted), value) ||
          this.#fail(keyword, `must match pattern "${written(wanted)}"`)
        );
      case 'allOf':
        return this.#every(isJsonList(wanted) ? wanted : [], (each) => this.#visit(each, value, seen));
      case 'anyOf':
      case 'oneOf':
        return this.#some(keyword, isJsonList(wanted) ? wanted : [], value, seen);
      case 'not':
        return (
          !this.#silently(() => this.#visit(wanted, value, new EvaluatedParts())) ||
          this.#fail(keyword, 'must not fit the schema of `not`')
        );
      case 'if':
        return this.#condition(schema, value, seen);
      default:
        if (isJsonObject(value)) return this.#members(keyword, wanted, value, schema, seen);
        return isJsonList(value) ? this.#items(keyword, wanted, value, schema, seen) : true;
    }
  }

  #members(
    keyword: string,
    wanted: JsonValue,
    value: JsonObject,
    schema: JsonObject,
    seen: EvaluatedParts,
  ): boolean {
    const given = isJsonObject(wanted) ? wanted : {};
    const has = (name: string): boolean => Object.hasOwn(value, name);
    switch (keyword) {
      case 'required':
        return this.#every(
          isJsonList(wanted) ? wanted.map(written) : [],
          (name) => has(name) || this.#fail(keyword, `must have the member \`${name}\``),
        );
      case 'properties':
        return this.#every(Object.keys(given).filter(has), (name) =>
          this.#member(given[name] ?? true, value, name, seen),
        );
      case 'patternProperties':
        return this.#every(Object.entries<JsonValue>(given), ([pattern, each]) =>
          this.#every(
            Object.keys(value),
            (name) => !this.#matches(pattern, name) || this.#member(each, value, name, seen),
          ),
        );
      case 'additionalProperties':
        return this.#every(this.#additional(value, schema), (name) =>
          this.#member(wanted, value, name, seen),
        );
      case 'propertyNames':
        return this.#every(Object.keys(value), (name) =>
          this.#at(name, () => this.#visit(wanted, name, new EvaluatedParts())),
        );
      case 'dependentRequired':
        return this.#every(
          Object.entries<JsonValue>(given).filter(([name]) => has(name)),
          ([name, needed]) =>
            this.#every(
              isJsonList(needed) ? needed.map(written) : [],
              (each) =>
                has(each) || this.#fail(keyword, `must have the member \`${each}\` beside \`${name}\``),
            ),
        );
      case 'dependentSchemas':
        return this.#every(
          Object.entries<JsonValue>(given).filter(([name]) => has(name)),
          ([, each]) => this.#visit(each, value, seen),
        );
      default:
        return true;
    }
  }

  /** Names of members that neither `properties` nor `patternProperties` beside them have. */
  #additional(value: JsonObject, { properties, patternProperties }: JsonObject): readonly string[] {
    const patterns = isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
    return Object.keys(value).filter(
      (name) =>
        !(isJsonObject(properties) && Object.hasOwn(properties, name)) &&
        !patterns.some((pattern) => this.#matches(pattern, name)),
    );
  }

  #items(
    keyword: string,
    wanted: JsonValue,
    value: readonly JsonValue[],
    schema: JsonObject,
    seen: EvaluatedParts,
  ): boolean {
    const { prefixItems } = schema;
    switch (keyword) {
      case 'prefixItems': {
        const schemas = isJsonList(wanted) ? wanted : [];
        seen.firstItems = Math.max(seen.firstItems, Math.min(schemas.length, value.length));
        return this.#every(schemas.slice(0, value.length).entries(), ([index, each]) =>
          this.#item(each, value, index),
        );
      }
      case 'items': {
        const from = isJsonList(prefixItems) ? prefixItems.length : 0;
        seen.firstItems = value.length;
        return this.#every(value.slice(from).keys(), (index) => this.#item(wanted, value, from + index));
      }
      case 'contains':
        return this.#contains(wanted, value, schema, seen);
      default:
        return true;
    }
  }

  #contains(
    wanted: JsonValue,
    value: readonly JsonValue[],
    schema: JsonObject,
    seen: EvaluatedParts,
  ): boolean {
    const { minContains = 1, maxContains = Number.POSITIVE_INFINITY } = schema;
    let count = 0;
    for (const index of value.keys()) {
      if (!this.#silently(() => this.#item(wanted, value, index))) continue;
      count += 1;
      if (schema[UNSEEN_CONTAINS] !== true) seen.addItem(index);
    }
    if (count < Number(minContains))
      return this.#fail(
        'contains',
        `must have at least ${written(minContains)} of the items that \`contains\` describes`,
      );
    return (
      count <= Number(maxContains) ||
      this.#fail(
        'contains',
        `must have at most ${written(maxContains)} of the items that \`contains\` describes`,
      )
    );
  }

  #unevaluated(schema: JsonObject, value: JsonValue, seen: EvaluatedParts): boolean {
    const { unevaluatedProperties, unevaluatedItems } = schema;
    if (unevaluatedProperties !== undefined && isJsonObject(value)) {
      const names = Object.keys(value).filter((name) => !seen.hasMember(name));
      const fits = this.#every(names, (name) => this.#member(unevaluatedProperties, value, name, seen));
      seen.allMembers = true;
      return fits;
    }
    if (unevaluatedItems !== undefined && isJsonList(value)) {
      const indexes = [...value.keys()].filter((index) => !seen.hasItem(index));
      const fits = this.#every(indexes, (index) => this.#item(unevaluatedItems, value, index));
      seen.firstItems = value.length;
      return fits;
    }
    return true;
  }

  #condition(schema: JsonObject, value: JsonValue, seen: EvaluatedParts): boolean {
    const own = new EvaluatedParts();
    const holds = this.#silently(() => this.#visit(schema['if'] ?? true, value, own));
    if (holds) seen.add(own);
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    const { then: chosen = true, else: other = true } = schema;
    return this.#visit(holds ? chosen : other, value, seen);
  }

  #some(
    keyword: 'anyOf' | 'oneOf',
    schemas: readonly JsonValue[],
    value: JsonValue,
    seen: EvaluatedParts,
  ): boolean {
    let fitting = 0;
    for (const schema of schemas) {
      const own = new EvaluatedParts();
      if (!this.#silently(() => this.#visit(schema, value, own))) continue;
      fitting += 1;
      seen.add(own);
    }
    if (fitting > 1 && keyword === 'oneOf')
      return this.#fail(keyword, 'must fit only one schema of `oneOf`, and fits several');
    return fitting > 0 || this.#failSome(keyword, schemas, value);
  }

  /** Reports the errors for the only schema of the kind of the value, if one stands out. */
  #failSome(keyword: string, schemas: readonly JsonValue[], value: JsonValue): false {
    const errors = this.#errors;
    if (errors === undefined) return false;
    const tried = schemas.map((schema) => {
      this.#errors = [];
      this.#visit(schema, value, new EvaluatedParts());
      const found = this.#errors;
      this.#errors = errors;
      return found;
    });
    const depth = this.#path.length;
    const only =
      onlyOne(tried, (each) => isOtherKind(each, depth)) ??
      onlyOne(tried, (each) => isOtherKind(each, depth) || each.keyword === 'required');
    if (only === undefined) return this.#fail(keyword, `must fit a schema of \`${keyword}\``);
    errors.push(...only.slice(0, MAX_ERRORS - errors.length));
    return false;
  }

  #member(schema: JsonValue, value: JsonObject, name: string, seen: EvaluatedParts): boolean {
    seen.addMember(name);
    return this.#at(name, () => this.#visit(schema, value[name] ?? null, new EvaluatedParts()));
  }

  #item(schema: JsonValue, value: readonly JsonValue[], index: number): boolean {
    return this.#at(String(index), () => this.#visit(schema, value[index] ?? null, new EvaluatedParts()));
  }

  #at(token: string, visit: () => boolean): boolean {
    this.#path.push(token);
    const fits = visit();
    this.#path.pop();
    return fits;
  }

  /** True if all fit; stops after the first that does not, unless more errors are looked for. */
  #every<T>(parts: Iterable<T>, fits: (part: T) => boolean): boolean {
    let isFitting = true;
    for (const part of parts) {
      if (fits(part)) continue;
      isFitting = false;
      if (!this.#looksFurther) return false;
    }
    return isFitting;
  }

  #silently(visit: () => boolean): boolean {
    const errors = this.#errors;
    this.#errors = undefined;
    const fits = visit();
    this.#errors = errors;
    return fits;
  }

  #schemaNamed(name: string): JsonValue {
    return this.#rules.schemas.get(name) ?? true;
  }

  #matches(pattern: string, text: string): boolean {
    return this.#rules.patterns.get(pattern)?.test(text) === true;
  }

  #fail(keyword: string, message: string): false {
    if (this.#looksFurther)
      this.#errors?.push({
        pointer: this.#path.map((token) => `/${escapeToken(token)}`).join(''),
        message,
        keyword,
        depth: this.#path.length,
      });
    return false;
  }
}

/** The only one of several lists of errors that has no error of some kind; undefined if there are none or more. */
function onlyOne(
  tried: readonly (readonly SchemaError[])[],
  excludes: (error: SchemaError) => boolean,
): readonly SchemaError[] | undefined {
  const left = tried.filter((errors) => !errors.some(excludes));
  return left.length === 1 ? left[0] : undefined;
}

/** True for an error that says that a value at this depth is of another kind than a schema describes. */
function isOtherKind(error: SchemaError, depth: number): boolean {
  const isTag = error.keyword === 'const' || error.keyword === 'enum';
  return error.depth <= (isTag ? depth + 1 : depth) && (isTag || error.keyword === 'type');
}
