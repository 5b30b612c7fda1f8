import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver';
import type { Range } from '../../diagnostic/range.ts';
import { longRule } from '../../policy/language/short-form.ts';
import type { MappingTree, Tree } from '../../policy/yaml/tree.ts';
import { textAt } from './document-nodes.ts';
import { rangeIn } from './locations.ts';
import type { SourceFile } from './sources.ts';

/** Fields of a spec that are lists of named items, or maps by name. */
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

/** Symbols of a file: its documents, each with its rules, limits, variables, cases and other named parts. */
export function documentSymbols(file: SourceFile): readonly DocumentSymbol[] {
  return file.yaml.documents.flatMap(({ tree }) => {
    const kind = textAt(tree, 'kind');
    if (tree?.kind !== 'mapping' || kind === undefined) return [];
    const metadata = tree.entries.get('metadata')?.value;
    const name = metadata?.kind === 'mapping' ? metadata.entries.get('name')?.value : undefined;
    const selection = name ?? tree.entries.get('kind')?.value ?? tree;
    const title = textAt(metadata, 'name') || kind;
    return [
      {
        ...symbol(file, title, SymbolKind.Class, tree.range, selection.range, kind),
        children: parts(tree, file),
      },
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
    return value.items.map(longRule).flatMap((item) => {
      const name = textAt(item, 'name');
      const selection = item.kind === 'mapping' ? item.entries.get('name')?.value.range : undefined;
      if (name === undefined || name === '' || selection === undefined) return [];
      return [symbol(file, name, kind, item.range, selection, textAt(item, 'effect'))];
    });
  }
  if (value.kind !== 'mapping') return [];
  return [...value.entries].flatMap(([name, { key, value: inner }]) => {
    if (name === '') return [];
    return [symbol(file, name, kind, { start: key.start, end: Math.max(key.end, inner.range.end) }, key)];
  });
}

function symbol(
  file: SourceFile,
  name: string,
  kind: SymbolKind,
  whole: Range,
  selection: Range,
  detail?: string,
): DocumentSymbol {
  // A name from an alias or merge key is outside of the symbol; the protocol requires the name to be within it.
  const isWithin = whole.start <= selection.start && selection.end <= whole.end;
  const selectionRange = rangeIn(file, selection);
  const range = isWithin ? rangeIn(file, whole) : selectionRange;
  return { name, kind, range, selectionRange, ...(detail !== undefined && { detail }) };
}
