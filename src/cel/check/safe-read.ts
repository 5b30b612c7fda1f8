import type { Node } from '../syntax/tree.ts';
import type { Type } from '../value/type.ts';
import { type Checked, typeOf } from './checked.ts';
import { textOf } from './key-reads.ts';
import { sourceOf } from './presence.ts';

/**
 * Use of an expression. `allow` and `deny`: the condition of a rule; `optional`: a value that an empty optional leaves
 * out; `value`: any other value or condition.
 */
export type Use = 'allow' | 'deny' | 'optional' | 'value';

/** Text for a part of an expression. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A read of a key within its expression. */
interface Read {
  readonly checked: Checked;
  readonly node: Node;
  readonly parents: ReadonlyMap<Node, Node>;
  readonly use: Use;
}

interface SafeRead {
  readonly test: string;
  readonly replacement: Replacement | undefined;
}

/**
 * The test for a key, and the text that means the same as the read where the key exists. Where it does not, a
 * comparison of the text is false, as the author of `x == 'a'` means it. Undefined if a missing key would make the
 * condition of an allow rule true, or that of a deny rule false in another way.
 */
export function replacementOf(read: Read): SafeRead {
  const { checked, node, parents, use } = read;
  const test = testFor(checked, node);
  const chain = chainOf(node, parents);
  const consumer = parents.get(chain);
  const optional = optionalChain(checked, node, chain, parents);
  if (consumer === undefined) return { test, replacement: rootReplacement(read, chain, optional) };
  const condition = conditionAround(checked, consumer, parents);
  const isPositive = condition === undefined || isAffirmed(condition, parents);
  const written = isPositive ? defaulted(read, consumer, chain, optional) : undefined;
  if (written !== undefined) return { test, replacement: { ...spanOf(chain), text: written } };
  const isGuardable = use === 'allow' && isPositive && condition !== undefined;
  return { test, replacement: isGuardable ? guarded(checked, condition, test) : undefined };
}

/** The innermost condition that a node is or belongs to. */
function conditionAround(checked: Checked, node: Node, parents: ReadonlyMap<Node, Node>): Node | undefined {
  let at: Node | undefined = node;
  while (at !== undefined && typeOf(checked, at).kind !== 'bool') at = parents.get(at);
  return at;
}

function spanOf({ start, end }: Node): { readonly start: number; readonly end: number } {
  return { start, end };
}

function testFor(checked: Checked, node: Node): string {
  if (node.kind === 'select') return `has(${sourceOf(checked, node)})`;
  return node.kind === 'index'
    ? `${sourceOf(checked, node.index)} in ${sourceOf(checked, node.operand)}`
    : '';
}

/** The outermost read of a field or key below a read: `jwt.claims.a.b` for `jwt.claims.a`. */
function chainOf(node: Node, parents: ReadonlyMap<Node, Node>): Node {
  let at = node;
  for (;;) {
    const parent = parents.get(at);
    const isFurther = (parent?.kind === 'select' || parent?.kind === 'index') && parent.operand === at;
    if (!isFurther) return at;
    at = parent;
  }
}

/** The chain as an optional: `jwt.claims.?a.?b`. */
function optionalChain(checked: Checked, node: Node, chain: Node, parents: ReadonlyMap<Node, Node>): string {
  let text = '';
  for (let at: Node | undefined = node; at !== undefined; at = at === chain ? undefined : parents.get(at)) {
    if (at.kind === 'select') text += `${at === node ? sourceOf(checked, at.operand) : ''}.?${at.field}`;
    if (at.kind === 'index') {
      text += `${at === node ? sourceOf(checked, at.operand) : ''}[?${sourceOf(checked, at.index)}]`;
    }
  }
  return text;
}

/** Replacement for an expression that is nothing but the read. */
function rootReplacement({ checked, use }: Read, chain: Node, optional: string): Replacement | undefined {
  if (use === 'optional') return { ...spanOf(chain), text: optional };
  const value = zeroOf(typeOf(checked, chain));
  return value === undefined ? undefined : { ...spanOf(chain), text: `${optional}.orValue(${value})` };
}

function zeroOf({ kind }: Type): string | undefined {
  const zeros: Partial<Record<Type['kind'], string>> = { string: "''", int: '0', bool: 'false', list: '[]' };
  return zeros[kind];
}

/** True if the condition that a node belongs to makes its expression true, rather than false, or is no condition. */
function isAffirmed(node: Node, parents: ReadonlyMap<Node, Node>): boolean {
  if (node.kind === 'operator' && node.operator === '!') return false;
  let child = node;
  for (let at = parents.get(child); at !== undefined; at = parents.get(child)) {
    if (!passesOn(at, child)) return false;
    child = at;
  }
  return true;
}

/** True if a node is as true as its child, other children aside. */
function passesOn(node: Node, child: Node): boolean {
  switch (node.kind) {
    case 'logic':
      return true;
    case 'condition':
      return node.test !== child;
    case 'loop':
      return node.loop === 'exists' && node.range !== child;
    case 'bind':
      return node.body === child;
    default:
      return false;
  }
}

/** The chain with a default for which its condition is false; undefined if there is none. */
function defaulted(
  { checked, use }: Read,
  consumer: Node,
  chain: Node,
  optional: string,
): string | undefined {
  if (consumer.kind === 'call') {
    const isTest = ['startsWith', 'endsWith', 'contains'].includes(consumer.name);
    const [text] = consumer.args;
    const isSelective = consumer.receiver === chain && (textOf(text) ?? '') !== '';
    return isTest && isSelective ? `${optional}.orValue('')` : undefined;
  }
  if (consumer.kind !== 'operator') return undefined;
  const { operator, operands } = consumer;
  const [left, right] = operands;
  if (right === undefined) return undefined;
  if (operator === 'in')
    return right === chain ? container(checked, chain, optional) : element(right, optional);
  const isEquality = operator === '==' || (operator === '!=' && use === 'deny');
  return isEquality ? unequalTo(left === chain ? right : left, optional) : undefined;
}

/** A default that does not equal a literal. */
function unequalTo(literal: Node, optional: string): string | undefined {
  if (literal.kind !== 'literal') return undefined;
  const { value } = literal;
  if (typeof value === 'string' && value !== '') return `${optional}.orValue('')`;
  if (value === true) return `${optional}.orValue(false)`;
  return typeof value === 'number' && Number.isSafeInteger(value) && value !== 0
    ? `${optional}.orValue(0)`
    : undefined;
}

/** A claim that is one text, as issuers write a single role, is a list of it. */
function container(checked: Checked, chain: Node, optional: string): string | undefined {
  const { kind } = typeOf(checked, chain);
  if (kind === 'dyn') return `asList(${optional})`;
  return kind === 'list' ? `${optional}.orValue([])` : undefined;
}

/** The element of a list of texts, none of which is empty. */
function element(list: Node, optional: string): string | undefined {
  if (list.kind !== 'list' || list.elements.length === 0) return undefined;
  const isFull = list.elements.every(({ value, isOptional }) => !isOptional && (textOf(value) ?? '') !== '');
  return isFull ? `${optional}.orValue('')` : undefined;
}

/** A condition with a test before it. */
function guarded(checked: Checked, condition: Node, test: string): Replacement | undefined {
  const isSimple = ['operator', 'call', 'loop', 'has'].includes(condition.kind);
  return isSimple ? { ...spanOf(condition), text: `${test} && ${sourceOf(checked, condition)}` } : undefined;
}
