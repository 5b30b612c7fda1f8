import type { FunctionDeclaration, Overload } from '../library/function.ts';
import type { Problem } from '../syntax/problem.ts';
import type { Node } from '../syntax/tree.ts';
import type { TypeValue } from '../value/boxed.ts';
import type { Type } from '../value/type.ts';
import type { CreateMessage } from './message-types.ts';

/** Tree with the types and references of its nodes, by id. */
export interface Checked {
  readonly source: string;
  readonly root: Node;
  readonly types: readonly (Type | undefined)[];
  /** References of names, of field accesses that belong to a name, and of calls and operators. */
  readonly references: readonly (Reference | undefined)[];
  /** In order of position. If there are any, mistaken parts have the type `error`. */
  readonly problems: readonly Problem[];
}

export type Reference =
  | VariableReference
  /** Variable of an enclosing comprehension or binding. */
  | { readonly kind: 'local'; readonly name: string }
  /** Type that is used as a value. */
  | { readonly kind: 'type'; readonly value: TypeValue }
  /** Value of an enum. */
  | { readonly kind: 'constant'; readonly value: unknown }
  /** Construction of a message from the values of its written fields. */
  | { readonly kind: 'message'; readonly create: CreateMessage }
  | FunctionReference;

/** Declared root, or a field below it: its path and type. */
export interface VariableReference {
  readonly kind: 'variable';
  readonly path: readonly string[];
  readonly type: Type;
}

export interface FunctionReference {
  readonly kind: 'function';
  readonly declaration: FunctionDeclaration;
  /** Overloads that match the known types of the operands; empty if none does, which has been reported. */
  readonly overloads: readonly Overload[];
  /** True if the part before the dot is the namespace of the function, and not an operand. */
  readonly isNamespaced: boolean;
}

export function typeOf({ types }: Checked, node: Node): Type {
  return types[node.id] ?? { kind: 'error' };
}

/** The function of a call, operator or index; undefined if it was not found. */
export function functionOf({ references }: Checked, node: Node): FunctionReference | undefined {
  const reference = references[node.id];
  return reference?.kind === 'function' ? reference : undefined;
}

/** Name of an operator in the function table. */
export function operatorName(node: Node & { kind: 'operator' | 'index' }): string {
  if (node.kind === 'index') return node.isOptional ? '_[?_]' : '_[_]';
  return node.operands.length === 1 ? `${node.operator}_` : `_${node.operator}_`;
}
