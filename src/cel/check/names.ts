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
  const { types, messages } = environment;
  const get = (candidate: string) => types.get(candidate) ?? messages?.typeOf(candidate);
  return lookup(environment, name, isRooted, messages === undefined ? types : { get });
}

/** The value of an enum. */
export function lookupConstant(environment: Environment, name: string, isRooted: boolean) {
  const { messages } = environment;
  if (messages === undefined || !name.includes('.')) return undefined;
  return lookup(environment, name, isRooted, { get: (candidate) => messages.constantOf(candidate) })?.found;
}

/** The enum with this name, and the names of its values. */
export function lookupEnum(environment: Environment, name: string, isRooted: boolean) {
  const { messages } = environment;
  return (
    messages && lookup(environment, name, isRooted, { get: (candidate) => messages.valuesOf(candidate) })
  );
}

/** The type of a message by the name before its `{`, which begins with a dot if it is rooted. */
export function lookupMessage(environment: Environment, written: string) {
  const { messages } = environment;
  if (messages === undefined) return undefined;
  const isRooted = written.startsWith('.');
  const get = (name: string) => {
    const type = messages.isMessage(name) ? messages.typeOf(name) : undefined;
    return type && { messages, type };
  };
  return lookup(environment, isRooted ? written.slice(1) : written, isRooted, { get });
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
  table: Pick<ReadonlyMap<string, T>, 'get'>,
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
