import type { Edit } from '../../diagnostic/range.ts';
import type { MappingTree } from './tree.ts';

/** The edit of a file that removes an entry of a mapping, one that is written in it and not the only one. */
export function removalOf(text: string, { entries, range }: MappingTree, name: string): Edit | undefined {
  const own = [...entries]
    .filter(([, { key }]) => key.start >= range.start && key.end <= range.end)
    .toSorted(([, a], [, b]) => a.key.start - b.key.start);
  const index = own.findIndex(([each]) => each === name);
  const entry = own[index]?.[1];
  const next = own[index + 1]?.[1];
  const before = own[index - 1]?.[1];
  if (entry === undefined) return undefined;
  if (next !== undefined) return { start: entry.key.start, end: next.key.start, text: '' };
  if (before === undefined || entry.value.range.start < entry.key.end) return undefined;
  const line = /\n[ \t]*$/.exec(text.slice(0, entry.key.start));
  const start = line === null ? before.value.range.end : line.index;
  return { start, end: entry.value.range.end, text: '' };
}
