import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';

/** Longest text in help. */
const LONGEST = 200;

/** The text of a node as written; an operation is in parentheses, so that it can be an operand. */
export function textOf(source: string, node: Node): string {
  const text = source.slice(node.start, node.end);
  return isOperation(node) && !(node.kind === 'operator' && node.operands.length === 1) ? `(${text})` : text;
}

function isOperation({ kind }: Node): boolean {
  return kind === 'operator' || kind === 'logic' || kind === 'condition';
}

/**
 * Help that names the text to write in place of a range. A text that is an operation gets parentheses where an operand
 * stands. Undefined for a long text.
 */
export function writeInstead(
  source: string,
  range: Range,
  text: string,
  { isOperation: loose = false }: { readonly isOperation?: boolean } = {},
): Advice | undefined {
  if (text.length > LONGEST) return undefined;
  const written = loose && isOperand(source, range) ? `(${text})` : text;
  return {
    help: written.includes('`') ? 'write it in the notation of CEL' : `write \`${text}\``,
    edit: { start: range.start, end: range.end, text: written },
  };
}

/** True if an operator or a member is next to the range. */
function isOperand(source: string, { start, end }: Range): boolean {
  const before = source.slice(0, start).trimEnd().at(-1) ?? '(';
  const after = source.slice(end).trimStart()[0] ?? ')';
  return !'([{,&|?:'.includes(before) || !')]},&|?:'.includes(after);
}

/** The innermost node around another one of the tree for which the test holds. */
export function around(root: Node, inner: Range, test: (node: Node) => boolean): Node | undefined {
  let found: Node | undefined;
  let at: Node | undefined = root;
  while (at !== undefined) {
    if (test(at)) found = at;
    at = childrenOf(at).find(({ start, end }) => start <= inner.start && inner.end <= end);
  }
  return found;
}
