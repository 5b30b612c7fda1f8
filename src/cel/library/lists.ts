import { NONE, Optional } from '../value/boxed.ts';
import { MAX_LIST, spend } from '../value/budget.ts';
import { comparePaid, equals } from '../value/compare.ts';
import { fail } from '../value/failure.ts';
import { type Kind, kindOf } from '../value/kind.ts';
import { hashKey, isMap, keysOf } from '../value/map.ts';
import type { Int } from '../value/number.ts';
import { type Cost, ELEMENTS, MEMBERS, SORTED } from './cost.ts';
import { type FunctionDeclaration, method, overload } from './function.ts';

const ORDERED = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'timestamp',
  'duration',
] as const satisfies Kind[];
const ORDERED_LISTS = ORDERED.map((kind) => `list(${kind})` as const);

/** The argument is itself the size of the result; its value is known if it is a literal. */
const RANGE: Cost = {
  text: 'n',
  steps: (n) => n || MAX_LIST,
  size: (n) => n || MAX_LIST,
  payment: 'within',
};

/** Visits each nested list, and each element. */
const FLATTENED: Cost = {
  text: 'all in n',
  steps: (n) => n,
  size: (n) => n,
  payment: 'within',
  isDeep: 'first',
};

function asList(value: unknown): readonly unknown[] {
  if (value instanceof Optional) return asList(value.value);
  if (value === null || value === undefined) return [];
  if (isMap(value)) return keysOf(value);
  return isList(value) ? value : [value];
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export const LISTS: readonly FunctionDeclaration[] = [
  {
    name: 'distinct',
    doc: 'the elements of a list without duplicates',
    examples: [['[1, 2, 2, 3, 1].distinct()', '[1, 2, 3]']],
    overloads: [method(['list(T)'], 'list(T)', distinct, { cost: MEMBERS })],
  },
  {
    name: 'asList',
    doc: 'a list as it is, the keys of a map, and a list of any other value, such as of a single role that an issuer writes as text; empty for null and for an empty optional',
    examples: [
      ["asList('admin')", "['admin']"],
      ["'admin' in asList({'roles': ['admin']}.?roles)", 'true'],
      ["'admin' in asList({'name': 'a'}.?roles)", 'false'],
    ],
    overloads: [overload(['dyn'], 'list(dyn)', asList, { cost: ELEMENTS, isTotal: true })],
  },
  {
    name: 'first',
    doc: 'the first element of a list as an optional; empty for an empty list',
    examples: [
      ['[1, 2].first()', 'optional.of(1)'],
      ['[].first()', 'optional.none()'],
    ],
    overloads: [method(['list(T)'], 'optional(T)', (list) => element(list, 0), { isTotal: true })],
  },
  {
    name: 'last',
    doc: 'the last element of a list as an optional; empty for an empty list',
    examples: [['[1, 2].last()', 'optional.of(2)']],
    overloads: [
      method(['list(T)'], 'optional(T)', (list) => element(list, list.length - 1), { isTotal: true }),
    ],
  },
  {
    name: 'flatten',
    doc: 'the elements of a list, with nested lists replaced by their elements, for one or the given number of levels',
    examples: [
      ['[1, [2, [3]]].flatten()', '[1, 2, [3]]'],
      ['[1, [2, [3]]].flatten(2)', '[1, 2, 3]'],
    ],
    overloads: [
      method(['list(list(T))'], 'list(T)', (list) => flatten(list, 1), { cost: FLATTENED }),
      method(['list(dyn)', 'int'], 'list(dyn)', flatten, { cost: FLATTENED }),
    ],
  },
  {
    name: 'slice',
    doc: 'the elements of a list from one index up to, but not including, another',
    examples: [
      ['[1, 2, 3, 4].slice(1, 3)', '[2, 3]'],
      ['[1, 2].slice(1, 3)', 'error'],
    ],
    overloads: [method(['list(T)', 'int', 'int'], 'list(T)', slice, { cost: ELEMENTS })],
  },
  {
    name: 'sort',
    doc: 'the elements of a list in ascending order; all must have the same type',
    examples: [
      ['[3, 1, 2].sort()', '[1, 2, 3]'],
      ["[1, 'b'].sort()", 'error'],
    ],
    overloads: ORDERED_LISTS.map((type) =>
      method([type], type, (list) => sortBy(list, list) as never, { cost: SORTED }),
    ),
  },
  {
    name: 'lists.range',
    doc: 'the ints from 0 up to, but not including, a number',
    examples: [['lists.range(3)', '[0, 1, 2]']],
    overloads: [overload(['int'], 'list(int)', range, { cost: RANGE })],
  },
];

function element(list: readonly unknown[], index: number): Optional {
  return list.length === 0 ? NONE : Optional.of(list[index]);
}

/** Elements that can be hashed are compared by hash, all others one by one. */
function distinct(list: readonly unknown[]): readonly unknown[] {
  const keys = new Set<unknown>();
  const others: unknown[] = [];
  return list.filter((value) => {
    spend(1);
    const key = hashKey(value);
    if (key !== undefined) return keys.size !== keys.add(key).size;
    spend(others.length);
    if (others.some((other) => equals(other, value))) return false;
    others.push(value);
    return true;
  });
}

function flatten(list: readonly unknown[], depth: Int): readonly unknown[] {
  if (depth < 0) fail('negative');
  const flat: unknown[] = [];
  const add = (values: readonly unknown[], levels: number): void => {
    for (const value of values) {
      spend(1);
      if (flat.length >= MAX_LIST) fail('list_too_long');
      if (levels > 0 && Array.isArray(value)) add(value, levels - 1);
      else flat.push(value);
    }
  };
  add(list, Math.min(Number(depth), 256));
  return flat;
}

function slice(list: readonly unknown[], start: Int, end: Int): readonly unknown[] {
  if (start < 0 || start > end || end > list.length) fail('index_out_of_range');
  return list.slice(Number(start), Number(end));
}

function range(end: Int): readonly number[] {
  if (end < 0) fail('negative');
  if (end > MAX_LIST) fail('list_too_long');
  spend(Number(end));
  return Array.from({ length: Number(end) }, (_, index) => index);
}

/** The elements in the order of their keys. Fails if the keys differ in type, or have a type without order. */
export function sortBy(list: readonly unknown[], keys: readonly unknown[]): readonly unknown[] {
  const [first] = keys;
  const kind = kindOf(first);
  if (keys.length > 0 && !ORDERED.some((each) => each === kind)) fail('not_comparable');
  if (!keys.every((key) => kindOf(key) === kind)) fail('not_comparable');
  spend(SORTED.steps(list.length, 0, 0));
  return list
    .map((value, at) => ({ value, key: keys[at] }))
    .sort((a, b) => comparePaid(a.key, b.key) || 0)
    .map(({ value }) => value);
}
