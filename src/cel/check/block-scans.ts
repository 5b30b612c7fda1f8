import { type Problem, problem } from '../syntax/problem.ts';
import { childrenOf, type LoopNode, type Node } from '../syntax/tree.ts';
import { type Checked, typeOf } from './checked.ts';
import type { Environment } from './environment.ts';
import { fixedPart } from './fixed-reads.ts';

/** Characters of a list from which a search of its blocks one by one is worth a warning: about 100 blocks. */
const LONG = 1500;

/**
 * Warnings for searches of a long list of CIDR blocks, one by one for each request, with the search that takes one
 * step: `data.blocks.exists(b, cidr(b).containsIP(x))`.
 */
export function blockScans(checked: Checked, environment: Environment): readonly Problem[] {
  if (environment.fixed.size === 0) return [];
  const found: Problem[] = [];
  const visit = (node: Node): void => {
    const written = node.kind === 'loop' ? replacement(checked, node, environment) : undefined;
    if (written !== undefined) found.push(scan(checked, node, written));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(checked.root);
  return found;
}

function scan({ source }: Checked, node: Node, written: string): Problem {
  const text = source.slice(node.start, node.end);
  const message = `\`${text.replaceAll(/\s+/g, ' ')}\` reads every block again for each request`;
  const edit = { start: node.start, end: node.end, text: written };
  return problem('cel_block_scan', node, message, { help: `write \`${written}\``, edit });
}

/** The search in `cidrs`; undefined for any other loop. */
function replacement(checked: Checked, node: LoopNode, environment: Environment): string | undefined {
  const { loop, variables, filter, range, body } = node;
  const [name, second] = variables;
  if (loop !== 'exists' || second !== undefined || filter !== undefined || body.kind !== 'call')
    return undefined;
  const { receiver, args } = body;
  const [address] = args;
  const isSearch = body.name === 'containsIP' && receiver?.kind === 'call' && receiver.name === 'cidr';
  if (!isSearch || address === undefined || !isName(receiver.args[0], name) || reads(address, name))
    return undefined;
  const part = fixedPart(checked, range, environment);
  const isRead = part !== undefined && (environment.bounds.get(part.name) ?? 0) >= LONG;
  if (!isRead || !isListOfTexts(checked, range)) return undefined;
  const text = ({ start, end }: Node): string => checked.source.slice(start, end).replaceAll(/\s+/g, ' ');
  return `cidrs(${text(range)}).containsIP(${text(address)})`;
}

/** True for a list of texts, and for a map with texts as keys. */
function isListOfTexts(checked: Checked, node: Node): boolean {
  const type = typeOf(checked, node);
  if (type.kind === 'list') return type.element.kind === 'string';
  return type.kind === 'map' && type.key.kind === 'string';
}

function isName(node: Node | undefined, name: string): boolean {
  return node?.kind === 'name' && node.name === name;
}

function reads(node: Node, name: string): boolean {
  return isName(node, name) || childrenOf(node).some((child) => reads(child, name));
}
