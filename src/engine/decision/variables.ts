import { type Activation, EvaluationError, type Program, type Value } from '../../cel/interpret/program.ts';
import { type DecisionTrace, evaluateTraced } from './trace.ts';

/** Variables of one policy for one request, each evaluated once, when it is first read. */
type Variables = object;

const NONE: Variables = Object.freeze({});

type VariablesClass = new (activation: Activation, trace: DecisionTrace | undefined) => Variables;

const classes = new WeakMap<ReadonlyMap<string, Program>, VariablesClass>();

/**
 * The value of `variables` in an activation. Reading one whose expression fails throws its `EvaluationError`, which is
 * then the outcome of the expression that reads it.
 */
export function variablesOf(
  programs: ReadonlyMap<string, Program>,
  activation: Activation,
  trace: DecisionTrace | undefined,
): Variables {
  if (programs.size === 0) return NONE;
  let Class = classes.get(programs);
  if (Class === undefined) {
    Class = classOf(programs);
    classes.set(programs, Class);
  }
  return new Class(activation, trace);
}

/** A class whose getters are shared by all requests. */
function classOf(programs: ReadonlyMap<string, Program>): VariablesClass {
  class PolicyVariables {
    readonly #activation: Activation;
    readonly #trace: DecisionTrace | undefined;
    readonly #known = new Map<string, Value | EvaluationError>();

    constructor(activation: Activation, trace: DecisionTrace | undefined) {
      this.#activation = activation;
      this.#trace = trace;
    }

    static read(variables: PolicyVariables, name: string, program: Program): Value {
      const known = variables.#known;
      let value = known.get(name);
      if (value === undefined && !known.has(name)) {
        value = evaluateTraced(program, variables.#activation, variables.#trace);
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
