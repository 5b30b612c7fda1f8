import { type Activation, EvaluationError, type Program, type Value } from '../../cel/interpret/program.ts';

/** The variables of one policy, for one request: each is evaluated when it is first read, and once. */
type Variables = object;

const NONE: Variables = Object.freeze({});

const makers = new WeakMap<ReadonlyMap<string, Program>, new (activation: Activation) => Variables>();

/**
 * What stands behind `variables` in an activation. Reading one whose expression fails throws its `EvaluationError`,
 * which is then what the expression that reads it comes to.
 */
export function variablesOf(programs: ReadonlyMap<string, Program>, activation: Activation): Variables {
  if (programs.size === 0) return NONE;
  let Maker = makers.get(programs);
  if (Maker === undefined) {
    Maker = makerOf(programs);
    makers.set(programs, Maker);
  }
  return new Maker(activation);
}

/** Getters stand on a prototype that all requests share. */
function makerOf(programs: ReadonlyMap<string, Program>): new (activation: Activation) => Variables {
  class PolicyVariables {
    readonly #activation: Activation;
    readonly #known = new Map<string, Value | EvaluationError>();

    constructor(activation: Activation) {
      this.#activation = activation;
    }

    static read(variables: PolicyVariables, name: string, program: Program): Value {
      const known = variables.#known;
      let value = known.get(name);
      if (value === undefined && !known.has(name)) {
        value = program.evaluate(variables.#activation);
        known.set(name, value);
      }
      if (value instanceof EvaluationError) throw value;
      return value;
    }
  }
  for (const [name, program] of programs) {
    Object.defineProperty(PolicyVariables.prototype, name, {
      enumerable: true,
      get(this: PolicyVariables) {
        return PolicyVariables.read(this, name, program);
      },
    });
  }
  return PolicyVariables;
}
