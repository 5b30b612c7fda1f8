import { parse } from '@bufbuild/cel';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;

/** Functions that read every element of a list. */
const LINEAR: ReadonlySet<string> = new Set(['@in', 'unique', 'join', 'sum']);

/**
 * The number of loops within each other in a CEL expression: 2 for a macro within a macro, which takes time quadratic
 * in the number of elements. Throws if the text is not an expression.
 */
export function loopsOf(expression: string): number {
  const { expr } = parse(expression);
  return expr === undefined ? 0 : loops(expr);
}

function loops({ exprKind: { case: kind, value } }: Expr): number {
  switch (kind) {
    case 'selectExpr':
      return deepest([value.operand]);
    case 'callExpr': {
      const own = LINEAR.has(value.function) ? 1 : 0;
      // The list is made before it is read.
      return Math.max(own, deepest([value.target, ...value.args]));
    }
    case 'listExpr':
      return deepest(value.elements);
    case 'structExpr':
      return deepest(
        value.entries.flatMap((each) =>
          each.keyKind.case === 'mapKey' ? [each.keyKind.value, each.value] : [each.value],
        ),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = value;
      return Math.max(deepest([iterRange, accuInit, result]), 1 + deepest([loopCondition, loopStep]));
    }
    default:
      return 0;
  }
}

function deepest(parts: readonly (Expr | undefined)[]): number {
  return Math.max(0, ...parts.map((each) => (each === undefined ? 0 : loops(each))));
}
