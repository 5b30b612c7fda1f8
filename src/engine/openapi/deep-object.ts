import type { Sent } from './convert.ts';
import { decodeField, type RawValues } from './raw-query.ts';
import { TEXT_SHAPE, type ValueShape } from './value-shape.ts';

/** Values below a name, by the texts in its brackets. */
type Branch = Map<string, Branch | string[]>;

/** Most brackets of a name, and most names. */
const MAX_BRACKETS = 8;
const MAX_NAMES = 1_000;

/** The value of `NAME[a]=1&NAME[b][c]=2`; undefined if no parameter has such a name. */
export function deepObject(
  name: string,
  shape: ValueShape,
  query: RawValues,
): Sent | { readonly problem: string } | undefined {
  const root: Branch = new Map();
  let count = 0;
  for (const [full, values] of query) {
    if (full === name) return { problem: 'must be written with brackets' };
    if (!full.startsWith(`${name}[`)) continue;
    count += 1;
    const keys = keysOf(full.slice(name.length));
    if (keys === undefined || count > MAX_NAMES || !insert(root, keys, values.map(decodeField)))
      return { problem: 'has brackets that cannot be read' };
  }
  if (count === 0) return undefined;
  return sentOf(root, shape) ?? { problem: 'has a member or an element twice, or lacks an element' };
}

/** The keys of `[a][b]`; undefined for another text. */
function keysOf(text: string): readonly string[] | undefined {
  const keys = [...text.matchAll(/\[([^[\]]*)\]/g)].map(([, key = '']) => key);
  const isWhole = keys.reduce((length, key) => length + key.length + 2, 0) === text.length;
  return isWhole && keys.length <= MAX_BRACKETS ? keys : undefined;
}

/** False if there is a value as well as members at a place. */
function insert(root: Branch, keys: readonly string[], values: readonly string[]): boolean {
  let branch = root;
  for (const key of keys.slice(0, -1)) {
    const next = branch.get(key) ?? new Map<string, Branch | string[]>();
    if (!(next instanceof Map)) return false;
    branch.set(key, next);
    branch = next;
  }
  const last = keys.at(-1) ?? '';
  const known = branch.get(last);
  if (known instanceof Map) return false;
  branch.set(last, [...(known ?? []), ...values]);
  return true;
}

/** Undefined if a member is there twice, or the numbers of elements have a gap. */
function sentOf(branch: Branch, shape: ValueShape): Sent | undefined {
  const isList = shape.items !== undefined && [...branch.keys()].every((key) => /^\d{0,4}$/.test(key));
  return isList ? listOf(branch, shape.items ?? TEXT_SHAPE) : objectOf(branch, shape);
}

function listOf(branch: Branch, items: ValueShape): Sent | undefined {
  const unnumbered = branch.get('');
  if (unnumbered !== undefined)
    return branch.size === 1 && Array.isArray(unnumbered) ? unnumbered : undefined;
  const elements: Sent[] = [];
  for (let at = 0; at < branch.size; at++) {
    const value = branch.get(String(at));
    const element = value === undefined ? undefined : leafOf(value, items);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements;
}

function objectOf(branch: Branch, { members }: ValueShape): Sent | undefined {
  const found = new Map<string, Sent>();
  for (const [key, value] of branch) {
    const member = leafOf(value, members?.known.get(key) ?? members?.others ?? TEXT_SHAPE);
    if (member === undefined) return undefined;
    found.set(key, member);
  }
  return found;
}

function leafOf(value: Branch | string[], shape: ValueShape): Sent | undefined {
  if (value instanceof Map) return sentOf(value, shape);
  const isList = shape.items !== undefined && (value.length > 1 || shape.scalars.length === 0);
  if (isList) return value;
  return value.length === 1 ? value[0] : undefined;
}
