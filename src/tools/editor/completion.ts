import { type CompletionItem, CompletionItemKind, type Range as LspRange } from 'vscode-languageserver';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { KINDS } from '../../policy/language/document.ts';
import { type ShapedField, shapeOf } from '../../policy/language/shape.ts';
import { EXPECT_FIELDS } from '../../policy/language/test-document.ts';
import { completeExpression } from './complete-expression.ts';
import { type DocumentNode, documentNodes, type KeyNode, textAt, type ValueNode } from './document-nodes.ts';
import { scopeOf } from './names.ts';
import { rangeIn } from './places.ts';
import { MARKER, type Proposal } from './proposal.ts';
import { KEY_ROLES, type Role, VALUE_ROLES } from './roles.ts';
import { sourceFile } from './sources.ts';
import type { Site } from './workspace.ts';

/** What may stand at a place, in the order in which the language lists it. */
export function complete(site: Site, offset: number): readonly CompletionItem[] {
  for (const probe of probesFor(site.file.yaml.lines.text, offset)) {
    const file = sourceFile(site.file.path, new TextEncoder().encode(probe));
    const spot = documentNodes(file.yaml).find((each) => isMarked(each));
    const proposals = spot === undefined ? undefined : proposalsFor(spot, site);
    if (proposals === undefined || proposals.items.length === 0) continue;
    const start = offset - proposals.begun.length;
    const range = rangeIn(site.file, { start, end: offset });
    return proposals.items.map((each, index) => itemOf(each, range, index));
  }
  return [];
}

/**
 * The text with the marker at the cursor: as a key where one could begin, else as it is. A key that has no colon yet is
 * no YAML, mostly.
 */
function probesFor(text: string, offset: number): readonly string[] {
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const plain = `${before}${MARKER}${after}`;
  const isBegun = /(?:^|\n)[ \t]*(?:- +)*["']?[\w-]*$|[{,][ \t\n]*["']?[\w-]*$/.test(before);
  const isAlone = /^[ \t\r]*(?:[\n}\],]|$)/.test(after);
  return isBegun && isAlone ? [`${before}${MARKER}: ~${after}`, plain] : [plain];
}

const MARKED_KEY = new RegExp(`${MARKER}[\\w-]*$`);

function isMarked(spot: DocumentNode): boolean {
  // A word without a colon is one key with the line below it, to YAML.
  if (spot.kind === 'key') return MARKED_KEY.test(spot.name);
  return spot.tree.kind === 'scalar' && String(spot.tree.value).includes(MARKER);
}

interface Proposals {
  /** What of the word stands before the cursor. */
  readonly begun: string;
  readonly items: readonly Proposal[];
}

function proposalsFor(spot: DocumentNode, site: Site): Proposals {
  if (spot.kind === 'key') return { begun: begunOf(spot.name), items: keys(spot, site) };
  const { tree, shape } = spot;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return { begun: '', items: [] };
  if (shape?.kind === 'expression') {
    const begun = /\w*$/.exec(begunOf(tree.value))?.[0] ?? '';
    return { begun, items: completeExpression(tree, spot.owner, site.folder) };
  }
  return { begun: begunOf(tree.value), items: values(spot, site) };
}

function begunOf(text: string): string {
  return text.slice(0, text.indexOf(MARKER));
}

/** The fields of the mapping that it does not have yet, or the names that its keys are of. */
function keys({ table, field, isOwnName, parent, owner }: KeyNode, site: Site): readonly Proposal[] {
  if (isOwnName) {
    const role = field && KEY_ROLES.get(field);
    if (role === undefined || role.isDefinition === true) return [];
    const template = textAt(owner.tree, 'spec', 'uses', 'template') ?? '';
    const scope = role.of === 'parameter' ? `PolicyTemplate ${template}` : scopeOf(owner);
    return named(role, scope, site).map((each) => ({ ...each, text: `${each.label}: ` }));
  }
  const rows = Object.entries(table ?? {}).filter(([name, row]) => !parent?.entries.has(name) && isHere(row));
  return rows.map(([name, row]) => ({
    label: name,
    kind: CompletionItemKind.Property,
    ...(row.required === true && { detail: 'required' }),
    doc: row.doc,
    text: takesBlock(row) ? `${name}:` : `${name}: `,
  }));
}

function isHere({ read }: ShapedField): boolean {
  return shapeOf(read)?.kind !== 'never';
}

/** Whether what it holds begins on a line of its own. */
function takesBlock({ read, like = read }: ShapedField): boolean {
  return ['mapping', 'map', 'list'].includes(shapeOf(like)?.kind ?? '');
}

function values(spot: ValueNode, site: Site): readonly Proposal[] {
  const { field, shape, owner, parent } = spot;
  if (spot.isParameter) return named({ of: 'parameter' }, scopeOf(owner), site);
  const role = field && parent && VALUE_ROLES.get(field);
  if (role !== undefined && role.isDefinition !== true) return named(role, scopeOf(owner), site);
  if (field === EXPECT_FIELDS.reason) {
    return Object.entries(REASONS).map(([label, { status, doc }]) => {
      return { label, kind: CompletionItemKind.EnumMember, detail: String(status), doc };
    });
  }
  if (shape?.kind === 'value') return words(shape.schema);
  return [];
}

/** The closed list of words of a field. */
function words(schema: Readonly<Record<string, JsonValue>>): readonly Proposal[] {
  const list = Array.isArray(schema['enum'])
    ? schema['enum']
    : schema['type'] === 'boolean'
      ? [true, false]
      : [];
  const kinds: Readonly<Record<string, { readonly doc: string }>> = KINDS;
  return list.map((word: JsonValue) => {
    const label = typeof word === 'string' ? word : JSON.stringify(word);
    const doc = Object.hasOwn(kinds, label) ? kinds[label]?.doc : undefined;
    return { label, kind: CompletionItemKind.EnumMember, ...(doc !== undefined && { doc }) };
  });
}

/** The names that a role can have in a document. */
function named({ of }: Role, scope: string, { folder }: Site): readonly Proposal[] {
  const { names } = folder;
  if (of === 'document') return [];
  if (of === 'rule') return rules(folder);
  const isPart = ['variable', 'parameter', 'caller', 'request'].includes(of);
  return names
    .defined(of, isPart ? scope : '')
    .map((label) => ({ label, kind: CompletionItemKind.Reference, detail: of }));
}

/** `policy/rule`, a template's rules for each policy that adopts it. */
function rules({ names }: Site['folder']): readonly Proposal[] {
  return names.everywhere('rule').flatMap(({ scope, name }) => {
    const [kind = '', document = ''] = scope.split(' ');
    const policies = kind === 'PolicyTemplate' ? names.adopters(document) : [scope];
    return policies.map((policy) => ({
      label: `${policy.slice('Policy '.length)}/${name}`,
      kind: CompletionItemKind.Reference,
      detail: 'rule',
    }));
  });
}

function itemOf(
  { label, kind, detail, doc, text }: Proposal,
  range: LspRange,
  index: number,
): CompletionItem {
  return {
    label,
    kind,
    ...(detail !== undefined && { detail }),
    ...(doc !== undefined && { documentation: { kind: 'markdown', value: doc } }),
    sortText: String(index).padStart(4, '0'),
    textEdit: { range, newText: text ?? label },
  };
}
