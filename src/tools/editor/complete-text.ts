import type { Checked } from '../../cel/check/checked.ts';
import type { Node } from '../../cel/syntax/tree.ts';
import type { EditedFolder } from './edited-folder.ts';
import { MARKER, type Proposal } from './proposal.ts';
import { seenProposals } from './propose-seen.ts';
import type { Meaning } from './seen-values.ts';

/** Maps whose keys have a meaning, and lists whose items have one. */
const KEYS: Readonly<Record<string, Meaning>> = {
  'request.headers': 'header',
  'jwt.claims': 'claim',
  'jwt.scopes': 'scope',
  'jwt.roles': 'role',
};

/** Names whose values have a meaning. */
const VALUES: Readonly<Record<string, Meaning>> = {
  'request.method': 'method',
  'request.host': 'host',
  'request.url_path': 'path',
  'source.principal': 'principal',
  'caller.principal': 'principal',
};

/** The text before the marker in a literal; undefined for other nodes. */
export function markedText(node: Node): string | undefined {
  if (node.kind !== 'literal' || typeof node.value !== 'string') return undefined;
  const at = node.value.indexOf(MARKER);
  return at === -1 ? undefined : node.value.slice(0, at);
}

/** Proposals for a string literal, by what it is compared with or looked up in. `path` leads from the root to it. */
export function completeText(
  checked: Checked,
  path: readonly Node[],
  folder: EditedFolder,
): readonly Proposal[] {
  const [literal, parent, outer] = path.toReversed();
  if (literal === undefined || parent === undefined) return [];
  const meaning =
    parent.kind === 'list' && outer !== undefined
      ? inList(checked, parent, outer)
      : besideLiteral(checked, literal, parent);
  return meaning === undefined ? [] : seenProposals(meaning, folder);
}

function besideLiteral(checked: Checked, literal: Node, parent: Node): Meaning | undefined {
  if (parent.kind === 'index') return KEYS[nameIn(checked, parent.operand)];
  if (parent.kind !== 'operator') return undefined;
  const [first, second] = parent.operands;
  const other = first === literal ? second : first;
  if (other === undefined) return undefined;
  if (parent.operator === 'in') return first === literal ? KEYS[nameIn(checked, other)] : undefined;
  return ['==', '!='].includes(parent.operator) ? VALUES[nameIn(checked, other)] : undefined;
}

/** `request.method in ['GET', ...]`. */
function inList(checked: Checked, list: Node, outer: Node): Meaning | undefined {
  if (outer.kind !== 'operator' || outer.operator !== 'in' || outer.operands[1] !== list) return undefined;
  const [item] = outer.operands;
  return item && VALUES[nameIn(checked, item)];
}

/** The declared name that a node reads, such as `request.headers`. */
function nameIn({ references }: Checked, { id }: Node): string {
  const reference = references[id];
  return reference?.kind === 'variable' ? reference.path.join('.') : '';
}
