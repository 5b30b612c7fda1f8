/**
 * Descriptions of functions and objects of classes, so that another process can make them again. A description is made
 * of plain data, other descriptions, and names of this file's tables, which both processes fill when they import the
 * same modules.
 */
export type Recipe =
  /** A value that every process has under this name. */
  | { readonly kind: 'named'; readonly name: string }
  /** The result of a maker for these parts. */
  | {
      readonly kind: 'made';
      readonly maker: string;
      readonly parts: readonly unknown[];
      /** True if nothing tells parts with equal content apart, so that another process needs only one of them. */
      readonly hasValues?: boolean;
    }
  /** A value that another process need not tell apart from this one. */
  | { readonly kind: 'same'; readonly value: object }
  /** A function of generated JavaScript: its parameters, and the source of its body. */
  | { readonly kind: 'code'; readonly parameters: readonly string[]; readonly body: string };

type Make = (...parts: never[]) => object;

interface ClassRecipe {
  readonly maker: string;
  readonly partsOf: (value: never) => readonly unknown[];
}

const values = new Map<string, object>();
const makers = new Map<string, Make>();
const recipes = new WeakMap<object, Recipe>();
const classes = new WeakMap<object, ClassRecipe>();
/** Functions that enter further makers and classes, by the prefix of their names. */
const later = new Map<string, () => void>();

/** Enters a value that exists once in every process, such as a function of a module, and returns it. */
export function named<T extends object>(name: string, value: T): T {
  enter(values, name, value);
  if (!recipes.has(value)) recipes.set(value, { kind: 'named', name });
  return value;
}

/** Enters functions by their names, with a prefix. */
export function namedAll(prefix: string, functions: readonly ((...args: never[]) => unknown)[]): void {
  for (const each of functions) named(`${prefix}.${each.name}`, each);
}

/**
 * A function that makes values, such as closures, whose parts it notes: they have a recipe then. With `hasValues`,
 * nothing may tell their parts apart by identity, nor the parts of these.
 */
export function maker<const A extends readonly unknown[], R extends object | undefined>(
  name: string,
  make: (...parts: A) => R,
  { hasValues = false } = {},
): (...parts: A) => R {
  enter(makers, name, make as unknown as Make);
  return (...parts) => {
    const made = make(...parts);
    if (made !== undefined && !recipes.has(made)) {
      recipes.set(made, { kind: 'made', maker: name, parts, hasValues });
    }
    return made;
  };
}

/** Enters a maker without a note of what it makes; the result is its name, for `withRecipe`. */
export function makes(name: string, make: (...parts: never[]) => object): string {
  enter(makers, name, make);
  return name;
}

/** Notes that a value is what a maker makes of these parts, and returns it. */
export function withRecipe<T extends object>(value: T, name: string, parts: readonly unknown[]): T {
  recipes.set(value, { kind: 'made', maker: name, parts });
  return value;
}

/** Notes that a value is `other` in another process, and returns it. */
export function sameAs<T extends object>(value: T, other: object): T {
  recipes.set(value, { kind: 'same', value: other });
  return value;
}

/** Makes every object of a class one that has a recipe; `make` gets what `partsOf` returns. */
export function describeClass<T extends object, const A extends readonly unknown[]>(
  name: string,
  prototype: T,
  partsOf: (value: T) => A,
  make: (...parts: A) => T,
): void {
  enter(makers, name, make as unknown as Make);
  classes.set(prototype, { maker: name, partsOf });
}

/**
 * Makes `enterAll` enter makers and classes whose names begin with `prefix` when the first of them is needed, since it
 * takes long.
 */
export function entersLater(prefix: string, enterAll: () => void): void {
  enter(later, prefix, enterAll);
}

/** A function of generated JavaScript. INVARIANT: no text of an author is part of the body. */
export function generated(parameters: readonly string[], body: string): object {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- this is for compilers
  const made: object = new Function(...parameters, body);
  recipes.set(made, { kind: 'code', parameters, body });
  return made;
}

/** As `generated`, but compiled by its first call: a process that only sends it to another need not do that. */
export function generatedLater(parameters: readonly string[], body: string): (...args: unknown[]) => unknown {
  let made: ((...args: unknown[]) => unknown) | undefined;
  const later = (...args: unknown[]): unknown => {
    made ??= generated(parameters, body) as (...args: unknown[]) => unknown;
    return made(...args);
  };
  recipes.set(later, { kind: 'code', parameters, body });
  return later;
}

/** The recipe of a value; undefined if it has none, as plain data. */
export function recipeOf(value: object): Recipe | undefined {
  const own = recipes.get(value);
  if (own !== undefined) return own;
  const described = classOf(value);
  return described && { kind: 'made', maker: described.maker, parts: described.partsOf(value as never) };
}

function classOf(value: object): ClassRecipe | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || PLAIN.has(prototype)) return undefined;
  if (!classes.has(prototype)) for (const prefix of later.keys()) enterNow(prefix);
  return classes.get(prototype);
}

/** Prototypes of data. */
const PLAIN: ReadonlySet<object> = new Set([
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Uint8Array.prototype,
]);

function enterNow(prefix: string): void {
  const enterAll = later.get(prefix);
  later.delete(prefix);
  enterAll?.();
}

/** The value that has this name in every process. Throws if none has. */
export function valueNamed(name: string): object {
  return found(values, name);
}

/** The result of a maker for these parts. It has no recipe. Throws if no maker has this name. */
export function makeOf(maker: string, parts: readonly unknown[]): object {
  if (!makers.has(maker)) enterNow(`${maker.split('.')[0] ?? ''}.`);
  const make = found(makers, maker) as (...parts: readonly unknown[]) => object;
  return make(...parts);
}

function enter<T>(table: Map<string, T>, name: string, value: T): void {
  const known = table.get(name);
  if (known !== undefined && known !== value) throw new Error(`two values have the name ${name}`);
  table.set(name, value);
}

function found<T>(table: ReadonlyMap<string, T>, name: string): T {
  const value = table.get(name);
  if (value === undefined) throw new Error(`no value has the name ${name}`);
  return value;
}
