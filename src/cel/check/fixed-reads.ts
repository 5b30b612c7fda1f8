import { type CallNode, childrenOf, type Node } from '../syntax/tree.ts';
import { type Checked, functionOf } from './checked.ts';
import type { Environment } from './environment.ts';
import { nameOf, textOf } from './key-reads.ts';

/** Part of the value of a declared name that is the same for every request. */
export interface FixedPart {
  readonly name: string;
  /** Keys and indexes below the name, from the outside; undefined for one that only a request tells. */
  readonly keys: readonly (string | undefined)[];
}

/** Part of a fixed value that a function reads at load time, with the call. */
export interface PreparedPart extends FixedPart {
  readonly start: number;
  readonly end: number;
}

/** The part of a fixed value that a node reads; undefined for any other node. */
export function fixedPart(checked: Checked, node: Node, { fixed }: Environment): FixedPart | undefined {
  const keys: (string | undefined)[] = [];
  let at = node;
  for (;;) {
    const name = nameOf(checked, at);
    if (name !== undefined) return fixed.has(name) ? { name, keys: keys.toReversed() } : undefined;
    if (at.kind === 'select') {
      keys.push(at.field);
      at = at.operand;
    } else if (at.kind === 'index') {
      keys.push(keyOf(at.index));
      at = at.operand;
    } else if (at.kind === 'call' && at.name === 'orValue' && at.receiver !== undefined) {
      at = at.receiver;
    } else return undefined;
  }
}

function keyOf(node: Node): string | undefined {
  const isIndex = node.kind === 'literal' && typeof node.value === 'number';
  return isIndex ? String(node.value) : textOf(node);
}

/** The part of a fixed value that a call reads at load time; undefined if there is none. */
export function preparedPart(
  checked: Checked,
  node: CallNode,
  environment: Environment,
): FixedPart | undefined {
  const [first] = node.args;
  const isPreparing =
    functionOf(checked, node)?.overloads.some(({ preparesFirst }) => preparesFirst) === true;
  return isPreparing && first !== undefined ? fixedPart(checked, first, environment) : undefined;
}

/** The parts of fixed values that functions read at load time. */
export function preparedParts(checked: Checked, environment: Environment): readonly PreparedPart[] {
  if (environment.fixed.size === 0) return [];
  const parts: PreparedPart[] = [];
  const visit = (node: Node): void => {
    const part = node.kind === 'call' ? preparedPart(checked, node, environment) : undefined;
    if (part !== undefined) parts.push({ ...part, start: node.start, end: node.end });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return parts;
}
