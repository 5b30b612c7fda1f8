import type { Hover } from 'vscode-languageserver';
import { typeOf } from '../../cel/check/checked.ts';
import { unwrap } from '../../cel/check/checking.ts';
import type { Node } from '../../cel/syntax/tree.ts';
import type { Range } from '../../diagnostic/range.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import { REASONS } from '../../engine/decision/reasons.ts';
import { KINDS } from '../../policy/language/document.ts';
import { EXPECT_FIELDS } from '../../policy/language/test-expect.ts';
import { locate, unitAt } from '../../policy/yaml/scalar-offset.ts';
import type { ScalarTree } from '../../policy/yaml/tree.ts';
import type { RunCases } from './case-outcome.ts';
import { code, describeFunction, describeMacro, describeName, macroOf } from './describe.ts';
import { type DocumentNode, documentNodes, nodeAt, type Owner } from './document-nodes.ts';
import { type ExpressionSite, expressionSite, nodesAt } from './expression-site.ts';
import { rangeIn } from './locations.ts';
import type { Occurrence } from './names.ts';
import { reachedAt } from './reached.ts';
import { finishedResults } from './test-results.ts';
import type { Site, Workspace } from './workspace.ts';

/**
 * Hover text at an offset; null if there is none. It has the cases that reached the place once `run` has run the tests, for
 * which it does not wait.
 */
export function hover(workspace: Workspace, site: Site, offset: number, run: RunCases): Hover | null {
  const { file, folder } = site;
  const node = nodeAt(documentNodes(file.yaml), offset);
  if (node === undefined) return null;
  const name = folder.names.at(file.path, offset);
  const definition = name === undefined ? undefined : describeDefinition(workspace, site, name);
  const results = node.kind === 'value' ? finishedResults(site.folder, site.dir, run) : undefined;
  const reached = results && reachedAt(file.path, offset, results);
  const isKnown = definition !== undefined || reached !== undefined;
  const description = describeDocumentNode(node, offset, site) ?? (isKnown ? { text: '' } : undefined);
  if (description === undefined) return null;
  const value = [description.text, definition, reached]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  return {
    contents: { kind: 'markdown', value },
    range: rangeIn(file, description.range ?? name?.range ?? node.range),
  };
}

interface Description {
  /** Markdown. */
  readonly text: string;
  /** The described part; undefined for the whole node. */
  readonly range?: Range;
}

function describeDocumentNode(
  node: DocumentNode,
  offset: number,
  { file, folder }: Site,
): Description | undefined {
  if (node.kind === 'key') {
    const doc = node.isOwnName ? undefined : node.field?.doc;
    return doc === undefined ? undefined : { text: `**${node.name}**: ${doc}` };
  }
  const { tree, field, shape, owner } = node;
  if (tree.kind !== 'scalar') return undefined;
  if (shape?.kind === 'expression' || shape?.kind === 'text')
    return describeExpression(tree, owner, offset, { file, folder }, shape.kind);
  if (field === EXPECT_FIELDS.reason) {
    const reasons: Readonly<Record<string, { readonly doc: string; readonly status: number }>> = REASONS;
    const reason = reasons[String(tree.value)];
    return reason && { text: `**${String(tree.value)}** (${reason.status}): ${reason.doc}` };
  }
  const kinds: Readonly<Record<string, { readonly doc: string }>> = KINDS;
  const kind = node.parent === owner.tree ? kinds[String(tree.value)] : undefined;
  return kind && { text: `**${String(tree.value)}**: ${kind.doc}` };
}

function describeExpression(
  tree: ScalarTree,
  owner: Owner,
  offset: number,
  { file, folder }: Pick<Site, 'file' | 'folder'>,
  form: 'expression' | 'text',
): Description | undefined {
  const { text } = file.yaml.lines;
  const at = unitAt(text, tree, offset);
  const expression = expressionSite(tree, owner, folder, form);
  if (at === undefined || expression === undefined) return undefined;
  const node = nodesAt(expression.checked.root, at).at(-1);
  // The call of `string` around an expression in a text is not written.
  const isWritten = !expression.checked.source.startsWith('${', node?.start);
  const description = node && isWritten ? describeNode(node, expression) : undefined;
  if (node === undefined || description === undefined) return undefined;
  return { text: description, range: locate(text, tree, node.start, node.end) };
}

/** Markdown about a part of an expression. */
export function describeNode(node: Node, site: ExpressionSite): string | undefined {
  const described = describeReference(node, site);
  const type = unwrap(typeOf(site.checked, node));
  const isRead = node.kind === 'select' || node.kind === 'name';
  if (described === undefined || !isRead || type.kind !== 'message') return described;
  const fields = site.environment.messages?.fieldsOf(type.name) ?? [];
  return fields.length === 0 ? described : `${described}\n\nwith ${quoted(fields)}`;
}

function describeReference(node: Node, { checked }: ExpressionSite): string | undefined {
  const reference = checked.references[node.id];
  switch (reference?.kind) {
    case 'variable':
      return describeName(reference.path.join('.'), reference.type);
    case 'local':
      return describeName(reference.name, typeOf(checked, node));
    case 'function':
      return describeFunction(reference.declaration);
    case 'constant':
      return describeName(
        checked.source.slice(node.start, node.end),
        typeOf(checked, node),
        String(reference.value),
      );
    default:
  }
  if (node.kind === 'loop' || node.kind === 'bind' || node.kind === 'optional_map' || node.kind === 'has') {
    const macro = macroOf(macroName(node));
    return macro && describeMacro(macro);
  }
  if (node.kind !== 'select') return undefined;
  return describeName(node.field, typeOf(checked, node));
}

function macroName(node: Node & { kind: 'loop' | 'bind' | 'optional_map' | 'has' }): string {
  switch (node.kind) {
    case 'loop':
      return node.name;
    case 'bind':
      return 'cel.bind';
    case 'has':
      return 'has';
    case 'optional_map':
      return node.isFlat ? 'optFlatMap' : 'optMap';
  }
}

/** Maximum number of lines of a definition in a hover text. */
const MOST_LINES = 12;

/** Location and text of the definition of a name. */
function describeDefinition(workspace: Workspace, site: Site, { item }: Occurrence): string | undefined {
  const [first] = site.folder.names.definitions(item);
  const file = first && workspace.fileOf(site, first.path);
  if (first === undefined || file === undefined) return undefined;
  const { document, yaml } = file;
  const start = document.positionAt(first.container.start);
  const lines = yaml.lines.text.slice(first.container.start, first.container.end).trimEnd().split('\n');
  const indent = ' '.repeat(start.character);
  const dedented = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  const shown = dedented.length > MOST_LINES ? [...dedented.slice(0, MOST_LINES), '# …'] : dedented;
  return `${first.path}:${start.line + 1}\n${code(shown.join('\n'), 'yaml')}`;
}
