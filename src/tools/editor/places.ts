import type { Location, Range } from 'vscode-languageserver';
import type { Mark } from '../../policy/yaml/tree.ts';
import type { Occurrence } from './names.ts';
import type { SourceFile } from './sources.ts';
import type { Site, Workspace } from './workspace.ts';

/** A stretch of a file as the protocol has it. */
export function rangeIn({ document }: SourceFile, { start, end }: Mark): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** The place of a name, in whichever file of the folder; undefined: the file is gone. */
export function locationOf(
  workspace: Workspace,
  site: Site,
  { path, mark }: Occurrence,
): Location | undefined {
  const file = workspace.fileOf(site, path);
  return file && { uri: workspace.uriOf(site, path), range: rangeIn(file, mark) };
}
