import { check } from '../check/check.ts';
import { typeOf } from '../check/checked.ts';
import type { Environment } from '../check/environment.ts';
import { readLiterals } from '../check/literals.ts';
import type { Parsed } from '../syntax/parse.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';
import { beginBudget, endBudget } from '../value/budget.ts';
import { Failure } from '../value/failure.ts';
import { toHost } from './host.ts';
import { interpret } from './interpret.ts';
import type { Activation, EvaluationError, Part, Value } from './program.ts';

/** Subexpressions of a valid expression, and their values. */
export interface Tracer {
  readonly parts: readonly Part[];
  /** Evaluates the whole expression; `finish` converts its value, `fail` converts an exception. */
  trace(
    activation: Activation,
    observe: (part: Part, outcome: Value | EvaluationError) => void,
    finish: (value: unknown) => Value | EvaluationError,
    fail: (thrown: unknown) => EvaluationError,
  ): Value | EvaluationError;
}

/** `parse` parses the expression again: few expressions are traced, so trees are not kept for it. */
export function createTracer(source: string, environment: Environment, parse: () => Parsed): Tracer {
  const checked = check(source, parse(), environment);
  const { prepared } = readLiterals(checked);
  const partsByNode = new Map<Node, Part>();
  const visit = (node: Node, depth: number): void => {
    // A node without a type is not an expression, but the namespace of a function.
    const isExpression = checked.types[node.id] !== undefined;
    if (isExpression) {
      const { start, end, kind } = node;
      const isBool = typeOf(checked, node).kind === 'bool';
      partsByNode.set(node, { start, end, depth, isBool, isLiteral: kind === 'literal' });
    }
    for (const child of childrenOf(node)) visit(child, isExpression ? depth + 1 : depth);
  };
  visit(checked.root, 0);
  return {
    parts: [...partsByNode.values()],
    trace: (activation, observe, finish, fail) => {
      const outer = beginBudget();
      const report = (node: Node, outcome: unknown): void => {
        const part = partsByNode.get(node);
        if (part !== undefined)
          observe(part, outcome instanceof Failure ? fail(outcome) : resultOf(outcome, fail));
      };
      try {
        return finish(interpret(checked, activation, { observe: report, prepared }));
      } catch (error) {
        return fail(error);
      } finally {
        endBudget(outer);
      }
    },
  };
}

/** A value that is too large to be reported is replaced by the failure of its conversion. */
function resultOf(outcome: unknown, fail: (thrown: unknown) => EvaluationError): Value | EvaluationError {
  try {
    return toHost(outcome);
  } catch (error) {
    return fail(error);
  }
}
