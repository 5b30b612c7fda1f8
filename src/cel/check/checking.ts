import type { Node } from '../syntax/tree.ts';
import type { Type } from '../value/type.ts';
import type { Assignment } from './assignment.ts';
import type { Mistakes } from './mistakes.ts';

/** Variables of enclosing comprehensions and bindings, from the inside out. */
export interface Scope {
  readonly name: string;
  readonly type: Type;
  readonly outer: Scope | undefined;
}

/** Interface of the checker for code that checks one kind of expression. */
export interface Checking {
  readonly assignment: Assignment;
  readonly mistakes: Mistakes;
  check(node: Node, scope: Scope | undefined): Type;
  /** Checks a condition; `message` is the message for a type other than bool. */
  checkBool(node: Node, scope: Scope | undefined, message?: (type: string) => string): void;
  /** The known part of a type, for a message. */
  show(type: Type): string;
}

export function find(scope: Scope | undefined, name: string): Scope | undefined {
  let at = scope;
  while (at !== undefined && at.name !== name) at = at.outer;
  return at;
}

export function localNames(scope: Scope | undefined): readonly string[] {
  const names: string[] = [];
  for (let at = scope; at !== undefined; at = at.outer) names.unshift(at.name);
  // The names in a `cel.block` are not written as names.
  return [...new Set(names)].filter((name) => !name.startsWith('@'));
}

export function optional(of: Type): Type {
  return { kind: 'optional', of };
}

export function unwrap(type: Type): Type {
  return type.kind === 'optional' ? type.of : type;
}
