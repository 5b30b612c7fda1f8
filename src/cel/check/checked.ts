import type { FunctionDeclaration, Overload } from '../library/function.ts';
import type { Problem } from '../syntax/problem.ts';
import type { Node } from '../syntax/tree.ts';
import type { TypeValue } from '../value/boxed.ts';
import type { Type } from '../value/type.ts';

/** A tree with what was found out about each of its nodes, both by id. */
export interface Checked {
  readonly source: string;
  readonly root: Node;
  readonly types: readonly (Type | undefined)[];
  /** Of names, of field accesses that are part of a name, and of calls and operators. */
  readonly references: readonly (Reference | undefined)[];
  /** In the order in which they stand. Where there are some, what is wrong is of type `error`. */
  readonly problems: readonly Problem[];
}

export type Reference =
  | VariableReference
  /** A variable of a comprehension or binding around. */
  | { readonly kind: 'local'; readonly name: string }
  /** A type, used as a value. */
  | { readonly kind: 'type'; readonly value: TypeValue }
  | FunctionReference;

/** A declared root, or a field below it: the way to it, and its type. */
export interface VariableReference {
  readonly kind: 'variable';
  readonly path: readonly string[];
  readonly type: Type;
}

export interface FunctionReference {
  readonly kind: 'function';
  readonly declaration: FunctionDeclaration;
  /** Those that fit what is known of the operands; empty where none does, and that was told. */
  readonly overloads: readonly Overload[];
  /** What stands before the dot is the namespace of the function, and no operand. */
  readonly isNamespaced: boolean;
}

export function typeOf({ types }: Checked, node: Node): Type {
  return types[node.id] ?? { kind: 'error' };
}

/** The function that a call, operator or index is of; undefined: it was not found. */
export function functionOf({ references }: Checked, node: Node): FunctionReference | undefined {
  const reference = references[node.id];
  return reference?.kind === 'function' ? reference : undefined;
}

/** The name in the function table of the operator that a node is. */
export function operatorName(node: Node & { kind: 'operator' | 'index' }): string {
  if (node.kind === 'index') return node.isOptional ? '_[?_]' : '_[_]';
  return node.operands.length === 1 ? `${node.operator}_` : `_${node.operator}_`;
}
