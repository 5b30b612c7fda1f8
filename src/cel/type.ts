/** A CEL type. `object` has declared fields; reading another is a mistake that the checker finds. */
export type Type =
  | { readonly kind: Simple }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'optional'; readonly of: Type }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, Type> };

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
  | 'dyn';

const SIMPLE: ReadonlyMap<string, Type> = new Map(
  (
    [
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
    ] satisfies Simple[]
  ).map((kind): [string, Type] => [kind, { kind }]),
);

/** Type expressions nest no deeper. */
const MAX_NESTING = 16;

/**
 * The type that a text such as `map(string, list(string))` names, or undefined when it names none.
 * Spelled are the simple types, `list(T)`, `map(K, V)` and `optional(T)`; object types have no spelling.
 */
export function parseType(text: string): Type | undefined {
  return parse(text.trim(), MAX_NESTING);
}

/** The spelling that `parseType` reads; an object type as its name. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional(${formatType(type.of)})`;
    case 'object':
      return type.name;
    default:
      return type.kind;
  }
}

function parse(text: string, nesting: number): Type | undefined {
  const simple = SIMPLE.get(text);
  if (simple !== undefined || nesting === 0) return simple;
  const open = text.indexOf('(');
  if (open < 0 || !text.endsWith(')')) return undefined;
  const parts = splitAtCommas(text.slice(open + 1, -1)).map((part) => parse(part.trim(), nesting - 1));
  const [first, second] = parts;
  if (first === undefined) return undefined;
  switch (text.slice(0, open).trim()) {
    case 'list':
      return parts.length === 1 ? { kind: 'list', element: first } : undefined;
    case 'optional':
      return parts.length === 1 ? { kind: 'optional', of: first } : undefined;
    case 'map':
      return parts.length === 2 && second !== undefined
        ? { kind: 'map', key: first, value: second }
        : undefined;
    default:
      return undefined;
  }
}

/** Splits at the commas that stand outside parentheses. */
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
