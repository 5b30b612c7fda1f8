import type { FoldingRange, SelectionRange } from 'vscode-languageserver';
import { parse } from '../../cel/syntax/parse.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import type { Range } from '../../diagnostic/range.ts';
import { locate, unitAt } from '../../policy/yaml/scalar-offset.ts';
import type { Tree } from '../../policy/yaml/tree.ts';
import { documentNodes, nodeAt } from './document-nodes.ts';
import { nodesAt } from './expression-site.ts';
import { rangeIn } from './locations.ts';
import type { SourceFile } from './sources.ts';

/** The lines of documents, of values with several lines, and of comments with several lines. */
export function foldingRanges(file: SourceFile): readonly FoldingRange[] {
  const last = new Map<number, number>();
  const add = ({ start, end }: Range): void => {
    const from = file.document.positionAt(start).line;
    const to = file.document.positionAt(lastCharacter(file, { start, end })).line;
    if (to > from) last.set(from, Math.max(to, last.get(from) ?? 0));
  };
  for (const { tree } of file.yaml.documents) {
    if (tree === undefined) continue;
    for (const range of entriesOf(tree)) add(range);
    add(tree.range);
  }
  return [...[...last].map(([startLine, endLine]) => ({ startLine, endLine })), ...comments(file)];
}

/** The end of a block is the beginning of the line after it. */
function lastCharacter({ yaml }: SourceFile, { start, end }: Range): number {
  return start + yaml.lines.text.slice(start, end).trimEnd().length;
}

/** Ranges of the items and entries in a value, and in these. */
function entriesOf(tree: Tree): readonly Range[] {
  switch (tree.kind) {
    case 'scalar':
      return [];
    case 'list':
      return tree.items.flatMap((item) => [item.range, ...entriesOf(item)]);
    case 'mapping':
      return [...tree.entries.values()].flatMap(({ key, value }) => {
        // The value of an alias is elsewhere.
        if (value.range.start < key.start) return [key];
        return [{ start: key.start, end: value.range.end }, ...entriesOf(value)];
      });
  }
}

function comments({ yaml }: SourceFile): readonly FoldingRange[] {
  const lines = yaml.lines.text.split('\n');
  const isComment = (line: number): boolean => /^\s*#/.test(lines[line] ?? '');
  return lines.flatMap((_, startLine) => {
    if (!isComment(startLine) || isComment(startLine - 1)) return [];
    let endLine = startLine;
    while (isComment(endLine + 1)) endLine += 1;
    return endLine === startLine ? [] : [{ startLine, endLine, kind: 'comment' }];
  });
}

/** Ranges around an offset, the innermost first: a part of an expression, the value, the entry, the document. */
export function selectionRange(file: SourceFile, offset: number): SelectionRange {
  const around = file.yaml.documents.flatMap(({ tree }) =>
    tree === undefined ? [] : [tree.range, ...entriesOf(tree)],
  );
  const text = { start: 0, end: file.yaml.lines.text.length };
  const containing = [text, ...around, ...partsAt(file, offset)]
    .map(({ start, end }) => ({ start, end: lastCharacter(file, { start, end }) }))
    .filter(({ start, end }) => start <= offset && offset <= end)
    .toSorted((a, b) => b.end - b.start - (a.end - a.start));
  let parent: SelectionRange = { range: rangeIn(file, text) };
  let outer: Range = text;
  for (const range of containing) {
    const isWithin = outer.start <= range.start && range.end <= outer.end;
    if (!isWithin || range.end - range.start === outer.end - outer.start) continue;
    parent = { range: rangeIn(file, range), parent };
    outer = range;
  }
  return parent;
}

/** The key or value at an offset, and the parts of its expression around the offset. */
function partsAt(file: SourceFile, offset: number): readonly Range[] {
  const node = nodeAt(documentNodes(file.yaml), offset);
  if (node === undefined) return [];
  if (node.kind === 'key' || node.tree.kind !== 'scalar') return [node.range];
  const { tree, shape } = node;
  const { text } = file.yaml.lines;
  const form = shape?.kind === 'expression' || shape?.kind === 'text' ? shape.kind : undefined;
  const unit = form && unitAt(text, tree, offset);
  if (unit === undefined || typeof tree.value !== 'string') return [node.range, tree.content];
  const { root } = form === 'text' ? parseText(tree.value) : parse(tree.value);
  const parts = nodesAt(root, unit);
  return [node.range, tree.content, ...parts.map(({ start, end }) => locate(text, tree, start, end))];
}
