import { type Comment, type MapContent, NO_GAP, type Node, type SeqContent } from './layout.ts';

/**
 * A flow collection converted to a block, with its comments in the same order: comments before the first item move
 * before the block, and so does a trailing comment if it is the only comment.
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
  const trailing: Comment = { text: trail, column: 0, blankBefore: false, isAlone: false };
  const isOnly = comments.length === 0 && content.end.length === 0 && !items.some(hasComments);
  const kept = { ...node, trail: undefined };
  return isOnly
    ? { node: { ...kept, head: { comments: [trailing], blank: false } }, content: block }
    : {
        node: { ...kept, head: { comments, blank } },
        content: { ...block, end: [...content.end, trailing] },
      };
}

/** A value with the comments between its key and the `:`, which flow mappings may have, moved after the `:`. */
export function withKeyComment(value: Node, { head, trail }: Node): Node {
  if (trail === undefined && head.comments.length === 0) return value;
  const trailing =
    trail === undefined ? [] : [{ text: trail, column: 0, blankBefore: false, isAlone: false }];
  const comments = [...head.comments, ...trailing, ...value.head.comments];
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
