import { type Comment, type MapContent, NO_GAP, type Node, type SeqContent } from './layout.ts';

/**
 * A flow collection as it is written as a block, with its comments in the same order: those before the first item stand
 * before all of it, and so does the one behind its end if it is the only one.
 */
export function asBlock<T extends MapContent | SeqContent>(
  node: Node,
  content: T,
): { node: Node; content: T } {
  const [first] = content.items;
  if (!content.isFlow || first === undefined) return { node, content };
  const { head, trail } = node;
  const comments = [...head.comments, ...first.before.comments];
  const blank = first.before.comments.length > 0 ? first.before.blank : head.blank;
  const items = [{ ...first, before: NO_GAP }, ...content.items.slice(1)];
  const block = { ...content, isFlow: false, items };
  if (trail === undefined) return { node: { ...node, head: { comments, blank } }, content: block };
  const own: Comment = { text: trail, column: 0, blankBefore: false, isAlone: false };
  const isOnly = comments.length === 0 && content.end.length === 0 && !items.some(hasComments);
  const kept = { ...node, trail: undefined };
  return isOnly
    ? { node: { ...kept, head: { comments: [own], blank: false } }, content: block }
    : { node: { ...kept, head: { comments, blank } }, content: { ...block, end: [...content.end, own] } };
}

/** A comment between a key and its `:`, as flow mappings may have, comes behind the `:`. */
export function withKeyComment(value: Node, { head, trail }: Node): Node {
  if (trail === undefined && head.comments.length === 0) return value;
  const own = trail === undefined ? [] : [{ text: trail, column: 0, blankBefore: false, isAlone: false }];
  const comments = [...head.comments, ...own, ...value.head.comments];
  return { ...value, head: { comments, blank: value.head.blank } };
}

type AnyItem = MapContent['items'][number] | SeqContent['items'][number];

function hasComments(item: AnyItem): boolean {
  const isCommented = item.before.comments.length > 0 || nodeHasComments(item.value);
  return isCommented || ('key' in item && nodeHasComments(item.key));
}

function nodeHasComments({ head, trail, content }: Node): boolean {
  if (head.comments.length > 0 || trail !== undefined) return true;
  if (content.kind !== 'map' && content.kind !== 'seq') return false;
  return content.end.length > 0 || content.items.some(hasComments);
}
