import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  type Range as LspRange,
} from 'vscode-languageserver';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { KINDS } from '../../policy/language/document.ts';
import { MATCH_FIELDS, match } from '../../policy/language/match-document.ts';
import { RULE_FIELDS, RULE_FORMS } from '../../policy/language/rule-document.ts';
import { type ShapedField, shapeOf } from '../../policy/language/shape.ts';
import { EXPECT_FIELDS } from '../../policy/language/test-expect.ts';
import { completeExpression } from './complete-expression.ts';
import { type DocumentNode, type KeyNode, textAt, type ValueNode } from './document-nodes.ts';
import { rangeIn } from './locations.ts';
import { marked, markedIn } from './marked-node.ts';
import { type NamedItem, scopeOf } from './names.ts';
import { MARKER, type Proposal, type Proposals } from './proposal.ts';
import { proposeSeen, seenProposals } from './propose-seen.ts';
import { KEY_ROLES, type Role, VALUE_ROLES } from './roles.ts';
import { snippets } from './snippets.ts';
import type { Site } from './workspace.ts';

/** Completion items at an offset, in the order of the field tables. Not all editors support snippets. */
export function complete(
  site: Site,
  offset: number,
  { hasSnippets }: { readonly hasSnippets: boolean } = { hasSnippets: false },
): readonly CompletionItem[] {
  for (const probe of probesFor(site.file.yaml.lines.text, offset)) {
    const node = markedIn(site.file.path, probe);
    const proposals = node === undefined ? undefined : proposalsFor(node, site);
    const more = hasSnippets && node?.kind === 'key' ? snippets(node) : [];
    if (proposals === undefined || proposals.items.length + more.length === 0) continue;
    const start = offset - proposals.prefix.length;
    const range = rangeIn(site.file, { start, end: offset });
    return [...proposals.items, ...more].map((each, index) => itemOf(each, range, index));
  }
  return [];
}

/**
 * Texts with the marker at the cursor. Where a key could begin, the first has the marker as a key with a colon, since a
 * key without a colon is rarely valid YAML.
 */
function probesFor(text: string, offset: number): readonly string[] {
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const plain = marked(text, offset, MARKER);
  const isInKey = /(?:^|\n)[ \t]*(?:- +)*["']?[\w/-]*$|[{,][ \t\n]*["']?[\w/-]*$/.test(before);
  const isAlone = /^[ \t\r]*(?:[\n}\],]|$)/.test(after);
  return isInKey && isAlone ? [...marked(text, offset, `${MARKER}: ~`), ...plain] : plain;
}

function proposalsFor(node: DocumentNode, site: Site): Proposals {
  if (node.kind === 'key') return { prefix: prefixOf(node.name), items: keys(node, site) };
  const { tree, shape } = node;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return { prefix: '', items: [] };
  if (shape?.kind === 'expression' || shape?.kind === 'text') {
    return completeExpression(tree, node.owner, site.folder, shape.kind);
  }
  return { prefix: prefixOf(tree.value), items: values(node, site) };
}

function prefixOf(text: string): string {
  return text.slice(0, text.indexOf(MARKER));
}

/** Fields that the mapping does not have yet, or names that may be its keys. */
function keys(node: KeyNode, site: Site): readonly Proposal[] {
  const { table, field, isOwnName, parent, owner } = node;
  if (isOwnName) {
    const role = field && KEY_ROLES.get(field);
    if (role === undefined) return seenKeys(node, site);
    if (role.isDefinition === true) return [];
    const template = textAt(owner.tree, 'spec', 'uses', 'template') ?? '';
    const scope = role.of === 'parameter' ? `PolicyTemplate ${template}` : scopeOf(owner);
    const proposals = nameProposals(role, scope, site);
    const { names } = site.folder;
    const shadow = field === EXPECT_FIELDS.shadow ? rulesOf(names.shadowRules, site.folder) : [];
    return [...proposals, ...shadow].map((each) => ({ ...each, text: `${each.label}: ` }));
  }
  if (table === undefined) return seenKeys(node, site);
  const written = new Set(parent?.entries.keys());
  const others = table === RULE_FIELDS ? otherForms(written) : written;
  const rows = Object.entries(table).filter(([name]) => !written.has(name) && !others.has(name));
  return rows.map(([name, row]) => ({
    label: name,
    kind: CompletionItemKind.Property,
    ...(row.required === true && { detail: 'required' }),
    doc: row.doc,
    text: takesBlock(row) ? `${name}:` : `${name}: `,
  }));
}

/** Fields that a rule cannot have beside those that it has. */
function otherForms(written: ReadonlySet<string>): ReadonlySet<string> {
  const own = RULE_FORMS.filter(({ required }) => required.some((name) => written.has(name)));
  return new Set(own.flatMap(({ without }): readonly string[] => without));
}

/** Names of headers or claims that the mapping does not have yet. */
function seenKeys(node: KeyNode, { file, folder }: Site): readonly Proposal[] {
  // Names of headers are written in any case.
  const written = new Set(
    [...(node.parent?.entries.keys() ?? [])].flatMap((key) => [key, key.toLowerCase()]),
  );
  return proposeSeen(node, file.path, folder)
    .filter(({ label }) => !written.has(label))
    .map((each) => ({ ...each, text: `${each.label}: ` }));
}

/** True if the value of the field begins on a line of its own. */
function takesBlock({ read, like = read }: ShapedField): boolean {
  return ['mapping', 'map', 'list'].includes(shapeOf(like)?.kind ?? '');
}

function values(node: ValueNode, site: Site): readonly Proposal[] {
  const { field, shape, owner, parent } = node;
  if (node.isParameter) return nameProposals({ of: 'parameter' }, scopeOf(owner), site);
  const role = field && parent && VALUE_ROLES.get(field);
  if (role !== undefined && role.isDefinition !== true) return nameProposals(role, scopeOf(owner), site);
  if (field === EXPECT_FIELDS.reason) {
    return Object.entries(REASONS).map(([label, { status, doc }]) => {
      return { label, kind: CompletionItemKind.EnumMember, detail: String(status), doc };
    });
  }
  if (field?.read === match || isFirstWord(node))
    return [...seenProposals('method', site.folder), ...seenProposals('path', site.folder)];
  const fixed = shape?.kind === 'value' ? words(shape.schema) : [];
  return fixed.length > 0 ? fixed : proposeSeen(node, site.file.path, site.folder);
}

/** True for the first word of a text in `match`, which may become a method or a path. */
function isFirstWord({ field, tree }: ValueNode): boolean {
  const whole = tree.kind === 'scalar' && field === MATCH_FIELDS.methods ? tree.within?.whole : undefined;
  return whole !== undefined && tree.kind === 'scalar' && whole.value === tree.value;
}

/** The allowed values of a field with an enumeration or a boolean. */
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

/** Names of a role that a document can use. */
function nameProposals({ of }: Role, scope: string, { folder }: Site): readonly Proposal[] {
  const { names } = folder;
  if (of === 'document') return [];
  if (of === 'rule') {
    // A shadow rule never decides, so that no test can expect it as the rule.
    const shadow = new Set(names.shadowRules.map((rule) => `${rule.scope}/${rule.name}`));
    const deciding = names.everywhere('rule').filter((rule) => !shadow.has(`${rule.scope}/${rule.name}`));
    return rulesOf(deciding, folder);
  }
  const isPart = ['variable', 'parameter', 'caller', 'request'].includes(of);
  return names
    .defined(of, isPart ? scope : '')
    .map((label) => ({ label, kind: CompletionItemKind.Reference, detail: of }));
}

/** Names such as `policy/rule`. A rule of a template is listed for each policy that adopts the template. */
function rulesOf(rules: readonly NamedItem[], { names }: Site['folder']): readonly Proposal[] {
  return rules.flatMap(({ scope, name }) => {
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
  { label, kind, detail, doc, text, isSnippet }: Proposal,
  range: LspRange,
  index: number,
): CompletionItem {
  return {
    label,
    kind,
    ...(detail !== undefined && { detail }),
    ...(doc !== undefined && { documentation: { kind: 'markdown', value: doc } }),
    ...(isSnippet === true && {
      insertTextFormat: InsertTextFormat.Snippet,
      insertTextMode: InsertTextMode.adjustIndentation,
    }),
    sortText: String(index).padStart(4, '0'),
    textEdit: { range, newText: text ?? label },
  };
}
