import type { Range } from '../../diagnostic/range.ts';
import type { ListTree, MappingTree, Tree } from '../../policy/yaml/tree.ts';

/** Replacement of a range of a file, in UTF-16 units, by `text`. */
export interface Edit extends Range {
  readonly text: string;
}

/** Text after an edit. */
export function edited(text: string, edit: Edit): string {
  return `${text.slice(0, edit.start)}${edit.text}${text.slice(edit.end)}`;
}

/** Removal of an entry of a mapping; undefined if the entry is not in its text but comes from a merge key. */
export function removeEntry(text: string, mapping: MappingTree, name: string): Edit | undefined {
  const own = [...mapping.entries]
    .filter(([, { key }]) => key.start >= mapping.range.start && key.end <= mapping.range.end)
    .toSorted(([, a], [, b]) => a.key.start - b.key.start);
  const index = own.findIndex(([each]) => each === name);
  const entry = own[index]?.[1];
  if (entry === undefined) return undefined;
  if (own.length === 1)
    return { start: mapping.range.start, end: trimmedEnd(text, mapping.range), text: '{}' };
  const next = own[index + 1]?.[1];
  if (next !== undefined) return { start: entry.key.start, end: next.key.start, text: '' };
  // The name and effect of `allow: NAME` have one key.
  const before = own
    .slice(0, index)
    .map(([, { value }]) => value)
    .toSorted((a, b) => a.range.end - b.range.end)
    .at(-1);
  const isFlow = mapping.isImplied === true || text[mapping.range.start] === '{';
  return removeLast(text, isFlow, before, { ...entry.key, end: endOf(entry) });
}

/** Removal of an item of a list; undefined for the only item, and for items that come from an alias. */
export function removeItem(text: string, list: ListTree, index: number): Edit | undefined {
  const { items, range } = list;
  const item = items[index];
  if (item === undefined || items.length < 2 || !isWithin(item.range, range)) return undefined;
  const next = items[index + 1];
  if (next !== undefined) {
    return isWithin(next.range, range) && next.range.start > item.range.start
      ? { start: item.range.start, end: next.range.start, text: '' }
      : undefined;
  }
  const isFlow = list.isImplied === true || text[range.start] === '[';
  return removeLast(text, isFlow, items[index - 1], item.range);
}

/** Replacement of the content of a scalar, without its quotes. */
export function replaceScalar(tree: Tree, replacement: string): Edit | undefined {
  if (tree.kind !== 'scalar') return undefined;
  return { ...tree.content, text: replacement };
}

/** Removal of the last entry or item, with the comma or line break before it. */
function removeLast(text: string, isFlow: boolean, before: Tree | undefined, last: Range): Edit | undefined {
  const end = trimmedEnd(text, last);
  if (isFlow) {
    if (before === undefined || before.range.end > last.start) return undefined;
    return { start: trimmedEnd(text, before.range), end, text: '' };
  }
  const rest = /^[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(text.slice(end))?.[0] ?? '';
  return { start: Math.max(0, text.lastIndexOf('\n', last.start)), end: end + rest.length, text: '' };
}

/** End of an entry. The value of an alias is at the position of its anchor; the entry then ends with its key. */
function endOf({ key, value }: { readonly key: Range; readonly value: Tree }): number {
  return Math.max(key.end, value.range.start >= key.start ? value.range.end : key.end);
}

/** End of a range without trailing white space, such as the line breaks that a block scalar's range includes. */
export function trimmedEnd(text: string, { start, end }: Range): number {
  return start + text.slice(start, end).trimEnd().length;
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
