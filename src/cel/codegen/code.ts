/** Source of JavaScript, and the values of its `K`. */
export interface GeneratedSource {
  readonly source: string;
  readonly constants: readonly unknown[];
}

/**
 * The source of a function, as it grows. INVARIANT: it holds only names and words of our own, numbers, and constants
 * by number (`k7`); nothing that an expression says is ever part of it.
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

  /** A name for a value that is known beforehand. */
  constant(value: unknown): string {
    if (value === undefined || value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'number' && Number.isSafeInteger(value))
      return value < 0 ? `(${value})` : `${value}`;
    return this.#named(value, `k${this.#constants.length}`);
  }

  /** A function of ours, by its own name. */
  helper(helper: (...args: never[]) => unknown): string {
    const isTaken = this.#helpers.get(helper.name) ?? helper;
    this.#helpers.set(helper.name, isTaken);
    return this.#named(helper, isTaken === helper ? helper.name : `${helper.name}${this.#constants.length}`);
  }

  /**
   * A small function that is written out, by its name. Each program has its own, so that the engine below sees one
   * shape of objects in it, and not those of all programs.
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

  /** A name that nothing has yet. */
  fresh(letter: 'c' | 'e' | 'l' | 'r' | 't' | 'v'): string {
    this.#count++;
    return `${letter}${this.#count}`;
  }

  /** A variable of the function that is made, undefined when it begins. */
  variable(): string {
    const name = this.fresh('c');
    this.#variables.push(name);
    return name;
  }

  /** A function beside the one that is made. */
  declare(line: string): void {
    this.#declarations.push(line);
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** How many lines there are in this block. */
  get length(): number {
    return this.#lines.length;
  }

  /** Puts a line in the place of an earlier one, which goes behind it with all that follow. */
  insert(at: number, text: string): void {
    this.#lines.splice(at, 0, text);
  }

  /** Puts what `write` writes into a block of its own, for whoever called to place. */
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

  /** The source of a function of `K`, the constants, that gives a function of `a`, the activation. */
  source(result: string, { before = '', after = '' } = {}): GeneratedSource {
    const variables = this.#variables.map((name) => `let ${name};`);
    const body = [...variables, before, ...this.#lines, `return ${result};`, after].join('\n');
    const source = `"use strict";\n${this.#declarations.join('\n')}\nreturn (a) => {\n${body}\n};`;
    return { source, constants: this.#constants };
  }
}
