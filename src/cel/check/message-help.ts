import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';
import { nearest, quoted } from '../../diagnostic/suggest.ts';
import { childrenOf, type Node, type SelectNode } from '../syntax/tree.ts';
import type { Type } from '../value/type.ts';
import type { Environment } from './environment.ts';
import { lookupEnum, qualifiedName } from './names.ts';
import { textOf, writeInstead } from './rewrite.ts';

/** Most members that a help lists. */
const MOST_MEMBERS = 12;

/** Help for an unknown member of a message or enum: the similar one, or those that there are. */
export function memberHelp(range: Range, type: string, given: string, members: readonly string[]): Advice {
  const near = nearest(given, members);
  if (near !== undefined) return insteadOf(range, near);
  if (members.length === 0) return { help: `\`${type}\` has no fields` };
  const rest = members.length - MOST_MEMBERS;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return { help: `\`${type}\` has ${quoted(members.slice(0, MOST_MEMBERS))}${more}` };
}

function insteadOf({ start, end }: Range, text: string): Advice {
  return { help: `did you mean \`${text}\`?`, edit: { start, end, text } };
}

/** Help for an unknown message. */
export function messageHelp(range: Range, name: string, messages: Iterable<string>): Advice {
  const near = nearestMessage(name, messages);
  return near === undefined ? { help: "write a map as `{'key': value}`" } : insteadOf(range, near);
}

interface Mistake extends Advice {
  readonly range: Range;
  readonly message: string;
}

/**
 * The unknown value of an enum whose name begins with `first`, or a name that is similar to that of a value; undefined
 * for any other name.
 */
export function enumMistake(root: Node, first: Node, environment: Environment): Mistake | undefined {
  const own = root.kind === 'select' ? valueMistake(root, first, environment) : undefined;
  if (own !== undefined) return own;
  const inner = childrenOf(root).find(({ start, end }) => start <= first.start && first.end <= end);
  const within = inner && enumMistake(inner, first, environment);
  return within ?? (root.kind === 'select' ? misspeltValue(root, first, environment) : undefined);
}

/** A name such as `Sate.PAID`, by as many of the last parts of the names of values. */
function misspeltValue(node: SelectNode, first: Node, { messages }: Environment): Mistake | undefined {
  const name = qualifiedName(node);
  if (messages === undefined || name?.root !== first) return undefined;
  const parts = name.name.split('.').length;
  const names = new Map(
    [...messages.constants].map((each) => [each.split('.').slice(-parts).join('.'), each]),
  );
  const near = names.get(nearest(name.name, names.keys()) ?? '');
  if (near === undefined) return undefined;
  return { range: node, message: `unknown name \`${name.name}\``, ...insteadOf(node, near) };
}

function valueMistake(
  { operand, field, fieldAt: range }: SelectNode,
  first: Node,
  environment: Environment,
): Mistake | undefined {
  const name = qualifiedName(operand);
  if (name?.root !== first) return undefined;
  const found = lookupEnum(environment, name.name, name.root.isRooted);
  if (found === undefined) return undefined;
  const message = `\`${found.name}\` has no value \`${field}\``;
  return { range, message, ...memberHelp(range, found.name, field, found.found) };
}

/** The full name of the only value of an enum with this short name. */
export function constantNamed(name: string, { messages }: Environment): string | undefined {
  const [only, ...others] = [...(messages?.constants ?? [])].filter((each) => each.endsWith(`.${name}`));
  return others.length === 0 ? only : undefined;
}

/** Help for `message['field']`. */
export function fieldOfIndex(
  source: string,
  node: Node & { kind: 'index' },
  type: Type | undefined,
  { messages }: Environment,
): Advice | undefined {
  const { index, operand } = node;
  if (type?.kind !== 'message' || index.kind !== 'literal' || typeof index.value !== 'string')
    return undefined;
  if (messages?.fieldOf(type.name, index.value) === undefined) return undefined;
  return writeInstead(source, node, `${textOf(source, operand)}.${index.value}`);
}

/** The full name that was probably meant: similar as a whole, or in its last part. */
function nearestMessage(name: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const last = (each: string) => each.slice(each.lastIndexOf('.') + 1);
  const ending = all.find((each) => last(each) === last(name));
  if (ending !== undefined) return ending;
  const whole = nearest(name, all);
  if (whole !== undefined) return whole;
  const near = nearest(last(name), all.map(last));
  return near && all.find((each) => last(each) === near);
}
