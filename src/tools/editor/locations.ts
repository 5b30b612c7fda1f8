import type { Location, Range as LspRange } from 'vscode-languageserver';
import type { Range } from '../../diagnostic/range.ts';
import type { Occurrence } from './names.ts';
import type { SourceFile } from './sources.ts';
import type { PolicyRoot, Workspace } from './workspace.ts';

/** Range of a file in the form of the protocol. */
export function rangeIn({ document }: SourceFile, { start, end }: Range): LspRange {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** Location of a name in the files of the folder; undefined if the file no longer exists. */
export function locationOf(
  workspace: Workspace,
  site: PolicyRoot,
  { path, range }: Occurrence,
): Location | undefined {
  const file = workspace.fileOf(site, path);
  return file && { uri: workspace.uriOf(site, path), range: rangeIn(file, range) };
}
