import type { Location } from 'vscode-languageserver';
import { isYaml } from '../../policy/source/pass-files.ts';
import { documentNodes, nodeAt } from './document-nodes.ts';
import type { Site, Workspace } from './workspace.ts';

/** True for a text that may name a file with data, such as `schemas/order.schema.json`. */
function mayNameFile(text: string): boolean {
  return /^[^\s{}:*?]+\.(?:json|csv)$/.test(text) || (isYaml(text) && !/\s/.test(text));
}

/** The file that the value at an offset names: a schema, a key set, or the data of a dataset. */
export function fileDefinition(workspace: Workspace, site: Site, offset: number): readonly Location[] {
  const node = nodeAt(documentNodes(site.file.yaml), offset);
  if (node?.kind !== 'value' || node.tree.kind !== 'scalar' || node.shape?.kind === 'expression') return [];
  const { value } = node.tree;
  if (typeof value !== 'string' || !mayNameFile(value)) return [];
  const found = site.folder.files?.read(site.file.path, value);
  if (found === undefined || found.problem !== undefined) return [];
  const start = { line: 0, character: 0 };
  return [{ uri: workspace.uriOf(site, found.path), range: { start, end: start } }];
}
