import type { Program } from '../../cel/interpret/program.ts';

const VARIABLES = 'variables.';

/** The programs of a policy that are evaluated, also through variables, each given once. */
export class ReachedPrograms {
  readonly #variables: ReadonlyMap<string, Program>;
  readonly #seen = new Set<Program>();

  constructor(variables: ReadonlyMap<string, Program>) {
    this.#variables = variables;
  }

  /** The program and those of the variables that it reads, without those that an earlier call gave. */
  add(program: Program | undefined): readonly Program[] {
    if (program === undefined || this.#seen.has(program)) return [];
    this.#seen.add(program);
    const variables = [...program.reads].filter((name) => name.startsWith(VARIABLES));
    return [
      ...variables.flatMap((name) => this.add(this.#variables.get(name.slice(VARIABLES.length)))),
      program,
    ];
  }
}
