import { recipeOf } from '../../recipe/recipe.ts';

/** Source of JavaScript, and the values of its parameter `K`. */
export interface GeneratedSource {
  readonly source: string;
  readonly constants: readonly unknown[];
}

/**
 * Builder of the source of a function. INVARIANT: it contains only our own names and words, numbers, and constants by
 * number (`k7`); no text of an expression is ever part of it.
 */
export class Code {
  readonly #constants: unknown[] = [];
  readonly #names = new Map<unknown, string>();
  readonly #helpers = new Map<string, unknown>();
  readonly #locals = new Set<string>();
  readonly #declarations: string[] = [];
  readonly #variables: string[] = [];
  #lines: string[] = [];
  #count = 0;

  /** Name of a value that is known beforehand. */
  constant(value: unknown): string {
    if (value === undefined || value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'function') mustHaveRecipe(value);
    if (typeof value === 'number' && Number.isSafeInteger(value))
      return value < 0 ? `(${value})` : `${value}`;
    return this.#named(value, `k${this.#constants.length}`);
  }

  /** Name of one of our functions. */
  helper(helper: (...args: never[]) => unknown): string {
    mustHaveRecipe(helper);
    const owner = this.#helpers.get(helper.name) ?? helper;
    this.#helpers.set(helper.name, owner);
    return this.#named(helper, owner === helper ? helper.name : `${helper.name}${this.#constants.length}`);
  }

  /**
   * Name of a small function with the given source. Each program has its own copy, so that the JavaScript engine sees
   * the object shapes of one program in it, and not those of all programs.
   */
  local(name: string, source: string): string {
    if (!this.#locals.has(name)) {
      this.#locals.add(name);
      this.#declarations.push(`const ${name} = ${source};`);
    }
    return name;
  }

  #named(value: unknown, name: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    this.#names.set(value, name);
    this.#declarations.push(`const ${name} = K[${this.#constants.length}];`);
    this.#constants.push(value);
    return name;
  }

  /** Unused name. */
  fresh(letter: 'c' | 'e' | 'l' | 'r' | 't' | 'v'): string {
    this.#count++;
    return `${letter}${this.#count}`;
  }

  /** Name of a variable of the generated function, initially undefined. */
  variable(): string {
    const name = this.fresh('c');
    this.#variables.push(name);
    return name;
  }

  /** Adds a line outside of the generated function. */
  declare(line: string): void {
    this.#declarations.push(line);
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Number of lines in this block. */
  get length(): number {
    return this.#lines.length;
  }

  /** Inserts a line before an earlier one. */
  insert(at: number, text: string): void {
    this.#lines.splice(at, 0, text);
  }

  /** Lines that `write` adds, in a block of their own for the caller to place. */
  block(write: () => void): readonly string[] {
    const outer = this.#lines;
    this.#lines = [];
    try {
      write();
      return this.#lines;
    } finally {
      this.#lines = outer;
    }
  }

  lines(lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  /** Source of a function of `K`, the constants, that returns a function of `a`, the activation. */
  source(result: string, { before = '', after = '' } = {}): GeneratedSource {
    const variables = this.#variables.map((name) => `let ${name};`);
    const body = [...variables, before, ...this.#lines, `return ${result};`, after].join('\n');
    const source = `"use strict";\n${this.#declarations.join('\n')}\nreturn ((a) => {\n${body}\n});`;
    return { source, constants: this.#constants };
  }
}

/** INVARIANT: a program can be made again in another process. */
function mustHaveRecipe(value: object & { readonly name?: string }): void {
  if (recipeOf(value) === undefined)
    throw new Error(`a function of generated code has no recipe: ${value.name ?? ''}`);
}
