import { type InlayHint, InlayHintKind, type Range as LspRange } from 'vscode-languageserver';
import { formatType } from '../../cel/value/type.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import { METADATA_FIELDS } from '../../policy/language/document.ts';
import { POLICY_FIELDS } from '../../policy/language/policy-document.ts';
import { type DocumentNode, documentNodes } from './document-nodes.ts';
import type { EditedFolder } from './edited-folder.ts';
import { rangeIn } from './locations.ts';
import type { Site } from './workspace.ts';

/** Types of variables after their names, and what a dataset holds after its name. */
export function inlayHints({ file, folder }: Site, visible: LspRange): readonly InlayHint[] {
  return documentNodes(file.yaml).flatMap((node): InlayHint[] => {
    const label = labelOf(node, folder);
    if (label === undefined) return [];
    const { end } = rangeIn(file, node.range);
    if (end.line < visible.start.line || end.line > visible.end.line) return [];
    return [{ position: end, label, kind: InlayHintKind.Type, paddingLeft: label.startsWith('=') }];
  });
}

function labelOf(node: DocumentNode, folder: EditedFolder): string | undefined {
  const { owner, field } = node;
  if (node.kind === 'key') {
    if (!node.isOwnName || field !== POLICY_FIELDS.variables) return undefined;
    const type = folder.environment(owner)?.names.get(`variables.${node.name}`);
    return type && type.kind !== 'error' ? `: ${formatType(type)}` : undefined;
  }
  if (field !== METADATA_FIELDS.name || owner.kind !== 'Dataset') return undefined;
  return datasetLabel(nameInExpressions(owner.name), folder);
}

/** Such as `= data.tenants: map(string, string), 12 entries`. */
function datasetLabel(name: string, folder: EditedFolder): string | undefined {
  const type = folder.latest?.compiled.scopes.folder.names.get(`data.${name}`);
  if (type === undefined || type.kind === 'error') return undefined;
  const value = folder.data[name];
  const size = Array.isArray(value)
    ? `, ${counted(value.length, 'item', 'items')}`
    : typeof value === 'object' && value !== null
      ? `, ${counted(Object.keys(value).length, 'entry', 'entries')}`
      : '';
  return `= data.${name}: ${formatType(type)}${size}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
