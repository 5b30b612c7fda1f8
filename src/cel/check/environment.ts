import type { FunctionDeclaration } from '../library/function.ts';
import { FUNCTIONS } from '../library/library.ts';
import { MACROS } from '../library/macros.ts';
import { RESERVED } from '../syntax/token.ts';
import { DYN, parseType, type Type } from '../value/type.ts';
import type { MessageTypes } from './message-types.ts';

/**
 * Names, functions and types that an expression may use. Created once per set of names and shared by every expression
 * over them: creating one costs far more than compiling a small expression.
 */
export interface Environment {
  /** Types of the roots; a root with dotted names below it has an object type. */
  readonly roots: ReadonlyMap<string, Type>;
  /** Types of the declared names, dotted as declared. */
  readonly names: ReadonlyMap<string, Type>;
  /** Maximum number of characters in the values of declared names, including all nested values. */
  readonly bounds: ReadonlyMap<string, number>;
  /** Declared names whose values are the same for every request. */
  readonly fixed: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Namespaces of functions and macros: the part before the last dot, such as `math`. */
  readonly namespaces: ReadonlySet<string>;
  /** Types that are values, by name. */
  readonly types: ReadonlyMap<string, Type>;
  /** Protobuf types; undefined if there are none. */
  readonly messages?: MessageTypes | undefined;
  /** Namespace in which names are looked up first, such as `a.b`; empty if there is none. */
  readonly container: string;
}

/** Names that are not identifiers in CEL, or that one of our objects cannot have as a property. */
const IMPOSSIBLE = new Set(['constructor', 'false', 'in', 'null', 'prototype', 'true', '__proto__']);

/** True if `name` (without dots) can be declared as a field such as `data.NAME`. */
export function isDeclarable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !IMPOSSIBLE.has(name);
}

export interface Declaration {
  readonly type: string | Type;
  /** Maximum number of characters in its values, including all nested values; by default that of request headers. */
  readonly max?: number;
  /** True if the value is the same for every request. */
  readonly isFixed?: boolean;
}

/**
 * The environment for a table of dotted names such as `request.headers`. The part before a dot becomes an object type
 * with the declared fields. `added` functions are available in addition to those of the language; one with the name
 * of an existing function adds its overloads. Throws a `TypeError` on a name that cannot be declared, on one that is
 * both a value and an object, and on a type that is not valid: tables are our own, or were checked before.
 */
export function createEnvironment(
  names: Readonly<Record<string, Declaration>>,
  added: readonly FunctionDeclaration[] = [],
): Environment {
  const types = new Map<string, Type>();
  const top: Branch = new Map();
  const bounds = new Map<string, number>();
  for (const [name, { type, max }] of Object.entries(names)) {
    const parsed = typeof type === 'string' ? parseType(type) : type;
    if (parsed === undefined) throw new TypeError(`\`${name}\` has a type that is not valid`);
    types.set(name, parsed);
    if (max !== undefined) bounds.set(name, max);
    plant(top, name, parsed);
  }
  const functions = withAdded(added);
  return {
    roots: objectFields(top, ''),
    names: types,
    bounds,
    fixed: new Set(),
    functions,
    namespaces: new Set([...functions.keys(), ...Object.keys(MACROS)].flatMap(namespaceOf)),
    types: new Map([...TYPES, ...[...functions.values()].flatMap(addedTypes)]),
    container: '',
  };
}

/**
 * The environment with further names below a root of their own, `root.NAME`. Takes far less time than a new one.
 * Throws a `TypeError` as `createEnvironment` does, and on a root that is declared.
 */
export function extendEnvironment(
  environment: Environment,
  root: string,
  names: ReadonlyMap<string, Declaration>,
): Environment {
  const fields = new Map<string, Type>();
  const all = new Map(environment.names);
  const bounds = new Map(environment.bounds);
  const fixed = new Set(environment.fixed);
  if (environment.roots.has(root)) throw new TypeError(`\`${root}\` is declared twice`);
  for (const [name, { type, max, isFixed }] of names) {
    const parsed = typeof type === 'string' ? parseType(type) : type;
    if (parsed === undefined || !isDeclarable(name))
      throw new TypeError(`\`${root}.${name}\` cannot be declared`);
    fields.set(name, parsed);
    all.set(`${root}.${name}`, parsed);
    if (max !== undefined) bounds.set(`${root}.${name}`, max);
    if (isFixed === true) fixed.add(`${root}.${name}`);
  }
  const roots = new Map(environment.roots).set(root, { kind: 'object', name: root, fields });
  return { ...environment, roots, names: all, bounds, fixed };
}

/** The environment with the types of messages, in which declared names of the form `root.name` have other types. */
export function withMessageTypes(
  environment: Environment,
  messages: MessageTypes,
  changed: ReadonlyMap<string, Type>,
): Environment {
  const names = new Map(environment.names);
  const roots = new Map(environment.roots);
  for (const [name, type] of changed) {
    const [root = '', field = ''] = name.split('.');
    const object = roots.get(root);
    if (object?.kind !== 'object' || !object.fields.has(field))
      throw new TypeError(`\`${name}\` is not declared`);
    names.set(name, type);
    roots.set(root, { ...object, fields: new Map(object.fields).set(field, type) });
  }
  return { ...environment, messages, names, roots };
}

function withAdded(added: readonly FunctionDeclaration[]): ReadonlyMap<string, FunctionDeclaration> {
  if (added.length === 0) return FUNCTIONS;
  const functions = new Map(FUNCTIONS);
  for (const declaration of added) {
    const { overloads = [] } = functions.get(declaration.name) ?? {};
    functions.set(declaration.name, { ...declaration, overloads: [...overloads, ...declaration.overloads] });
  }
  return functions;
}

function namespaceOf(name: string): readonly string[] {
  return name.includes('.') ? [name.slice(0, name.lastIndexOf('.'))] : [];
}

/** Types that the functions of a library return. */
function addedTypes({ overloads }: FunctionDeclaration): readonly (readonly [string, Type])[] {
  return overloads.flatMap(({ result }) => (result.kind === 'opaque' ? [[result.name, result]] : []));
}

const TYPES: readonly (readonly [string, Type])[] = [
  ['bool', { kind: 'bool' }],
  ['int', { kind: 'int' }],
  ['uint', { kind: 'uint' }],
  ['double', { kind: 'double' }],
  ['string', { kind: 'string' }],
  ['bytes', { kind: 'bytes' }],
  ['list', { kind: 'list', element: DYN }],
  ['map', { kind: 'map', key: DYN, value: DYN }],
  ['null_type', { kind: 'null' }],
  ['type', { kind: 'type', of: undefined }],
  ['optional_type', { kind: 'optional', of: DYN }],
  ['google.protobuf.Timestamp', { kind: 'timestamp' }],
  ['google.protobuf.Duration', { kind: 'duration' }],
];

type Branch = Map<string, Branch | Type>;

function plant(top: Branch, name: string, type: Type): void {
  const segments = name.split('.');
  const last = segments.pop() ?? '';
  let branch = top;
  if (![...segments, last].every(isDeclarable) || RESERVED.has(segments[0] ?? last)) {
    throw new TypeError(`\`${name}\` cannot be declared`);
  }
  for (const segment of segments) {
    const next = branch.get(segment) ?? new Map();
    if (!(next instanceof Map)) throw new TypeError(`\`${name}\` is below a name that is a value`);
    branch.set(segment, next);
    branch = next;
  }
  if (branch.has(last)) throw new TypeError(`\`${name}\` is declared twice`);
  branch.set(last, type);
}

function objectFields(branch: Branch, prefix: string): ReadonlyMap<string, Type> {
  const fields = new Map<string, Type>();
  for (const [name, below] of branch) {
    const dotted = prefix === '' ? name : `${prefix}.${name}`;
    fields.set(
      name,
      below instanceof Map ? { kind: 'object', name: dotted, fields: objectFields(below, dotted) } : below,
    );
  }
  return fields;
}
