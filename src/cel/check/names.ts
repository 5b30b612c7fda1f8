import type { FunctionDeclaration } from '../library/function.ts';
import type { Node } from '../syntax/tree.ts';
import type { Environment } from './environment.ts';

export interface Found<T> {
  readonly name: string;
  readonly found: T;
}

export function lookupVariable(environment: Environment, name: string, isRooted: boolean) {
  return lookup(environment, name, isRooted, environment.roots);
}

export function lookupType(environment: Environment, name: string, isRooted: boolean) {
  return lookup(environment, name, isRooted, environment.types);
}

export function lookupFunction(
  environment: Environment,
  name: string,
  isRooted: boolean,
): FunctionDeclaration | undefined {
  return lookup(environment, name, isRooted, environment.functions)?.found;
}

/** Looks in the container first, then in its outer namespaces, and finally outside of any namespace. */
function lookup<T>(
  { container }: Environment,
  name: string,
  isRooted: boolean,
  table: ReadonlyMap<string, T>,
): Found<T> | undefined {
  let namespace = isRooted ? '' : container;
  for (;;) {
    const candidate = namespace === '' ? name : `${namespace}.${name}`;
    const found = table.get(candidate);
    if (found !== undefined) return { name: candidate, found };
    if (namespace === '') return undefined;
    namespace = namespace.slice(0, Math.max(0, namespace.lastIndexOf('.')));
  }
}

/** `a.b.c` for a chain of plain names, with its first name; undefined for any other node. */
export function qualifiedName(
  node: Node,
): { readonly root: Node & { kind: 'name' }; readonly name: string } | undefined {
  if (node.kind === 'name') return { root: node, name: node.name };
  if (node.kind !== 'select' || node.isOptional) return undefined;
  const before = qualifiedName(node.operand);
  return before && { root: before.root, name: `${before.name}.${node.field}` };
}
