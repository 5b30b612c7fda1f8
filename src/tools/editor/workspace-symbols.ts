import { type SymbolInformation, SymbolKind } from 'vscode-languageserver';
import { locationOf } from './locations.ts';
import type { NamedItem, Occurrence } from './names.ts';
import type { PolicyRoot, Workspace } from './workspace.ts';

/** Most symbols of an answer. Editors ask again when the user types more. */
const MOST = 500;

const PARTS: ReadonlyMap<NamedItem['of'], SymbolKind> = new Map<NamedItem['of'], SymbolKind>([
  ['rule', SymbolKind.Method],
  ['variable', SymbolKind.Variable],
  ['parameter', SymbolKind.TypeParameter],
  ['value', SymbolKind.Constant],
  ['caller', SymbolKind.Object],
  ['request', SymbolKind.Object],
]);

/**
 * Documents and their named parts in all policy folders whose name, with that of the document before a slash, has the
 * letters of a query in this order: `ordread` finds the rule `orders/read`.
 */
export function workspaceSymbols(workspace: Workspace, query: string): readonly SymbolInformation[] {
  const letters = [...query.toLowerCase().replaceAll(' ', '')];
  const found: SymbolInformation[] = [];
  for (const root of workspace.roots()) {
    for (const occurrence of root.folder.names.definitionsOfAll()) {
      if (occurrence.item.of === 'segment' || !matches(occurrence, letters)) continue;
      const symbol = symbolOf(workspace, root, occurrence);
      if (symbol !== undefined) found.push(symbol);
      if (found.length >= MOST) return found;
    }
  }
  return found;
}

function symbolOf(
  workspace: Workspace,
  root: PolicyRoot,
  occurrence: Occurrence,
): SymbolInformation | undefined {
  const { of, scope } = occurrence.item;
  const location = locationOf(workspace, root, occurrence);
  const kind = PARTS.get(of) ?? SymbolKind.Class;
  return location && { name: occurrence.written, kind, location, containerName: scope === '' ? of : scope };
}

function matches({ item: { scope }, written }: Occurrence, letters: readonly string[]): boolean {
  const text = `${scope.slice(scope.indexOf(' ') + 1)}/${written}`.toLowerCase();
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
