import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Checked } from './checked.ts';
import { nameOf, textOf } from './key-reads.ts';

/** Comparison of a declared name, or of a claim, with string literals. */
export interface TextComparison {
  /** A claim is `jwt.claims.NAME`. */
  readonly name: string;
  /** `in` has a list of literals; `has` is `text in name`; `spiffe` is `spiffe(name).matches(text)`. */
  readonly test: '==' | '!=' | 'in' | 'has' | 'startsWith' | 'endsWith' | 'spiffe';
  readonly texts: readonly ComparedText[];
  readonly start: number;
  readonly end: number;
}

/** A literal with its position. */
export interface ComparedText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** All comparisons of declared names with string literals, in order of position. */
export function textComparisons(checked: Checked): readonly TextComparison[] {
  const found: TextComparison[] = [];
  const visit = (node: Node): void => {
    const comparison = comparisonOf(checked, node);
    if (comparison !== undefined) found.push({ ...comparison, start: node.start, end: node.end });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return found;
}

type Compared = Pick<TextComparison, 'name' | 'test' | 'texts'>;

function comparisonOf(checked: Checked, node: Node): Compared | undefined {
  if (node.kind === 'call') return callOf(checked, node);
  if (node.kind !== 'operator') return undefined;
  const { operator, operands } = node;
  const [left, right] = operands;
  if (right === undefined) return undefined;
  if (operator === 'in') return membershipOf(checked, left, right);
  if (operator !== '==' && operator !== '!=') return undefined;
  return compared(checked, left, operator, [right]) ?? compared(checked, right, operator, [left]);
}

function membershipOf(checked: Checked, element: Node, container: Node): Compared | undefined {
  if (textOf(element) !== undefined) return compared(checked, container, 'has', [element]);
  if (container.kind !== 'list' || container.elements.length === 0) return undefined;
  return compared(
    checked,
    element,
    'in',
    container.elements.map(({ value }) => value),
  );
}

function callOf(checked: Checked, { name, receiver, args }: Node & { kind: 'call' }): Compared | undefined {
  if (receiver === undefined) return undefined;
  if (name === 'startsWith' || name === 'endsWith') return compared(checked, receiver, name, args);
  const [id] = receiver.kind === 'call' && receiver.name === 'spiffe' ? receiver.args : [];
  return name === 'matches' && id !== undefined ? compared(checked, id, 'spiffe', args) : undefined;
}

/** Undefined unless the node is a declared name and all others are string literals. */
function compared(
  checked: Checked,
  node: Node,
  test: TextComparison['test'],
  literals: readonly Node[],
): Compared | undefined {
  const name = nameOf(checked, node) ?? claimOf(checked, node);
  const texts = literals.flatMap((each) => {
    const text = textOf(each);
    return text === undefined ? [] : [{ text, start: each.start, end: each.end }];
  });
  if (name === undefined || texts.length < literals.length) return undefined;
  return { name, test, texts };
}

/** `jwt.claims.NAME` for a node that reads a claim; undefined for any other node. */
export function claimOf(checked: Checked, node: Node): string | undefined {
  const key = node.kind === 'select' ? node.field : node.kind === 'index' ? textOf(node.index) : undefined;
  if (key === undefined || (node.kind !== 'select' && node.kind !== 'index')) return undefined;
  return nameOf(checked, node.operand) === CLAIMS ? `${CLAIMS}.${key}` : undefined;
}

const CLAIMS = 'jwt.claims';
