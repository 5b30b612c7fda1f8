import { childrenOf, type Node } from '../syntax/tree.ts';
import { type Checked, typeOf } from './checked.ts';
import type { Environment } from './environment.ts';
import { fixedPart } from './fixed-reads.ts';
import { nameOf, textOf } from './key-reads.ts';

/** Keys of declared maps that exist, as `keyFact` writes them, and names that are true. */
export type Facts = ReadonlySet<string>;

export const NO_FACTS: Facts = new Set();

/** The fact that a map has a key; a key that is not literal is `=` and its source. */
export function keyFact(map: string, key: string): string {
  return `${map} ${key}`;
}

/** Access to a key of a declared map. */
export interface Access {
  readonly map: string;
  /** Undefined for a key that is only known at evaluation time. */
  readonly key: string | undefined;
  readonly fact: string;
}

/** The declared map whose key a node reads or tests, by the map and the key. */
function accessOf(checked: Checked, map: Node, key: Node | string): Access | undefined {
  const name = nameOf(checked, map);
  if (name === undefined || typeOf(checked, map).kind !== 'map') return undefined;
  const text = typeof key === 'string' ? key : textOf(key);
  const source = typeof key === 'string' ? '' : `=${sourceOf(checked, key)}`;
  return { map: name, key: text, fact: keyFact(name, text ?? source) };
}

/** Source of a node, on one line. */
export function sourceOf({ source }: Checked, { start, end }: Node): string {
  return source.slice(start, end).replaceAll(/\s+/g, ' ');
}

/** The read of a key that fails without it; undefined for any other node. */
export function readOf(checked: Checked, node: Node, environment: Environment): Access | undefined {
  if (node.kind !== 'select' && node.kind !== 'index') return undefined;
  if (node.isOptional) return undefined;
  const isFixed = (part: Node): boolean => fixedPart(checked, part, environment) !== undefined;
  const isKeyFixed = node.kind === 'select' || node.index.kind === 'literal' || isFixed(node.index);
  // Of two values that are the same for every request, it is known before whether one has the other.
  if (isKeyFixed && isFixed(node.operand)) return undefined;
  return accessOf(checked, node.operand, node.kind === 'select' ? node.field : node.index);
}

/** The test for a key, true if it exists; undefined for any other node. */
function testOf(checked: Checked, node: Node): Access | undefined {
  if (node.kind === 'has') return accessOf(checked, node.operand, node.field);
  if (node.kind === 'call') return node.name === 'hasValue' ? optionalOf(checked, node.receiver) : undefined;
  if (node.kind !== 'operator') return undefined;
  const [left, right] = node.operands;
  if (right === undefined) return undefined;
  if (node.operator === 'in') return accessOf(checked, right, left);
  return node.operator === '=='
    ? (defaulted(checked, left, right) ?? defaulted(checked, right, left))
    : undefined;
}

/** The key of `m[?k]` or `m.?k`. */
function optionalOf(checked: Checked, node: Node | undefined): Access | undefined {
  if (node?.kind === 'select' && node.isOptional) return accessOf(checked, node.operand, node.field);
  return node?.kind === 'index' && node.isOptional ? accessOf(checked, node.operand, node.index) : undefined;
}

/** The key of `m[?k].orValue('') == 'a'`, which is true only for a key that exists. */
function defaulted(checked: Checked, node: Node, other: Node): Access | undefined {
  if (node.kind !== 'call' || node.name !== 'orValue' || other.kind !== 'literal') return undefined;
  const [value] = node.args;
  const differs = value?.kind === 'literal' && value.value !== other.value;
  return differs ? optionalOf(checked, node.receiver) : undefined;
}

/** Facts that hold wherever a condition has this value. */
export function factsOf(checked: Checked, node: Node, outcome: boolean): Facts {
  switch (node.kind) {
    case 'logic': {
      const within = node.operands.map((operand) => factsOf(checked, operand, outcome));
      const isAll = (node.operator === '&&') === outcome;
      return within.reduce((all, each) => (isAll ? all.union(each) : all.intersection(each)));
    }
    case 'condition': {
      const yes = factsOf(checked, node.test, true).union(factsOf(checked, node.yes, outcome));
      const no = factsOf(checked, node.test, false).union(factsOf(checked, node.no, outcome));
      return yes.intersection(no);
    }
    case 'operator':
      if (node.operator === '!') return factsOf(checked, node.operands[0], !outcome);
      break;
    default:
  }
  if (!outcome) return NO_FACTS;
  const test = testOf(checked, node);
  return new Set([
    ...(test === undefined ? [] : [test.fact]),
    ...(provesToken(checked, node) ? [TOKEN] : []),
  ]);
}

/** The fact that a token is verified. */
export const TOKEN = 'jwt.present';

/** True for conditions that are false without a token: `jwt.present`, `'a' in jwt.scopes`, `jwt.issuer == 'a'`. */
function provesToken(checked: Checked, node: Node): boolean {
  if (nameOf(checked, node) === TOKEN && node.kind !== 'has') return true;
  if (node.kind !== 'operator') return false;
  const [left, right] = node.operands;
  if (right === undefined) return false;
  if (node.operator === 'in')
    return ['jwt.scopes', 'jwt.roles', 'jwt.audiences', 'jwt.claims'].includes(nameOf(checked, right) ?? '');
  const isText = (each: Node): boolean => (textOf(each) ?? '') !== '';
  const isName = (each: Node): boolean => ['jwt.issuer', 'jwt.subject'].includes(nameOf(checked, each) ?? '');
  return node.operator === '==' && ((isName(left) && isText(right)) || (isName(right) && isText(left)));
}

/** Facts that hold while a child of a node is evaluated, or where they do not hold, its failure does not count. */
export function factsWithin(checked: Checked, node: Node, child: Node, known: Facts): Facts {
  switch (node.kind) {
    case 'logic': {
      const others = node.operands.filter((operand) => operand !== child);
      return others.reduce((all, other) => all.union(factsOf(checked, other, node.operator === '&&')), known);
    }
    case 'condition':
      if (child === node.test) return known;
      return known.union(factsOf(checked, node.test, child === node.yes));
    case 'loop': {
      if (child === node.range) return known;
      const filtered =
        node.filter === undefined || child === node.filter ? NO_FACTS : factsOf(checked, node.filter, true);
      const map = nameOf(checked, node.range);
      // The first variable of a loop over a map is one of its keys.
      const isMap = map !== undefined && typeOf(checked, node.range).kind === 'map';
      return known.union(filtered).union(isMap ? new Set([keyFact(map, `=${node.variables[0]}`)]) : NO_FACTS);
    }
    default:
      return known;
  }
}

/** The parent of every node of a tree. */
export function parentsIn(root: Node): ReadonlyMap<Node, Node> {
  const parents = new Map<Node, Node>();
  const visit = (node: Node): void => {
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      visit(child);
    }
  };
  visit(root);
  return parents;
}
