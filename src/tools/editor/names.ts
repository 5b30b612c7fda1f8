import type { Range } from '../../diagnostic/range.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import { ISSUER_FIELDS } from '../../policy/language/issuer-document.ts';
import { EXPECT_FIELDS } from '../../policy/language/test-expect.ts';
import { TOKEN_FIELDS } from '../../policy/language/test-request.ts';
import { locate } from '../../policy/yaml/scalar-offset.ts';
import type { ScalarTree, Tree } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import {
  type DocumentNode,
  documentNodes,
  type KeyNode,
  type Kind,
  type Owner,
  textAt,
  type ValueNode,
} from './document-nodes.ts';
import { namesIn } from './expression-names.ts';
import { KEY_ROLES, type Part, type Role, VALUE_ROLES } from './roles.ts';
import { nameOf } from './seen-values.ts';

/** A document, or a part of one, that has a name. */
export interface NamedItem {
  readonly of: Kind | Part;
  /** The document that it is a part of, such as `Policy orders`; empty if the name is valid in the whole folder. */
  readonly scope: string;
  /** The name; of a dataset, the name that expressions use. */
  readonly name: string;
}

/** A definition or a use of a name. */
export interface Occurrence {
  readonly item: NamedItem;
  readonly isDefinition: boolean;
  /** Range of the name, without quotes. */
  readonly range: Range;
  /** True if the name is in an expression. */
  readonly isInExpression: boolean;
  /** True for a plain YAML scalar, which another name could turn into a number. */
  readonly isPlain: boolean;
  /** Range of the item that has the name, or of the value that contains the name. */
  readonly container: Range;
  /** Text of the name in the file. */
  readonly written: string;
  /** Path of the file. */
  readonly path: string;
}

/** Names of one file. */
export interface FileNames {
  readonly occurrences: readonly Occurrence[];
  /** Templates by the name of the policy that adopts them. */
  readonly uses: ReadonlyMap<string, string>;
  /** Claims of tokens in tests, and claims that issuers require. */
  readonly claims: ReadonlySet<string>;
  /** Rules in shadow mode. */
  readonly shadowRules: readonly NamedItem[];
}

/** Scope of any policy, for a test that names a rule without its policy. */
export const ANY_POLICY = 'Policy *';

const cache = new WeakMap<YamlFile, FileNames>();

/** All names that a file defines or uses, collected once. */
export function namesOf(file: YamlFile): FileNames {
  const names = cache.get(file) ?? new NameCollector(file).collect();
  cache.set(file, names);
  return names;
}

class NameCollector {
  readonly #file: YamlFile;
  readonly #occurrences: Occurrence[] = [];
  readonly #uses = new Map<string, string>();
  readonly #claims = new Set<string>();
  readonly #shadowRules: NamedItem[] = [];
  /** Ranges that were added: the value of an alias is visited more than once. */
  readonly #added = new Set<string>();

  constructor(file: YamlFile) {
    this.#file = file;
  }

  collect(): FileNames {
    for (const node of documentNodes(this.#file)) {
      if (node.kind === 'key') this.#key(node);
      else this.#value(node);
    }
    return {
      occurrences: this.#occurrences,
      uses: this.#uses,
      claims: this.#claims,
      shadowRules: this.#shadowRules,
    };
  }

  #key(node: KeyNode): void {
    const role = node.isOwnName && node.field !== undefined ? KEY_ROLES.get(node.field) : undefined;
    if (role === undefined) return;
    const { text } = this.#file.lines;
    const isQuoted = /["']/.test(text[node.range.start] ?? '');
    const range = isQuoted ? { start: node.range.start + 1, end: node.range.end - 1 } : node.range;
    const container = { start: node.range.start, end: node.value.range.end };
    const slash = node.field === EXPECT_FIELDS.shadow ? node.name.indexOf('/') : -1;
    if (slash > 0) {
      this.#ruleOfPolicy(node.name, slash, range, { role: {}, isPlain: false, container });
      return;
    }
    this.#add(itemOf(node, role, node.name), range, { role, isPlain: !isQuoted, container });
  }

  #value(node: ValueNode): void {
    const { tree, owner, field, shape } = node;
    if (field === TOKEN_FIELDS.claims && tree.kind === 'mapping' && node.parent !== undefined) {
      for (const claim of tree.entries.keys()) this.#claims.add(claim);
    }
    if (tree.kind !== 'scalar') return;
    if (field === ISSUER_FIELDS.requireClaims) this.#claims.add(String(tree.value));
    if (shape?.kind === 'expression' || shape?.kind === 'text') this.#expression(tree, owner, shape.kind);
    else if (typeof tree.value !== 'string') return;
    else if (node.isParameter) this.#text(node, tree, itemOf(node, { of: 'parameter' }, tree.value), {});
    else {
      if (nameOf(field) === 'paths') this.#segments(tree, tree.value, owner);
      const role = field && VALUE_ROLES.get(field);
      if (role === undefined || node.parent === undefined) return;
      if (owner.kind === 'Policy' && role.of === 'PolicyTemplate') this.#uses.set(owner.name, tree.value);
      if (role.of === 'rule' && role.isDefinition !== true) this.#rule(tree, tree.value, node);
      else this.#text(node, tree, itemOf(node, role, tree.value), role);
      if (role.of === 'rule' && role.isDefinition === true && textAt(node.parent, 'mode') === 'shadow')
        this.#shadowRules.push({ of: 'rule', scope: scopeOf(owner), name: tree.value });
    }
  }

  #text({ parent }: DocumentNode, tree: ScalarTree, item: NamedItem | undefined, role: Partial<Role>): void {
    const range = tree.style === 'block' ? tree.range : tree.content;
    const container = parent?.range ?? range;
    this.#add(item, range, { role, isPlain: tree.style === 'plain', container });
  }

  /** Adds a name such as `rule` or `policy/rule`. The policy may also be in the field `policy` next to it. */
  #rule(tree: ScalarTree, value: string, { parent }: DocumentNode): void {
    const slash = value.indexOf('/');
    const properties = { role: {}, isPlain: tree.style === 'plain' && slash === -1, container: tree.range };
    if (tree.style === 'block') return;
    if (slash > 0) {
      this.#ruleOfPolicy(value, slash, tree.content, properties);
      return;
    }
    const policy = slash === -1 ? textAt(parent, 'policy') : '';
    const scope = policy === undefined ? ANY_POLICY : `Policy ${policy}`;
    const { start, end } = tree.content;
    this.#add(
      { of: 'rule', scope, name: value.slice(slash + 1) },
      { start: start + slash + 1, end },
      properties,
    );
  }

  /** Adds the two names of `policy/rule`. */
  #ruleOfPolicy(value: string, slash: number, { start, end }: Range, properties: Properties): void {
    const policy = value.slice(0, slash);
    const rule = { of: 'rule', scope: `Policy ${policy}`, name: value.slice(slash + 1) } as const;
    this.#add(rule, { start: start + slash + 1, end }, properties);
    this.#add({ of: 'Policy', scope: '', name: policy }, { start, end: start + slash }, properties);
  }

  /** Adds the parameters of a path pattern: `{id}`. */
  #segments(tree: ScalarTree, pattern: string, owner: Owner): void {
    for (const { index, 1: name = '' } of pattern.matchAll(/(?<=\/)\{(\w+)\}/g)) {
      const range = locate(this.#file.lines.text, tree, index + 1, index + 1 + name.length);
      const role = { of: 'segment', isDefinition: true } as const;
      const item = { of: 'segment', scope: scopeOf(owner), name } as const;
      this.#add(item, range, { role, isPlain: false, container: tree.range });
    }
  }

  #expression(tree: ScalarTree, owner: Owner, form: 'expression' | 'text'): void {
    const { text } = this.#file.lines;
    if (typeof tree.value !== 'string') return;
    for (const { of, name, at } of namesIn(tree.value, form)) {
      const item = { of, name, scope: of === 'value' || of === 'Dataset' ? '' : scopeOf(owner) };
      const range = locate(text, tree, at.start, at.end);
      this.#add(item, range, { role: {}, isPlain: false, isInExpression: true, container: tree.range });
    }
  }

  #add(item: NamedItem | undefined, range: Range, properties: Properties): void {
    if (item === undefined || this.#added.has(`${range.start} ${range.end}`)) return;
    this.#added.add(`${range.start} ${range.end}`);
    const { path, lines } = this.#file;
    this.#occurrences.push({
      item,
      isDefinition: properties.role.isDefinition === true,
      range,
      isInExpression: properties.isInExpression === true,
      isPlain: properties.isPlain,
      container: properties.container,
      written: lines.text.slice(range.start, range.end),
      path,
    });
  }
}

type Properties = Pick<Occurrence, 'isPlain' | 'container'> & {
  readonly role: Partial<Role>;
  readonly isInExpression?: boolean;
};

/** The item that a name at a node refers to. */
function itemOf({ owner }: DocumentNode, { of, isDefinition }: Role, name: string): NamedItem | undefined {
  switch (of) {
    case 'document':
      return owner.kind && { of: owner.kind, scope: '', name: documentName(owner.kind, name) };
    case 'rule':
    case 'variable':
    case 'segment':
    case 'caller':
    case 'request':
      return { of, scope: scopeOf(owner), name };
    case 'parameter':
      if (isDefinition === true || owner.kind === 'PolicyTemplate')
        return { of, scope: scopeOf(owner), name };
      return { of, scope: `PolicyTemplate ${templateOf(owner.tree)}`, name };
    case 'value':
      return { of, scope: '', name };
    default:
      return { of, scope: '', name: documentName(of, name) };
  }
}

function templateOf(document: Tree): string {
  return textAt(document, 'spec', 'uses', 'template') ?? '';
}

function documentName(kind: Kind, name: string): string {
  return kind === 'Dataset' ? nameInExpressions(name) : name;
}

export function scopeOf({ kind, name }: Owner): string {
  return `${kind ?? ''} ${name}`;
}
