/** Macro: has the form of a call, but introduces variables, or does not evaluate an argument. */
export interface MacroDeclaration {
  readonly doc: string;
  /** Forms in which it is written. */
  readonly forms: readonly string[];
  readonly examples: readonly (readonly [source: string, value: string])[];
}

/** All macros by name, which the parser expands and the reference page lists. */
export const MACROS = {
  has: {
    doc: 'true if a field or key exists; takes nothing but a field access',
    forms: ['has(x.f)'],
    examples: [
      ["has({'a': 1}.a)", 'true'],
      ["has({'a': 1}.b)", 'false'],
    ],
  },
  all: {
    doc: 'true if the condition holds for every element of a list, or key of a map; true for an empty one',
    forms: ['range.all(x, condition)', 'range.all(i, x, condition)'],
    examples: [
      ['[1, 2].all(x, x > 0)', 'true'],
      ["{'a': 'b'}.all(k, v, k < v)", 'true'],
    ],
  },
  exists: {
    doc: 'true if the condition holds for at least one element of a list, or key of a map',
    forms: ['range.exists(x, condition)', 'range.exists(i, x, condition)'],
    examples: [["['a', 'b'].exists(x, x == 'b')", 'true']],
  },
  exists_one: {
    doc: 'true if the condition holds for exactly one element or key; evaluates it for all of them. `existsOne` is the same',
    forms: ['range.exists_one(x, condition)', 'range.exists_one(i, x, condition)'],
    examples: [['[1, 2, 2].exists_one(x, x == 1)', 'true']],
  },
  map: {
    doc: 'the list of the values of an expression for each element of a list, or key of a map, for which the condition holds',
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
    doc: 'the elements of a list, sorted by the value of an expression for each',
    forms: ['list.sortBy(x, key)'],
    examples: [["['ccc', 'a', 'bb'].sortBy(x, size(x))", "['a', 'bb', 'ccc']"]],
  },
  transformList: {
    doc: 'as `map`, with the index and the element of a list, or the key and the value of a map',
    forms: ['range.transformList(i, x, value)', 'range.transformList(i, x, condition, value)'],
    examples: [['[3, 4].transformList(i, x, i * x)', '[0, 4]']],
  },
  transformMap: {
    doc: 'the map with the same keys, and the value of an expression for each; for a list, the keys are the indexes',
    forms: ['range.transformMap(k, v, value)', 'range.transformMap(k, v, condition, value)'],
    examples: [["{'a': 1}.transformMap(k, v, v + 1)", "{'a': 2}"]],
  },
  transformMapEntry: {
    doc: 'the map of the entries that an expression gives for each element or key; a duplicate key is an error',
    forms: ['range.transformMapEntry(k, v, entry)', 'range.transformMapEntry(k, v, condition, entry)'],
    examples: [["{'a': 'b'}.transformMapEntry(k, v, {v: k})", "{'b': 'a'}"]],
  },
  optMap: {
    doc: 'an optional with the value of an expression for the value of an optional; empty if that is empty',
    forms: ['optional.optMap(x, value)'],
    examples: [["optional.of('a').optMap(x, x + 'b')", "optional.of('ab')"]],
  },
  optFlatMap: {
    doc: 'as `optMap`, for an expression that gives an optional',
    forms: ['optional.optFlatMap(x, value)'],
    examples: [["{'a': {'b': 1}}[?'a'].optFlatMap(x, x[?'b'])", 'optional.of(1)']],
  },
  'cel.bind': {
    doc: 'the value of an expression in which a name is bound to another value, which is evaluated once',
    forms: ['cel.bind(x, value, expression)'],
    examples: [["cel.bind(x, 'a' + 'b', x + x)", "'abab'"]],
  },
  'cel.block': {
    doc: 'the value of an expression that reads the values of a list, each evaluated once, as `cel.index(0)` and so on; programs write it',
    forms: ['cel.block([value, ...], expression)'],
    examples: [['cel.block([1, cel.index(0) + 1], cel.index(1) * 2)', '4']],
  },
  'proto.getExt': {
    doc: 'the value of an extension of a protobuf message; the default of its type if it is not set',
    forms: ['proto.getExt(message, extension)'],
    examples: [],
  },
  'proto.hasExt': {
    doc: 'true if an extension of a protobuf message is set',
    forms: ['proto.hasExt(message, extension)'],
    examples: [],
  },
} as const satisfies Readonly<Record<string, MacroDeclaration>>;
