import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Type } from '../value/type.ts';
import type { Checked } from './checked.ts';

/** Declared names that an expression reads. A whole object is read with every field of it. */
export function readsOf(checked: Checked): ReadonlySet<string> {
  const reads = new Set<string>();
  const add = (name: string, type: Type): void => {
    if (type.kind !== 'object') reads.add(name);
    else for (const [field, below] of type.fields) add(`${name}.${field}`, below);
  };
  const visit = (node: Node): void => {
    const reference = checked.references[node.id];
    // The part before the dot of a declared name belongs to it, and is not read by itself.
    if (reference?.kind === 'variable') add(reference.path.join('.'), reference.type);
    else if (reference?.kind !== 'type') for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return reads;
}
