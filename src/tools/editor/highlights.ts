import { type DocumentHighlight, DocumentHighlightKind } from 'vscode-languageserver';
import { rangeIn } from './locations.ts';
import type { Site } from './workspace.ts';

/** The places of a file that define or use the name at an offset. */
export function documentHighlights({ file, folder }: Site, offset: number): readonly DocumentHighlight[] {
  const at = folder.names.at(file.path, offset);
  const all = at === undefined ? [] : folder.names.all(at.item);
  return all
    .filter(({ path }) => path === file.path)
    .map(({ range, isDefinition }) => ({
      range: rangeIn(file, range),
      kind: isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}
