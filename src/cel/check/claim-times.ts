import { childrenOf, type Node, type Operator } from '../syntax/tree.ts';
import { type Checked, typeOf } from './checked.ts';
import { claimOf } from './text-comparisons.ts';

/** A claim as an operand beside a timestamp or duration, of which JSON has neither. */
export interface ClaimTime {
  /** Name of the claim. */
  readonly claim: string;
  readonly operator: Operator;
  readonly other: 'timestamp' | 'duration';
  /** Position of the claim. */
  readonly start: number;
  readonly end: number;
  /** Position of the whole operation. */
  readonly operation: { readonly start: number; readonly end: number };
}

/** All claims beside timestamps and durations, in order of position. */
export function claimTimes(checked: Checked): readonly ClaimTime[] {
  const found: ClaimTime[] = [];
  const visit = (node: Node): void => {
    const [left, right] = node.kind === 'operator' && node.operator !== 'in' ? node.operands : [];
    if (node.kind === 'operator' && left !== undefined && right !== undefined) {
      for (const [operand, beside] of [
        [left, right],
        [right, left],
      ] as const) {
        const claim = claimOf(checked, operand);
        const { kind } = typeOf(checked, beside);
        if (claim === undefined || (kind !== 'timestamp' && kind !== 'duration')) continue;
        const { start, end } = operand;
        const { operator } = node;
        const name = claim.slice(claim.lastIndexOf('claims.') + 'claims.'.length);
        found.push({
          claim: name,
          operator,
          other: kind,
          start,
          end,
          operation: { start: node.start, end: node.end },
        });
      }
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return found;
}
