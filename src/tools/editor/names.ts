import type { Range } from '../../diagnostic/range.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import { ISSUER_FIELDS } from '../../policy/language/issuer-document.ts';
import { TOKEN_FIELDS } from '../../policy/language/test-document.ts';
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

/** Something that the author gave a name to. */
export interface Named {
  readonly of: Kind | Part;
  /** The document that it is a part of, such as `Policy orders`; empty for what the whole folder knows. */
  readonly scope: string;
  /** Of a dataset as expressions write it. */
  readonly name: string;
}

/** A place where a name stands. */
export interface Occurrence {
  readonly named: Named;
  readonly isDefinition: boolean;
  /** The name alone, without quotes. */
  readonly range: Range;
  /** Whether it stands in an expression. */
  readonly isInExpression: boolean;
  /** Whether it is a plain YAML scalar, which another name could turn into a number. */
  readonly isPlain: boolean;
  /** What it is the name of, or what holds it. */
  readonly around: Range;
  /** As written. */
  readonly written: string;
  /** The path of the file. */
  readonly path: string;
}

/** The names of one file. */
export interface FileNames {
  readonly occurrences: readonly Occurrence[];
  /** The template of each policy that adopts one. */
  readonly uses: ReadonlyMap<string, string>;
  /** Claims that tokens of tests have, or that an issuer requires. */
  readonly claims: ReadonlySet<string>;
}

/** Stands for any policy: a test may name a rule alone. */
export const ANY_POLICY = 'Policy *';

const known = new WeakMap<YamlFile, FileNames>();

/** Every name in a file that the author gave or reads, made once. */
export function namesOf(file: YamlFile): FileNames {
  const made = known.get(file) ?? new Collection(file).collect();
  known.set(file, made);
  return made;
}

class Collection {
  readonly #file: YamlFile;
  readonly #occurrences: Occurrence[] = [];
  readonly #uses = new Map<string, string>();
  readonly #claims = new Set<string>();
  /** A value that an alias names is met more than once. */
  readonly #met = new Set<string>();

  constructor(file: YamlFile) {
    this.#file = file;
  }

  collect(): FileNames {
    for (const spot of documentNodes(this.#file)) {
      if (spot.kind === 'key') this.#key(spot);
      else this.#value(spot);
    }
    return { occurrences: this.#occurrences, uses: this.#uses, claims: this.#claims };
  }

  #key(spot: KeyNode): void {
    const role = spot.isOwnName && spot.field !== undefined ? KEY_ROLES.get(spot.field) : undefined;
    if (role === undefined) return;
    const { text } = this.#file.lines;
    const isQuoted = /["']/.test(text[spot.range.start] ?? '');
    const range = isQuoted ? { start: spot.range.start + 1, end: spot.range.end - 1 } : spot.range;
    const around = { start: spot.range.start, end: spot.value.range.end };
    this.#add(named(spot, role, spot.name), range, { role, isPlain: !isQuoted, around });
  }

  #value(spot: ValueNode): void {
    const { tree, owner, field, shape } = spot;
    if (field === TOKEN_FIELDS.claims && tree.kind === 'mapping' && spot.parent !== undefined) {
      for (const claim of tree.entries.keys()) this.#claims.add(claim);
    }
    if (tree.kind !== 'scalar') return;
    if (field === ISSUER_FIELDS.requireClaims) this.#claims.add(String(tree.value));
    if (shape?.kind === 'expression') this.#expression(tree, owner);
    else if (typeof tree.value !== 'string') return;
    else if (spot.isParameter) this.#text(spot, tree, named(spot, { of: 'parameter' }, tree.value), {});
    else {
      const role = field && VALUE_ROLES.get(field);
      if (role === undefined || spot.parent === undefined) return;
      if (owner.kind === 'Policy' && role.of === 'PolicyTemplate') this.#uses.set(owner.name, tree.value);
      if (role.of === 'rule' && role.isDefinition !== true) this.#rule(tree, tree.value, spot);
      else this.#text(spot, tree, named(spot, role, tree.value), role);
    }
  }

  #text({ parent }: DocumentNode, tree: ScalarTree, what: Named | undefined, role: Partial<Role>): void {
    const range = tree.style === 'block' ? tree.range : tree.content;
    const around = parent?.range ?? range;
    this.#add(what, range, { role, isPlain: tree.style === 'plain', around });
  }

  /** `rule`, or `policy/rule`; the policy may stand in a field beside it. */
  #rule(tree: ScalarTree, value: string, { parent }: DocumentNode): void {
    const slash = value.indexOf('/');
    const policy = slash === -1 ? textAt(parent, 'policy') : value.slice(0, slash);
    const scope = policy === undefined ? ANY_POLICY : `Policy ${policy}`;
    const about = { role: {}, isPlain: tree.style === 'plain' && slash === -1, around: tree.range };
    if (tree.style === 'block') return;
    const { start, end } = tree.content;
    this.#add({ of: 'rule', scope, name: value.slice(slash + 1) }, { start: start + slash + 1, end }, about);
    if (slash < 1) return;
    this.#add({ of: 'Policy', scope: '', name: value.slice(0, slash) }, { start, end: start + slash }, about);
  }

  #expression(tree: ScalarTree, owner: Owner): void {
    const { text } = this.#file.lines;
    if (typeof tree.value !== 'string') return;
    for (const { of, name, at } of namesIn(tree.value)) {
      const what = { of, name, scope: of === 'value' || of === 'Dataset' ? '' : scopeOf(owner) };
      const range = locate(text, tree, at.start, at.end);
      this.#add(what, range, { role: {}, isPlain: false, isInExpression: true, around: tree.range });
    }
  }

  #add(
    what: Named | undefined,
    range: Range,
    about: Pick<Occurrence, 'isPlain' | 'around'> & {
      readonly role: Partial<Role>;
      readonly isInExpression?: boolean;
    },
  ): void {
    if (what === undefined || this.#met.has(`${range.start} ${range.end}`)) return;
    this.#met.add(`${range.start} ${range.end}`);
    const { path, lines } = this.#file;
    this.#occurrences.push({
      named: what,
      isDefinition: about.role.isDefinition === true,
      range,
      isInExpression: about.isInExpression === true,
      isPlain: about.isPlain,
      around: about.around,
      written: lines.text.slice(range.start, range.end),
      path,
    });
  }
}

/** What a name in the place of a spot is of. */
function named({ owner }: DocumentNode, { of, isDefinition }: Role, name: string): Named | undefined {
  switch (of) {
    case 'document':
      return owner.kind && { of: owner.kind, scope: '', name: documentName(owner.kind, name) };
    case 'rule':
    case 'variable':
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
