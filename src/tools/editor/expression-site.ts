import { check } from '../../cel/check/check.ts';
import type { Checked } from '../../cel/check/checked.ts';
import {
  type Declaration,
  type Environment,
  extendEnvironment,
  isDeclarable,
} from '../../cel/check/environment.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { childrenOf, type Node } from '../../cel/syntax/tree.ts';
import { DYN } from '../../cel/value/type.ts';
import { type ScalarTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { EditedFolder } from './edited-folder.ts';
import type { Owner } from './spots.ts';

/** An expression, with the types of all that could be read of it. */
export interface ExpressionSite {
  readonly checked: Checked;
  readonly environment: Environment;
}

/** Undefined: the folder was not compiled yet, or it is no expression. */
export function expressionSite(
  tree: ScalarTree,
  owner: Owner,
  folder: EditedFolder,
): ExpressionSite | undefined {
  const known = folder.environment(owner);
  if (known === undefined || typeof tree.value !== 'string') return undefined;
  const environment = withVariables(known, owner);
  return { checked: check(tree.value, parse(tree.value), environment), environment };
}

/** The nodes around a place of the source, the innermost last. */
export function nodesAt(root: Node, offset: number): readonly Node[] {
  const around: Node[] = [];
  for (let node: Node | undefined = root; node !== undefined; ) {
    around.push(node);
    node = childrenOf(node).find(({ start, end }) => start <= offset && offset < end);
  }
  return around;
}

/** Of a template, or a policy that did not compile yet, the variables are known by their names alone. */
function withVariables(environment: Environment, { tree }: Owner): Environment {
  if (environment.roots.has('variables')) return environment;
  const names = keysAt(tree, 'spec', 'variables').filter(isDeclarable);
  if (names.length === 0) return environment;
  const declarations = names.map((name): [string, Declaration] => [name, { type: DYN }]);
  return extendEnvironment(environment, 'variables', new Map(declarations));
}

function keysAt(tree: Tree, ...path: readonly string[]): readonly string[] {
  const at = valueAt(tree, ...path);
  return at?.kind === 'mapping' ? [...at.entries.keys()] : [];
}
