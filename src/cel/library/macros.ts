/** What looks like a call, and introduces names of its own or does not evaluate what stands in it. */
export interface MacroDeclaration {
  readonly doc: string;
  /** As it is written. */
  readonly forms: readonly string[];
  readonly examples: readonly (readonly [source: string, value: string])[];
}

/** Every macro, by name: what the parser expands, and the reference page shows. */
export const MACROS = {
  has: {
    doc: 'whether a field or key is there; nothing else is an argument',
    forms: ['has(x.f)'],
    examples: [
      ["has({'a': 1}.a)", 'true'],
      ["has({'a': 1}.b)", 'false'],
    ],
  },
  all: {
    doc: 'whether the condition holds for every element of a list, or key of a map; true when there is none',
    forms: ['range.all(x, condition)', 'range.all(i, x, condition)'],
    examples: [
      ['[1, 2].all(x, x > 0)', 'true'],
      ["{'a': 'b'}.all(k, v, k < v)", 'true'],
    ],
  },
  exists: {
    doc: 'whether the condition holds for an element of a list, or a key of a map',
    forms: ['range.exists(x, condition)', 'range.exists(i, x, condition)'],
    examples: [["['a', 'b'].exists(x, x == 'b')", 'true']],
  },
  exists_one: {
    doc: 'whether the condition holds for exactly one; evaluates it for all. `existsOne` is the same',
    forms: ['range.exists_one(x, condition)', 'range.exists_one(i, x, condition)'],
    examples: [['[1, 2, 2].exists_one(x, x == 1)', 'true']],
  },
  map: {
    doc: 'the list of what an expression is for each element of a list, or key of a map, for which the condition holds',
    forms: ['range.map(x, value)', 'range.map(x, condition, value)'],
    examples: [
      ['[1, 2].map(x, x * 2)', '[2, 4]'],
      ['[1, 2].map(x, x > 1, x * 2)', '[4]'],
    ],
  },
  filter: {
    doc: 'the elements of a list, or keys of a map, for which the condition holds',
    forms: ['range.filter(x, condition)'],
    examples: [['[1, 2, 3].filter(x, x > 1)', '[2, 3]']],
  },
  sortBy: {
    doc: 'the elements of a list in the order of what an expression is for each',
    forms: ['list.sortBy(x, key)'],
    examples: [["['ccc', 'a', 'bb'].sortBy(x, size(x))", "['a', 'bb', 'ccc']"]],
  },
  transformList: {
    doc: 'as `map`, with the index and the element of a list, or the key and the value of a map',
    forms: ['range.transformList(i, x, value)', 'range.transformList(i, x, condition, value)'],
    examples: [['[3, 4].transformList(i, x, i * x)', '[0, 4]']],
  },
  transformMap: {
    doc: 'the map with the same keys, and for each what an expression is; of a list the indexes are the keys',
    forms: ['range.transformMap(k, v, value)', 'range.transformMap(k, v, condition, value)'],
    examples: [["{'a': 1}.transformMap(k, v, v + 1)", "{'a': 2}"]],
  },
  transformMapEntry: {
    doc: 'the map of the entries that an expression is for each; the same key twice is an error',
    forms: ['range.transformMapEntry(k, v, entry)', 'range.transformMapEntry(k, v, condition, entry)'],
    examples: [["{'a': 'b'}.transformMapEntry(k, v, {v: k})", "{'b': 'a'}"]],
  },
  optMap: {
    doc: 'an optional of what an expression is for the value of an optional, if it has one',
    forms: ['optional.optMap(x, value)'],
    examples: [["optional.of('a').optMap(x, x + 'b')", "optional.of('ab')"]],
  },
  optFlatMap: {
    doc: 'as `optMap`, for an expression that is itself an optional',
    forms: ['optional.optFlatMap(x, value)'],
    examples: [["{'a': {'b': 1}}[?'a'].optFlatMap(x, x[?'b'])", 'optional.of(1)']],
  },
  'cel.bind': {
    doc: 'an expression in which a name stands for the value of another, which is evaluated once',
    forms: ['cel.bind(x, value, expression)'],
    examples: [["cel.bind(x, 'a' + 'b', x + x)", "'abab'"]],
  },
} as const satisfies Readonly<Record<string, MacroDeclaration>>;
