import type { ListTree, MappingTree, Mark, Tree } from '../../policy/yaml/tree.ts';

/** A stretch of a file's text, in UTF-16 units, that becomes another. */
export interface Edit extends Mark {
  readonly text: string;
}

/** The text after an edit. */
export function edited(text: string, edit: Edit): string {
  return `${text.slice(0, edit.start)}${edit.text}${text.slice(edit.end)}`;
}

/** Takes an entry out of a mapping. Undefined: it does not stand there itself, a merge key brought it. */
export function removeEntry(text: string, mapping: MappingTree, name: string): Edit | undefined {
  const own = [...mapping.entries]
    .filter(([, { key }]) => key.start >= mapping.mark.start && key.end <= mapping.mark.end)
    .toSorted(([, a], [, b]) => a.key.start - b.key.start);
  const index = own.findIndex(([each]) => each === name);
  const entry = own[index]?.[1];
  if (entry === undefined) return undefined;
  if (own.length === 1) return { start: mapping.mark.start, end: trimmedEnd(text, mapping.mark), text: '{}' };
  const next = own[index + 1]?.[1];
  if (next !== undefined) return { start: entry.key.start, end: next.key.start, text: '' };
  const before = own[index - 1]?.[1].value;
  return removeLast(text, text[mapping.mark.start] === '{', before, { ...entry.key, end: endOf(entry) });
}

/** Takes an item out of a list of several. */
export function removeItem(text: string, { items, mark }: ListTree, index: number): Edit | undefined {
  const item = items[index];
  if (item === undefined || items.length < 2 || !isWithin(item.mark, mark)) return undefined;
  const next = items[index + 1];
  if (next !== undefined) {
    return isWithin(next.mark, mark) ? { start: item.mark.start, end: next.mark.start, text: '' } : undefined;
  }
  return removeLast(text, text[mark.start] === '[', items[index - 1], item.mark);
}

/** Puts `replacement` in the place of what a scalar's value is written as, its quotes kept. */
export function replaceScalar(tree: Tree, replacement: string): Edit | undefined {
  if (tree.kind !== 'scalar') return undefined;
  return { ...tree.content, text: replacement };
}

/** What is last goes with the comma, or the line break, before it. */
function removeLast(text: string, isFlow: boolean, before: Tree | undefined, last: Mark): Edit | undefined {
  const end = trimmedEnd(text, last);
  if (isFlow) {
    if (before === undefined || before.mark.end > last.start) return undefined;
    return { start: trimmedEnd(text, before.mark), end, text: '' };
  }
  const rest = /^[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(text.slice(end))?.[0] ?? '';
  return { start: Math.max(0, text.lastIndexOf('\n', last.start)), end: end + rest.length, text: '' };
}

/** An alias's value stands elsewhere: then the entry ends where its line does. */
function endOf({ key, value }: { readonly key: Mark; readonly value: Tree }): number {
  return Math.max(key.end, value.mark.start >= key.start ? value.mark.end : key.end);
}

function trimmedEnd(text: string, { start, end }: Mark): number {
  return start + text.slice(start, end).trimEnd().length;
}

function isWithin(inner: Mark, outer: Mark): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
