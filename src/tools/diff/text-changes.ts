import { jsonText } from '../../engine/request/json-value.ts';
import { plainJson, type Tree } from '../../policy/yaml/tree.ts';
import { documentsOf, type Version, type WrittenDocument } from './version.ts';

/** One part of the documents that two versions have otherwise. */
export interface TextChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Which version has the file and line: that after the change, but for what was removed. */
  readonly of: 'before' | 'after';
  readonly file: string;
  readonly line: number;
  /** Kind and name, such as `Policy orders`. */
  readonly document: string;
  /** Path in the document, with the names of rules and limits; empty for the document itself. */
  readonly path: string;
  /** The values before and after, cut; absent for a whole document, rule or limit, and for keys. */
  readonly before?: string;
  readonly after?: string;
}

/** Most changes that are listed. */
const MOST_CHANGES = 1_000;
/** Most characters of a value. */
const MOST_TEXT = 200;

/** The changes from one version to another, by document. Comments, layout and the order of keys are not compared. */
export function textChanges(before: Version, after: Version): readonly TextChange[] {
  const [old, now] = [before, after].map(
    (version) => new Map(documentsOf(version).map((each) => [idOf(each), each])),
  );
  const changes: TextChange[] = [];
  for (const id of [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort()) {
    const comparison = new Comparison(id, old?.get(id), now?.get(id));
    changes.push(...comparison.changes());
  }
  return changes.slice(0, MOST_CHANGES);
}

function idOf({ kind, name }: WrittenDocument): string {
  return `${kind} ${name}`;
}

class Comparison {
  readonly #id: string;
  readonly #before: WrittenDocument | undefined;
  readonly #after: WrittenDocument | undefined;
  readonly #changes: TextChange[] = [];

  constructor(id: string, before: WrittenDocument | undefined, after: WrittenDocument | undefined) {
    this.#id = id;
    this.#before = before;
    this.#after = after;
  }

  changes(): readonly TextChange[] {
    this.#compare('', this.#before?.tree, this.#after?.tree);
    return this.#changes;
  }

  #compare(path: string, a: Tree | undefined, b: Tree | undefined): void {
    if (a === undefined || b === undefined) {
      if (a !== b) this.#add(path, a, b);
    } else if (a.kind === 'mapping' && b.kind === 'mapping') {
      for (const name of new Set([...a.entries.keys(), ...b.entries.keys()])) {
        this.#compare(memberPath(path, name), a.entries.get(name)?.value, b.entries.get(name)?.value);
      }
    } else if (a.kind === 'list' && b.kind === 'list') this.#lists(path, a.items, b.items);
    else if (textOf(a) !== textOf(b)) this.#add(path, a, b);
  }

  /** Items with a name are compared by it, others by their value. */
  #lists(path: string, a: readonly Tree[], b: readonly Tree[]): void {
    const [old, now] = [namedItems(a), namedItems(b)];
    if (old !== undefined && now !== undefined) {
      for (const name of new Set([...old.keys(), ...now.keys()])) {
        this.#compare(`${path}[${name}]`, old.get(name), now.get(name));
      }
      const kept = (items: ReadonlyMap<string, Tree>, other: ReadonlyMap<string, Tree>) =>
        [...items.keys()].filter((name) => other.has(name)).join(', ');
      const [first] = b;
      if (kept(old, now) !== kept(now, old) && first !== undefined) {
        this.#push('changed', `${path} (order)`, first, 'after', kept(old, now), kept(now, old));
      }
      return;
    }
    const gone = without(a, b);
    const added = without(b, a);
    const [only] = gone;
    const [other] = added;
    if (gone.length === 1 && added.length === 1 && only?.kind === 'mapping' && other?.kind === 'mapping') {
      this.#compare(`${path}[${b.indexOf(other)}]`, only, other);
      return;
    }
    for (const item of gone) this.#push('removed', path, item, 'before', textOf(item), undefined);
    for (const item of added) this.#push('added', path, item, 'after', undefined, textOf(item));
  }

  #add(path: string, a: Tree | undefined, b: Tree | undefined): void {
    const isWhole = (tree: Tree | undefined) =>
      tree === undefined || nameIn(tree) !== undefined || path === '';
    const [before, after] = [a, b].map((tree) =>
      isWhole(tree) || tree === undefined ? undefined : textOf(tree),
    );
    if (b !== undefined) this.#push(a === undefined ? 'added' : 'changed', path, b, 'after', before, after);
    else if (a !== undefined) this.#push('removed', path, a, 'before', before, undefined);
  }

  #push(
    kind: TextChange['kind'],
    path: string,
    tree: Tree,
    of: TextChange['of'],
    before: string | undefined,
    after: string | undefined,
  ): void {
    const document = of === 'before' ? this.#before : this.#after;
    if (document === undefined || this.#changes.length >= MOST_CHANGES) return;
    const { file } = document;
    const show = (text: string | undefined) => (isSecret(path) ? undefined : text && cut(text));
    const [old, now] = [show(before), show(after)];
    this.#changes.push({
      kind,
      of,
      file: file.path,
      line: file.lines.position(tree.range.start).line,
      document: this.#id,
      path,
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    });
  }
}

/** Keys of an issuer may be symmetric, which are secrets. */
function isSecret(path: string): boolean {
  return /^keys(\.|$)/.test(path);
}

/** The path from the `spec`, as in diagnostics. */
function memberPath(path: string, name: string): string {
  if (path === '' && name === 'spec') return '';
  return path === '' ? name : `${path}.${name}`;
}

/** Keys that name an item; the effect of a rule is the key of its name in the short form. */
const NAMES = ['name', 'allow', 'deny'] as const;

function nameIn(item: Tree): string | undefined {
  if (item.kind !== 'mapping') return undefined;
  for (const key of NAMES) {
    const value = item.entries.get(key)?.value;
    if (value?.kind === 'scalar' && typeof value.value === 'string') return value.value;
  }
  return undefined;
}

/** The items by their name; undefined if one has none, or two have the same. */
function namedItems(items: readonly Tree[]): ReadonlyMap<string, Tree> | undefined {
  const named = new Map<string, Tree>();
  for (const item of items) {
    const name = nameIn(item);
    if (name === undefined) return undefined;
    named.set(name, item);
  }
  return named.size === items.length ? named : undefined;
}

/** The items of a list that another does not have, each as often as it has more of them. */
function without(items: readonly Tree[], others: readonly Tree[]): readonly Tree[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(textOf(other), (left.get(textOf(other)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(textOf(item)) ?? 0;
    left.set(textOf(item), count - 1);
    return count <= 0;
  });
}

function textOf(tree: Tree): string {
  const value = plainJson(tree);
  return typeof value === 'string' ? value : jsonText(value);
}

function cut(text: string): string {
  const plain = text.trim().replaceAll(/\s+/g, ' ');
  return plain.length <= MOST_TEXT ? plain : `${plain.slice(0, MOST_TEXT - 1).toWellFormed()}…`;
}
