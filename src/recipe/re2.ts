import { RE2JS } from 're2js';
import { describeClass, entersLater } from './recipe.ts';

/**
 * Patterns that use every class of RE2's programs: literals for the search before the match, one way through the
 * program, and several.
 */
const SAMPLES = ['a', 'abc', '^(?:ab|cd)(e)$', 'foo|bar+', '(?i)x\\b', 'ab.*cd|ef.*gh', '(a|b)*?c\\pL'];

/** Parts that a search builds for itself, with their first value. */
const BUILT_LATER: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ['lazyDFA', () => null],
  ['machinePool', () => []],
]);

/** Recipes for compiled patterns: compiling one takes up to some hundred milliseconds, copying one does not. */
const known = new Set<object>();
entersLater('re2.', () => {
  for (const sample of SAMPLES) describe(RE2JS.compile(sample));
});

function describe(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype === 'object' && prototype !== null && !isPlain(prototype) && !known.has(prototype)) {
    known.add(prototype);
    describeClass(
      `re2.${value.constructor.name}`,
      prototype,
      (each: object) => [partsOf(each)],
      (parts: ReadonlyMap<string, unknown>) => build(prototype, parts),
    );
  }
  for (const part of Object.values(value)) describe(part);
}

function isPlain(prototype: object): boolean {
  return [Object.prototype, Array.prototype, Map.prototype, Set.prototype].some((each) => each === prototype);
}

function partsOf(value: object): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(value).map(([name, part]: [string, unknown]) => {
      const first = BUILT_LATER.get(name);
      return [name, first === undefined ? part : first()];
    }),
  );
}

function build(prototype: object, parts: ReadonlyMap<string, unknown>): object {
  const value = Object.create(prototype) as object;
  for (const [name, part] of parts) Reflect.set(value, name, part);
  return value;
}
