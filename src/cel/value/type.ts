/** CEL type. `object` has declared fields; the checker reports the use of any other field. */
export type Type =
  | { readonly kind: Simple }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'optional'; readonly of: Type }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, Type> }
  /** Protobuf message. The environment knows its fields, which can have this type again. */
  | { readonly kind: 'message'; readonly name: string }
  /** Scalar that can be null, such as `google.protobuf.Int64Value`. */
  | { readonly kind: 'wrapper'; readonly of: Type }
  /** Type of a type; `of` is undefined for any type. */
  | { readonly kind: 'type'; readonly of: Type | undefined }
  /** Type that a library adds, such as `net.IP`. */
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly Type[] }
  /** Type parameter, resolved by a call or its context: `T` in `list(T)`. */
  | { readonly kind: 'parameter'; readonly name: string };

export type Simple =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'null'
  | 'dyn'
  /** Type of a part with a reported mistake; assignable everywhere. */
  | 'error';

const SPELLED = [
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'timestamp',
  'duration',
  'null',
  'dyn',
] as const satisfies Simple[];

const SIMPLE: ReadonlyMap<string, Type> = new Map(SPELLED.map((kind) => [kind, { kind }]));

export const BOOL: Type = { kind: 'bool' };
export const INT: Type = { kind: 'int' };
export const STRING: Type = { kind: 'string' };
export const NULL: Type = { kind: 'null' };
export const DYN: Type = { kind: 'dyn' };
export const ERROR: Type = { kind: 'error' };

/** Maximum nesting of type expressions. */
const MAX_NESTING = 16;

/** The type of a name that is not a simple type; undefined if there is none. */
export type NamedTypes = (name: string) => Type | undefined;

const NO_NAMES: NamedTypes = () => undefined;

/**
 * The type that `text` names, such as `map(string, list(string))`; undefined if it is not valid. The notation has the
 * simple types, `list(T)`, `map(K, V)`, `optional(T)`, `wrapper(T)`, `type(T)` and the names that `named` resolves;
 * object types have none.
 */
export function parseType(text: string, named: NamedTypes = NO_NAMES): Type | undefined {
  return parse(text.trim(), MAX_NESTING, named);
}

/** Notation that `parseType` reads; for an object type, its name. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional(${formatType(type.of)})`;
    case 'wrapper':
      return `wrapper(${formatType(type.of)})`;
    case 'type':
      return type.of === undefined ? 'type' : `type(${formatType(type.of)})`;
    case 'opaque':
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(formatType).join(', ')})`;
    case 'object':
    case 'message':
    case 'parameter':
      return type.name;
    default:
      return type.kind;
  }
}

/** True if two types are the same; object types are if their names are. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if ('name' in a && 'name' in b && a.name !== b.name) return false;
  const parts = partsOf(a);
  const others = partsOf(b);
  return (
    parts.length === others.length &&
    parts.every((part, at) => {
      const other = others[at];
      return other !== undefined && sameType(part, other);
    })
  );
}

/** Component types; the fields of an object are not included. */
export function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'optional':
    case 'wrapper':
      return [type.of];
    case 'type':
      return type.of === undefined ? [] : [type.of];
    case 'opaque':
      return type.parameters;
    default:
      return [];
  }
}

/** The type with `change` applied to its components; the same object if nothing changes. */
export function mapParts(type: Type, change: (part: Type) => Type): Type {
  switch (type.kind) {
    case 'list': {
      const element = change(type.element);
      return element === type.element ? type : { kind: 'list', element };
    }
    case 'map': {
      const key = change(type.key);
      const value = change(type.value);
      return key === type.key && value === type.value ? type : { kind: 'map', key, value };
    }
    case 'optional':
    case 'wrapper': {
      const of = change(type.of);
      return of === type.of ? type : { kind: type.kind, of };
    }
    case 'type': {
      const of = type.of && change(type.of);
      return of === type.of ? type : { kind: 'type', of };
    }
    case 'opaque': {
      const parameters = type.parameters.map(change);
      const same = parameters.every((part, at) => part === type.parameters[at]);
      return same ? type : { kind: 'opaque', name: type.name, parameters };
    }
    default:
      return type;
  }
}

function parse(text: string, nesting: number, named: NamedTypes): Type | undefined {
  const simple = SIMPLE.get(text) ?? named(text);
  if (simple !== undefined || nesting === 0) return simple;
  const open = text.indexOf('(');
  if (open < 0 || !text.endsWith(')')) return undefined;
  const parts = splitAtCommas(text.slice(open + 1, -1)).map((part) => parse(part.trim(), nesting - 1, named));
  const [first, second] = parts;
  if (first === undefined) return undefined;
  const one = parts.length === 1;
  switch (text.slice(0, open).trim()) {
    case 'list':
      return one ? { kind: 'list', element: first } : undefined;
    case 'optional':
      return one ? { kind: 'optional', of: first } : undefined;
    case 'wrapper':
      return one ? { kind: 'wrapper', of: first } : undefined;
    case 'type':
      return one ? { kind: 'type', of: first } : undefined;
    case 'map':
      return parts.length === 2 && second !== undefined
        ? { kind: 'map', key: first, value: second }
        : undefined;
    default:
      return undefined;
  }
}

/** Splits at the commas outside of parentheses. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
