import type { Node } from './tree.ts';

/** `a.b` for a chain of plain names; undefined for any other node. */
export function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'name') return (node.isRooted ? '.' : '') + node.name;
  if (node.kind !== 'select' || node.isOptional) return undefined;
  const { start, end } = node.fieldAt;
  // A quoted name is not part of the name of a type.
  if (end - start > node.field.length) return undefined;
  const before = qualifiedName(node.operand);
  return before === undefined ? undefined : `${before}.${node.field}`;
}
