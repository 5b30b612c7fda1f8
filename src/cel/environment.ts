import { parseType, type Type } from './type.ts';

/**
 * What an expression may read. Made once per set of names and shared by every expression over them: making one
 * costs far more than compiling a small expression.
 */
export interface Environment {
  /** Type of each root; those with dotted names below them are object types. */
  readonly roots: ReadonlyMap<string, Type>;
  /** Type of each declared name, dotted as it was declared. */
  readonly names: ReadonlyMap<string, Type>;
}

/** Not identifiers to CEL, or names that a property of ours cannot have. */
const IMPOSSIBLE = new Set(['constructor', 'false', 'in', 'null', 'prototype', 'true', '__proto__']);

/** Words that CEL reserves. Behind a dot they are names like any other. */
const RESERVED = new Set(
  'as break const continue else for function if import let loop namespace package return var void while'.split(
    ' ',
  ),
);

/** Whether `name` (no dots) can be declared as a field such as `data.NAME`. */
export function isDeclarable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !IMPOSSIBLE.has(name);
}

/**
 * The environment for a table of dotted names such as `request.headers`. What stands before a dot becomes an
 * object type with the declared fields. Throws a `TypeError` on a name that cannot be declared, on one that is
 * both a value and an object, and on a type without a spelling: tables are ours, or were checked before.
 */
export function createEnvironment(
  names: Readonly<Record<string, { readonly type: string | Type }>>,
): Environment {
  const types = new Map<string, Type>();
  const top: Branch = new Map();
  for (const [name, { type }] of Object.entries(names)) {
    const parsed = typeof type === 'string' ? parseType(type) : type;
    if (parsed === undefined) throw new TypeError(`\`${name}\` has a type that cannot be read`);
    types.set(name, parsed);
    plant(top, name, parsed);
  }
  return { roots: objectFields(top, ''), names: types };
}

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
    if (!(next instanceof Map)) throw new TypeError(`\`${name}\` lies below a name that is a value`);
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
