import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Checked } from './checked.ts';

/** Read of a map key that an expression names, with its position. */
export interface KeyRead {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  /** True for a test for presence: `has(m.k)`, `m.?k`, `m[?'k']` or `'k' in m`. Any other read requires the key. */
  readonly isPresenceTest: boolean;
}

/** Reads of the declared map `name` with literal keys, in order of position. */
export function keyReads(checked: Checked, name: string): readonly KeyRead[] {
  const isMap = (node: Node): boolean => nameOf(checked, node) === name;
  const reads: KeyRead[] = [];
  const visit = (node: Node): void => {
    const read = keyOf(node, isMap);
    if (read !== undefined) reads.push({ ...read, start: node.start, end: node.end });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return reads;
}

/** The declared name that a node reads; undefined for any other node. */
export function nameOf({ references }: Checked, node: Node): string | undefined {
  const reference = references[node.id];
  return reference?.kind === 'variable' ? reference.path.join('.') : undefined;
}

/** Value of a string literal; undefined for any other node. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The key of a given map that a node reads, or tests for presence. */
function keyOf(
  node: Node,
  isMap: (node: Node) => boolean,
): { readonly key: string; readonly isPresenceTest: boolean } | undefined {
  switch (node.kind) {
    case 'select':
      return isMap(node.operand) ? { key: node.field, isPresenceTest: node.isOptional } : undefined;
    case 'has':
      return isMap(node.operand) ? { key: node.field, isPresenceTest: true } : undefined;
    case 'index': {
      const key = isMap(node.operand) ? textOf(node.index) : undefined;
      return key === undefined ? undefined : { key, isPresenceTest: node.isOptional };
    }
    case 'operator': {
      const [element, map] = node.operands;
      const key = node.operator === 'in' && map !== undefined && isMap(map) ? textOf(element) : undefined;
      return key === undefined ? undefined : { key, isPresenceTest: true };
    }
    default:
      return undefined;
  }
}
