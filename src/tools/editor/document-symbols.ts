import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver';
import { type MappingTree, type Mark, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { rangeIn } from './places.ts';
import type { SourceFile } from './sources.ts';
import { textAt } from './spots.ts';

/** Lists of a spec whose items have names, and maps from names. */
const NAMED_ITEMS: ReadonlyMap<string, SymbolKind> = new Map([
  ['rules', SymbolKind.Method],
  ['limits', SymbolKind.Number],
  ['cases', SymbolKind.Event],
  ['variables', SymbolKind.Variable],
  ['parameters', SymbolKind.TypeParameter],
  ['values', SymbolKind.Constant],
  ['callers', SymbolKind.Object],
  ['requests', SymbolKind.Object],
]);

/** The documents of a file, each with its rules, limits, variables, cases and the like. */
export function documentSymbols(file: SourceFile): readonly DocumentSymbol[] {
  return file.yaml.documents.flatMap(({ tree }) => {
    const kind = textAt(tree, 'kind');
    if (tree?.kind !== 'mapping' || kind === undefined) return [];
    const place = valueAt(tree, 'metadata', 'name') ?? valueAt(tree, 'kind') ?? tree;
    const title = textAt(tree, 'metadata', 'name') || kind;
    return [
      { ...symbol(file, title, SymbolKind.Class, tree.mark, place.mark, kind), children: parts(tree, file) },
    ];
  });
}

function parts(document: MappingTree, file: SourceFile): DocumentSymbol[] {
  const spec = document.entries.get('spec')?.value;
  if (spec?.kind !== 'mapping') return [];
  return [...spec.entries].flatMap(([field, { value }]) => {
    const kind = NAMED_ITEMS.get(field);
    return kind === undefined ? [] : items(value, kind, file);
  });
}

function items(value: Tree, kind: SymbolKind, file: SourceFile): DocumentSymbol[] {
  if (value.kind === 'list') {
    return value.items.flatMap((item) => {
      const name = textAt(item, 'name');
      const place = valueAt(item, 'name')?.mark;
      if (name === undefined || name === '' || place === undefined) return [];
      return [symbol(file, name, kind, item.mark, place, textAt(item, 'effect'))];
    });
  }
  if (value.kind !== 'mapping') return [];
  return [...value.entries].flatMap(([name, { key, value: inner }]) => {
    if (name === '') return [];
    return [symbol(file, name, kind, { start: key.start, end: Math.max(key.end, inner.mark.end) }, key)];
  });
}

function symbol(
  file: SourceFile,
  name: string,
  kind: SymbolKind,
  mark: Mark,
  place: Mark,
  detail?: string,
): DocumentSymbol {
  // What an alias or merge key brings stands elsewhere; the protocol wants the name within the whole.
  const isWithin = mark.start <= place.start && place.end <= mark.end;
  const selectionRange = rangeIn(file, place);
  const range = isWithin ? rangeIn(file, mark) : selectionRange;
  return { name, kind, range, selectionRange, ...(detail !== undefined && { detail }) };
}
