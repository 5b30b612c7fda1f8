import { check } from '../check/check.ts';
import { typeOf } from '../check/checked.ts';
import type { Environment } from '../check/environment.ts';
import { readLiterals } from '../check/literals.ts';
import { parse } from '../syntax/parse.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';
import { beginBudget, endBudget } from '../value/budget.ts';
import { Failure } from '../value/failure.ts';
import { toHost } from './host.ts';
import { interpret } from './interpret.ts';
import type { Activation, EvaluationError, Part, Value } from './program.ts';

/** The expressions within one that is sound, and what they come to. */
export interface Tracer {
  readonly parts: readonly Part[];
  /** Evaluates the whole; `finish` makes what goes out, `fail` the error of what was thrown. */
  trace(
    activation: Activation,
    observe: (part: Part, outcome: Value | EvaluationError) => void,
    finish: (value: unknown) => Value | EvaluationError,
    fail: (thrown: unknown) => EvaluationError,
  ): Value | EvaluationError;
}

/** Reads the expression once more: few are ever looked at so closely, and their trees are not kept for that. */
export function createTracer(source: string, environment: Environment): Tracer {
  const checked = check(source, parse(source), environment);
  const { prepared } = readLiterals(checked);
  const known = new Map<Node, Part>();
  const visit = (node: Node, depth: number): void => {
    // What has no type is no expression: the namespace of a function.
    const isExpression = checked.types[node.id] !== undefined;
    if (isExpression) {
      const { start, end, kind } = node;
      const isBool = typeOf(checked, node).kind === 'bool';
      known.set(node, { start, end, depth, isBool, isLiteral: kind === 'literal' });
    }
    for (const child of childrenOf(node)) visit(child, isExpression ? depth + 1 : depth);
  };
  visit(checked.root, 0);
  return {
    parts: [...known.values()],
    trace: (activation, observe, finish, fail) => {
      const outer = beginBudget();
      const told = (node: Node, outcome: unknown): void => {
        const part = known.get(node);
        if (part !== undefined)
          observe(part, outcome instanceof Failure ? fail(outcome) : shown(outcome, fail));
      };
      try {
        return finish(interpret(checked, activation, { observe: told, prepared }));
      } catch (error) {
        return fail(error);
      } finally {
        endBudget(outer);
      }
    },
  };
}

/** What is too large to be told stands as the failure that it would be. */
function shown(outcome: unknown, fail: (thrown: unknown) => EvaluationError): Value | EvaluationError {
  try {
    return toHost(outcome);
  } catch (error) {
    return fail(error);
  }
}
