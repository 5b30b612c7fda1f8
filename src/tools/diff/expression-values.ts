import { parse } from '../../cel/syntax/parse.ts';
import { childrenOf, type Node } from '../../cel/syntax/tree.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { type Field, fieldOf, keyOf } from './field.ts';
import { sampleOfPattern } from './pattern-sample.ts';

/** A place that an expression reads, with values at which the expression may change its mind, the likeliest first. */
export interface FieldValues {
  readonly field: Field;
  readonly values: readonly JsonValue[];
}

/** Values that an expression reads besides the request. */
export interface ExpressionScope {
  /** Sources of the variables of the policy, by name. */
  readonly variables: ReadonlyMap<string, string>;
  /** `data`, `env` and `params`. */
  readonly constants: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
}

/** Most values of one place that one expression gives. */
const MOST_VALUES = 60;
/** Levels of variables that read others. */
const MOST_DEPTH = 8;

/** The places that an expression reads, each with the values that are compared with it and their neighbours. */
export function valuesIn(source: string, scope: ExpressionScope): readonly FieldValues[] {
  const found = new Map<string, { readonly field: Field; readonly values: Set<JsonValue> }>();
  for (const { fields, values } of atomsOf(source, scope, 0)) {
    for (const field of fields) {
      const known = found.get(keyOf(field)) ?? { field, values: new Set() };
      found.set(keyOf(field), known);
      for (const value of values) if (known.values.size < MOST_VALUES) known.values.add(value);
    }
  }
  return [...found.values()].map(({ field, values }) => ({ field, values: [...values] }));
}

/** One condition without `&&`, `||` and `!`: what it reads and what it compares it with. */
interface Atom {
  readonly fields: readonly Field[];
  readonly values: readonly JsonValue[];
}

function atomsOf(source: string, scope: ExpressionScope, depth: number): readonly Atom[] {
  const { root, problems } = parse(source);
  if (problems.length > 0 || depth > MOST_DEPTH) return [];
  return conditionsIn(root).map((node) => new AtomReader(scope, depth).read(node));
}

function conditionsIn(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'logic':
      return node.operands.flatMap(conditionsIn);
    case 'condition':
      return [node.test, node.yes, node.no].flatMap(conditionsIn);
    case 'operator':
      return node.operator === '!' ? node.operands.flatMap(conditionsIn) : [node];
    default:
      return [node];
  }
}

/** Shared by two places that are compared with each other. */
const SAME = 'x';

class AtomReader {
  readonly #scope: ExpressionScope;
  readonly #depth: number;
  readonly #fields: Field[] = [];
  readonly #values: JsonValue[] = [];
  #isList = false;
  #isSize = false;

  constructor(scope: ExpressionScope, depth: number) {
    this.#scope = scope;
    this.#depth = depth;
  }

  read(node: Node): Atom {
    this.#visit(node, '==');
    const plain = this.#values.length === 0 ? [SAME, true, false, 1] : this.#values;
    const sized = this.#isSize ? plain.flatMap(sizedBy) : [];
    const lists = this.#isList ? [...plain.map((value) => [value]), plain] : [];
    return { fields: this.#fields, values: [...sized, ...plain, ...lists] };
  }

  #visit(node: Node, test: string): void {
    const segments = segmentsOf(node);
    if (segments !== undefined) {
      this.#name(segments);
      if (node.kind === 'index') this.#keysIn(node);
      return;
    }
    if (node.kind === 'literal') return this.#literal(node.value, test);
    if (node.kind === 'loop' || node.kind === 'optional_map') this.#isList = true;
    if (node.kind === 'operator' && node.operator === 'in') this.#isList = true;
    if (node.kind === 'call' && node.name === 'size') this.#isSize = true;
    const inner = node.kind === 'operator' ? node.operator : node.kind === 'call' ? node.name : test;
    for (const child of childrenOf(node)) this.#visit(child, inner);
  }

  /** Names in the keys of an index, as in `data.owners[request.params.id]`. */
  #keysIn(node: Node): void {
    for (let at = node; at.kind === 'index' || at.kind === 'select'; at = at.operand) {
      if (at.kind === 'index' && at.index.kind !== 'literal') this.#visit(at.index, '==');
    }
  }

  #name(segments: readonly string[]): void {
    const [root = '', name = ''] = segments;
    const constants = this.#scope.constants[root];
    if (constants !== undefined) {
      for (const value of plainValues(memberAt(constants, segments.slice(1)))) this.#literal(value, '==');
      return;
    }
    const variable = root === 'variables' ? this.#scope.variables.get(name) : undefined;
    if (variable !== undefined) {
      for (const { fields, values } of atomsOf(variable, this.#scope, this.#depth + 1)) {
        this.#fields.push(...fields);
        this.#values.push(...values.filter((value) => value !== SAME));
      }
      return;
    }
    const field = fieldOf(segments);
    if (field !== undefined) this.#fields.push(field);
  }

  #literal(value: unknown, test: string): void {
    if (typeof value === 'number') this.#values.push(...neighbours(value, test));
    else if (typeof value === 'bigint') this.#values.push(value, value - 1n, value + 1n);
    else if (typeof value === 'boolean') this.#values.push(value, !value);
    else if (typeof value === 'string') this.#values.push(...texts(value, test));
  }
}

/** A number and those beside it, that which fulfils the comparison first. */
function neighbours(value: number, test: string): readonly number[] {
  if (test === '<') return [value - 1, value, value + 1];
  if (test === '>' || test === '!=') return [value + 1, value, value - 1];
  return [value, value + 1, value - 1];
}

function texts(value: string, test: string): readonly string[] {
  const longer = `${value}${SAME}`;
  switch (test) {
    case 'startsWith':
      return [longer, value];
    case 'endsWith':
      return [`${SAME}${value}`, value];
    case 'contains':
      return [`${SAME}${value}${SAME}`, value];
    case 'matches': {
      const sample = sampleOfPattern(value);
      return sample === undefined ? [value] : [sample, `${sample}\n`, value];
    }
    case '!=':
      return [longer, value];
    default:
      return [value, longer];
  }
}

/** Texts and lists as long as a number that `size` is compared with. */
function sizedBy(value: JsonValue): readonly JsonValue[] {
  if (typeof value !== 'number' || value < 0 || value > 1000) return [];
  return [SAME.repeat(value), Array.from({ length: value }, (_, index) => `${SAME}${index}`)];
}

function memberAt(value: JsonValue, path: readonly string[]): JsonValue {
  let at: JsonValue = value;
  for (const name of path) {
    const next: JsonValue | undefined = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

/** The texts, numbers and keys in a value. */
function plainValues(value: JsonValue): readonly JsonValue[] {
  if (isJsonList(value)) return value.slice(0, MOST_VALUES).flatMap(plainValues);
  if (!isJsonObject(value)) return [value];
  return Object.entries(value)
    .slice(0, MOST_VALUES)
    .flatMap(([name, each]) => [name, ...plainValues(each)]);
}

/** The name and the literal keys of `a.b['c']`; what follows a key that is not a literal is left out. */
function segmentsOf(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'name':
      return [node.name];
    case 'select':
    case 'has': {
      const before = segmentsOf(node.operand);
      return before && [...before, node.field];
    }
    case 'index': {
      const before = segmentsOf(node.operand);
      const key = node.index.kind === 'literal' ? node.index.value : undefined;
      return before && (typeof key === 'string' ? [...before, key] : before);
    }
    default:
      return undefined;
  }
}
