import type { Advice } from '../../diagnostic/advice.ts';
import type { LogicNode, Node } from '../syntax/tree.ts';
import { textOf, writeInstead } from './rewrite.ts';

/** Help for `method == 'GET' || 'HEAD'`. */
export function alternativesHelp(
  source: string,
  { operator, operands }: LogicNode,
  operand: Node,
): Advice | string | undefined {
  if (operator !== '||' || !isText(operand)) return undefined;
  const index = operands.indexOf(operand);
  const first = operands.slice(0, index).findLast((each) => !isText(each));
  const [value, text] = first?.kind === 'operator' && first.operator === '==' ? first.operands : [];
  if (value === undefined || text === undefined || !isText(text) || first === undefined)
    return 'to compare with several values, write `x in [a, b]`';
  const from = operands.indexOf(first) + 1;
  const next = operands.findIndex((each, at) => at >= from && !isText(each));
  const others = operands.slice(from, next === -1 ? undefined : next);
  const listed = [text, ...others].map((each) => textOf(source, each)).join(', ');
  const range = { start: first.start, end: others.at(-1)?.end ?? operand.end };
  return writeInstead(source, range, `${textOf(source, value)} in [${listed}]`, {
    isOperation: true,
  });
}

function isText(node: Node): boolean {
  return node.kind === 'literal' && typeof node.value === 'string';
}
