import { spend } from '../value/budget.ts';
import { equals } from '../value/compare.ts';
import { hashKey } from '../value/map.ts';
import { MEMBERS } from './cost.ts';
import { type FunctionDeclaration, overload } from './function.ts';

const pairs = { cost: MEMBERS } as const;

export const SETS: readonly FunctionDeclaration[] = [
  {
    name: 'sets.contains',
    doc: 'true if a list has every element of another',
    examples: [
      ["sets.contains(['a', 'b', 'c'], ['c', 'a'])", 'true'],
      ['sets.contains([1], [])', 'true'],
    ],
    overloads: [overload(['list(T)', 'list(T)'], 'bool', containsAll, pairs)],
  },
  {
    name: 'sets.equivalent',
    doc: 'true if two lists have the same elements, regardless of duplicates and order',
    examples: [['sets.equivalent([1, 2], [2, 1, 1])', 'true']],
    overloads: [
      overload(['list(T)', 'list(T)'], 'bool', (a, b) => containsAll(a, b) && containsAll(b, a), pairs),
    ],
  },
  {
    name: 'sets.intersects',
    doc: 'true if two lists have an element in common',
    examples: [["sets.intersects(['a', 'b'], ['b'])", 'true']],
    overloads: [
      overload(
        ['list(T)', 'list(T)'],
        'bool',
        (a, b) => {
          const isIn = membership(a);
          return b.some(isIn);
        },
        pairs,
      ),
    ],
  },
];

function containsAll(list: readonly unknown[], elements: readonly unknown[]): boolean {
  return elements.every(membership(list));
}

/** Test for an element of the list: values that can be hashed are found by hash, all others one by one. */
function membership(list: readonly unknown[]): (value: unknown) => boolean {
  spend(list.length);
  const keys = new Set(list.map(hashKey));
  const others = list.filter((value) => hashKey(value) === undefined);
  return (value) => {
    spend(1);
    const key = hashKey(value);
    if (key !== undefined) return keys.has(key);
    spend(others.length);
    return others.some((other) => equals(other, value));
  };
}
