import { type Checked, functionOf, typeOf } from '../check/checked.ts';
import type { Node } from '../syntax/tree.ts';
import { DYN, type Type } from '../value/type.ts';

/**
 * The type that a value has in every case. The checker allows null for these types, so a condition or an element of
 * such a type may be null; its type is `dyn` for code that relies on it.
 */
export function certainType(checked: Checked, node: Node): Type {
  const type = typeOf(checked, node);
  // Two values of different types may only have null in common.
  if (type.kind === 'null') return node.kind === 'literal' ? type : DYN;
  if (type.kind === 'wrapper') return DYN;
  return isNullable(type) && !isCertain(checked, node, type) ? DYN : type;
}

function isNullable({ kind }: Type): boolean {
  return ['timestamp', 'duration', 'optional', 'opaque', 'object', 'message'].includes(kind);
}

function isCertain(checked: Checked, node: Node, type: Type): boolean {
  if (checked.references[node.id]?.kind === 'variable') return true;
  switch (node.kind) {
    case 'call':
    case 'operator': {
      const overloads = functionOf(checked, node)?.overloads ?? [];
      return overloads.length > 0 && overloads.every(({ result }) => result.kind === type.kind);
    }
    case 'select':
    case 'index':
      return node.isOptional;
    case 'optional_map':
      return true;
    default:
      return false;
  }
}
