import { check } from '../../cel/check/check.ts';
import type { Checked } from '../../cel/check/checked.ts';
import {
  type Declaration,
  type Environment,
  extendEnvironment,
  isDeclarable,
} from '../../cel/check/environment.ts';
import { parse } from '../../cel/syntax/parse.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { childrenOf, type Node } from '../../cel/syntax/tree.ts';
import { DYN } from '../../cel/value/type.ts';
import { type ScalarTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { Owner } from './document-nodes.ts';
import type { EditedFolder } from './edited-folder.ts';

/** A checked expression, with types for all parts that could be parsed. */
export interface ExpressionSite {
  readonly checked: Checked;
  readonly environment: Environment;
}

/** Undefined if the folder was not compiled yet, or if the scalar is not a string. */
export function expressionSite(
  tree: ScalarTree,
  owner: Owner,
  folder: EditedFolder,
  form: 'expression' | 'text',
): ExpressionSite | undefined {
  const declared = folder.environment(owner);
  if (declared === undefined || typeof tree.value !== 'string') return undefined;
  const environment = withVariables(declared, owner);
  const parsed = form === 'text' ? parseText(tree.value) : parse(tree.value);
  return { checked: check(tree.value, parsed, environment), environment };
}

/** Nodes that contain an offset of the source, the innermost last. */
export function nodesAt(root: Node, offset: number): readonly Node[] {
  const nodes: Node[] = [];
  for (let node: Node | undefined = root; node !== undefined; ) {
    nodes.push(node);
    node = childrenOf(node).find(({ start, end }) => start <= offset && offset < end);
  }
  return nodes;
}

/** Declares the variables of a template, or of a policy that was never valid, by their names, with type `dyn`. */
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
