import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Checked } from './checked.ts';

/** A key that is read, and where. */
export interface KeyRead {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The keys of the declared map `name` that are read without anything in the expression asking whether they are there:
 * no `has(m.k)`, `m.?k`, `m[?'k']` or `'k' in m`. Each key once, where it is read first.
 */
export function unguardedKeys(checked: Checked, name: string): readonly KeyRead[] {
  const isMap = (node: Node): boolean => nameOf(checked, node) === name;
  const reads = new Map<string, KeyRead>();
  const asked = new Set<string>();
  const visit = (node: Node): void => {
    const touched = keyOf(node, isMap);
    if (touched?.isAsked === true) asked.add(touched.key);
    else if (touched !== undefined && !reads.has(touched.key)) {
      reads.set(touched.key, { key: touched.key, start: node.start, end: node.end });
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return [...reads.values()].filter(({ key }) => !asked.has(key));
}

/** The declared name that a node reads; undefined for anything else. */
export function nameOf({ references }: Checked, node: Node): string | undefined {
  const reference = references[node.id];
  return reference?.kind === 'variable' ? reference.path.join('.') : undefined;
}

/** The text of a literal. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The key of such a map that a node reads, or asks for. */
function keyOf(
  node: Node,
  isMap: (node: Node) => boolean,
): { readonly key: string; readonly isAsked: boolean } | undefined {
  switch (node.kind) {
    case 'select':
      return isMap(node.operand) ? { key: node.field, isAsked: node.isOptional } : undefined;
    case 'has':
      return isMap(node.operand) ? { key: node.field, isAsked: true } : undefined;
    case 'index': {
      const key = isMap(node.operand) ? textOf(node.index) : undefined;
      return key === undefined ? undefined : { key, isAsked: node.isOptional };
    }
    case 'operator': {
      const [element, map] = node.operands;
      const key = node.operator === 'in' && map !== undefined && isMap(map) ? textOf(element) : undefined;
      return key === undefined ? undefined : { key, isAsked: true };
    }
    default:
      return undefined;
  }
}
