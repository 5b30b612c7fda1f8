import { print } from '../syntax/print.ts';
import type { Node } from '../syntax/tree.ts';
import { isInt } from '../value/number.ts';

/** The value of a condition because of two of its operands. */
export interface PairVerdict {
  readonly outcome: boolean;
  readonly why: {
    readonly reason: string;
    readonly help: string;
    /** The condition that was probably meant; undefined if there are other operands. */
    readonly instead: string | undefined;
  };
}

/** A value that is compared with literals. */
interface Comparison {
  /** The value in the notation of `print`. */
  readonly value: string;
  /** True for `==` and `in`, false for `!=` and the negation of `in`. */
  readonly isPositive: boolean;
  readonly literals: ReadonlySet<string>;
}

/** Most operands that are compared with each other. */
const MOST_OPERANDS = 100;

/**
 * The value of `x != 'a' || x != 'b'`, which is always true, and of `x == 'a' && x == 'b'`, which never is; undefined
 * for any other condition.
 */
export function pairVerdict({ operator, operands }: Node & { kind: 'logic' }): PairVerdict | undefined {
  if (operands.length > MOST_OPERANDS) return undefined;
  const outcome = operator === '||';
  const comparisons = operands.flatMap((operand) => {
    const comparison = comparisonOf(operand);
    return comparison?.isPositive === !outcome ? [comparison] : [];
  });
  for (const [index, one] of comparisons.entries()) {
    const other = comparisons
      .slice(index + 1)
      .find(({ value, literals }) => value === one.value && literals.isDisjointFrom(one.literals));
    if (other === undefined) continue;
    const all = [...one.literals, ...other.literals].join(', ');
    const isWhole = operands.length === 2;
    const instead = `${outcome ? '!(' : ''}${one.value} in [${all}]${outcome ? ')' : ''}`;
    const reason = outcome
      ? 'a value always differs from one of two values'
      : 'no value equals two different values';
    return {
      outcome,
      why: { reason, help: `did you mean \`${instead}\`?`, instead: isWhole ? instead : undefined },
    };
  }
  return undefined;
}

function comparisonOf(node: Node): Comparison | undefined {
  if (node.kind !== 'operator') return undefined;
  const { operator, operands } = node;
  const [left, right] = operands;
  if (operator === '!') {
    const inner = comparisonOf(left);
    return inner && { ...inner, isPositive: !inner.isPositive };
  }
  if (right === undefined) return undefined;
  if (operator === 'in')
    return right.kind === 'list'
      ? compared(
          left,
          right.elements.map(({ value }) => value),
          true,
        )
      : undefined;
  if (operator !== '==' && operator !== '!=') return undefined;
  const isPositive = operator === '==';
  return compared(left, [right], isPositive) ?? compared(right, [left], isPositive);
}

/** Undefined unless all others are literals of text or whole numbers, and the value is not a literal. */
function compared(value: Node, others: readonly Node[], isPositive: boolean): Comparison | undefined {
  const isPlain = others.every(
    (each) => each.kind === 'literal' && (typeof each.value === 'string' || isInt(each.value)),
  );
  if (value.kind === 'literal' || others.length === 0 || !isPlain) return undefined;
  return { value: print(value), isPositive, literals: new Set(others.map(print)) };
}
