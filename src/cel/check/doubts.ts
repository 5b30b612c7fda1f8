import { childrenOf, type Node, type OperatorNode } from '../syntax/tree.ts';
import { type Checked, typeOf } from './checked.ts';
import { nameOf, textOf } from './key-reads.ts';

/** An operation that compiles and rarely means what its author wanted. */
export interface Doubt {
  readonly kind: 'number_in_quotes' | 'claim_is_list' | 'address_prefix';
  readonly message: string;
  /** The expression that was probably meant; undefined if several are likely. */
  readonly instead: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** All doubtful operations, in order of position. */
export function doubts(checked: Checked, source: string): readonly Doubt[] {
  const found: Doubt[] = [];
  const visit = (node: Node): void => {
    const doubt = doubtOf(checked, source, node);
    if (doubt !== undefined) found.push({ ...doubt, start: node.start, end: node.end });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return found;
}

type Found = Omit<Doubt, 'start' | 'end'>;

function doubtOf(checked: Checked, source: string, node: Node): Found | undefined {
  if (node.kind === 'operator')
    return quotedNumber(checked, source, node) ?? listClaim(checked, source, node);
  return node.kind === 'call' ? addressPrefix(checked, source, node) : undefined;
}

const ORDER = ['<', '<=', '>', '>='];

/** `request.body.amount > '100'`: a number has no order beside a text, and texts are ordered by their characters. */
function quotedNumber(
  checked: Checked,
  source: string,
  { operator, operands }: OperatorNode,
): Found | undefined {
  if (!ORDER.includes(operator)) return undefined;
  const [left, right] = operands;
  if (right === undefined) return undefined;
  const isLeft = isQuotedNumber(left);
  const [quoted, other] = isLeft ? [left, right] : [right, left];
  if (!isQuotedNumber(quoted) || other.kind === 'literal') return undefined;
  const number = textOf(quoted) ?? '';
  const read = source.slice(other.start, other.end);
  const { kind } = typeOf(checked, other);
  if (kind !== 'string' && kind !== 'dyn') return undefined;
  const value = kind === 'dyn' ? read : `${number.includes('.') ? 'double' : 'int'}(${read})`;
  const why =
    kind === 'dyn'
      ? `\`'${number}'\` is text: the comparison fails where \`${read}\` is a number`
      : `texts are compared by their characters: \`'9'\` is more than \`'10'\``;
  const instead = isLeft ? `${number} ${operator} ${value}` : `${value} ${operator} ${number}`;
  return { kind: 'number_in_quotes', message: why, instead };
}

function isQuotedNumber(node: Node | undefined): boolean {
  return /^-?\d{1,15}(?:\.\d{1,6})?$/.test(textOf(node) ?? '');
}

/** Claims that identity providers send as lists. */
const LISTS: ReadonlySet<string> = new Set([
  'roles',
  'groups',
  'permissions',
  'entitlements',
  'authorities',
  'amr',
  'wids',
]);

/** `jwt.claims.roles == 'admin'`: a list never equals a text. */
function listClaim(
  checked: Checked,
  source: string,
  { operator, operands }: OperatorNode,
): Found | undefined {
  const [left, right] = operands;
  if (right === undefined) return undefined;
  if (operator === 'in') return memberOf(checked, source, left, right);
  if (operator !== '==' && operator !== '!=') return undefined;
  const [claim, text] = textOf(right) === undefined ? [right, left] : [left, right];
  const name = claimIn(checked, claim);
  if (name === undefined || textOf(text) === undefined) return undefined;
  const test = `${source.slice(text.start, text.end)} in ${listOf(source, claim)}`;
  return {
    kind: 'claim_is_list',
    message: `the claim \`${name}\` is a list in most tokens, and a list never equals a text`,
    instead: operator === '==' ? test : `!(${test})`,
  };
}

/** `jwt.claims.roles in ['admin', 'owner']`. */
function memberOf(checked: Checked, source: string, claim: Node, list: Node): Found | undefined {
  const name = claimIn(checked, claim);
  if (name === undefined || list.kind !== 'list' || list.elements.length === 0) return undefined;
  if (list.elements.some(({ value }) => textOf(value) === undefined)) return undefined;
  return {
    kind: 'claim_is_list',
    message: `the claim \`${name}\` is a list in most tokens, and a list never equals a text`,
    instead: `${listOf(source, claim)}.exists(x, x in ${source.slice(list.start, list.end)})`,
  };
}

/** The name of a claim that is a list, which a node reads with or without a default. */
function claimIn(checked: Checked, node: Node): string | undefined {
  const read = readOf(node);
  const name = fieldOf(read);
  if (name === undefined || !LISTS.has(name)) return undefined;
  let outer = read;
  while (fieldOf(outer) !== undefined && (outer.kind === 'select' || outer.kind === 'index')) {
    if (nameOf(checked, outer.operand) === 'jwt.claims') return name;
    outer = outer.operand;
  }
  return undefined;
}

/** The read of `read.orValue(x)`, or the node itself. */
function readOf(node: Node): Node {
  return node.kind === 'call' && node.name === 'orValue' && node.receiver !== undefined
    ? node.receiver
    : node;
}

function fieldOf(node: Node): string | undefined {
  if (node.kind === 'select') return node.field;
  return node.kind === 'index' ? textOf(node.index) : undefined;
}

/** The claim as a list: a text is its only element. */
function listOf(source: string, claim: Node): string {
  const read = readOf(claim);
  return `asList(${source.slice(read.start, read.end)})`;
}

/** Names whose value is the text of an address. */
const ADDRESSES: ReadonlySet<string> = new Set(['source.ip', 'destination.ip']);

/** `source.ip.startsWith('10.')`: addresses have blocks, and other notations. */
function addressPrefix(
  checked: Checked,
  source: string,
  { name, receiver, args }: Node & { kind: 'call' },
): Found | undefined {
  const read = receiver && nameOf(checked, receiver);
  const prefix = textOf(args[0]);
  if (receiver === undefined || read === undefined || !ADDRESSES.has(read) || prefix === undefined)
    return undefined;
  if (name !== 'startsWith' || prefix.includes('*')) return undefined;
  const octets = /^(?:\d{1,3}\.){1,3}$/.test(prefix) ? prefix.split('.').slice(0, -1) : undefined;
  const block = octets && `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}/${8 * octets.length}`;
  const value = source.slice(receiver.start, receiver.end);
  return {
    kind: 'address_prefix',
    message: 'addresses are compared by the characters at their start, and not by a block',
    instead: block && `cidr('${block}').containsIP(${value})`,
  };
}
