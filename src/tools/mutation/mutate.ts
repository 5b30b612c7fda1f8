import { inLongForm } from '../../policy/language/short-form.ts';
import { type ListTree, type MappingTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { type Edit, removeEntry, removeItem, replaceScalar, trimmedEnd } from './edit.ts';
import { mutateExpression } from './expression.ts';
import type { Mutant } from './mutant.ts';

/** All mutants of the policies and templates of a file, in order of line. Some do not compile. */
export function mutantsOf(file: YamlFile): readonly Mutant[] {
  const mutants = new Map<string, Mutant>();
  for (const { tree, broken } of file.documents) {
    if (broken || tree?.kind !== 'mapping') continue;
    const kind = textOf(valueAt(tree, 'kind'));
    const spec = valueAt(tree, 'spec');
    if ((kind !== 'Policy' && kind !== 'PolicyTemplate') || spec?.kind !== 'mapping') continue;
    const name = textOf(valueAt(tree, 'metadata', 'name'));
    const mutator = new Mutator(file, { kind, name: name ?? '' });
    mutator.policy(inLongForm(spec));
    // The value of an anchor is written once and may be found several times.
    for (const each of mutator.found) {
      const { start, end, text } = each.edit;
      mutants.set(`${start} ${end} ${text}`, each);
    }
  }
  return [...mutants.values()].toSorted((a, b) => a.line - b.line || a.edit.start - b.edit.start);
}

class Mutator {
  readonly found: Mutant[] = [];
  readonly #file: YamlFile;
  readonly #text: string;
  readonly #document: Mutant['document'];
  /** Lines of the items that enclose the current value. */
  #enclosing: readonly number[] = [];

  constructor(file: YamlFile, document: Mutant['document']) {
    this.#file = file;
    this.#text = file.lines.text;
    this.#document = document;
  }

  policy(spec: MappingTree): void {
    this.#match(spec, true);
    this.#requiredHeaders(spec);
    this.#authenticate(spec);
    this.#callers(spec);
    this.#swap(valueAt(spec, 'mode'), 'enforce', 'shadow');
    const paths = mappingOf(valueAt(spec, 'paths'));
    this.#swap(valueAt(paths, 'ambiguous'), 'allow', 'refuse');
    for (const rule of itemsOf(valueAt(spec, 'rules'))) this.#rule(rule, valueAt(spec, 'rules'));
    for (const limit of itemsOf(valueAt(spec, 'limits'))) this.#within(limit, () => this.#limit(limit));
    this.#dropItems(valueAt(spec, 'schemas'), 'the schema is dropped');
    for (const schema of itemsOf(valueAt(spec, 'schemas')))
      this.#within(schema, () => this.#schema(mappingOf(schema)));
    for (const { value } of mappingOf(valueAt(spec, 'variables'))?.entries.values() ?? [])
      this.#expression(value);
    this.#respond(valueAt(spec, 'respond'));
  }

  /** Drops entries of a `match`, and hosts, methods and paths of an entry, one by one and all of a field. */
  #match(holder: MappingTree | undefined, isOuter: boolean): void {
    const match = valueAt(holder, 'match');
    if (match?.kind !== 'list' || holder === undefined) return;
    this.#dropItems(match, 'the entry of `match` is dropped');
    for (const item of match.items) {
      if (item.kind !== 'mapping') continue;
      for (const field of ['hosts', 'methods', 'paths']) {
        const list = valueAt(item, field);
        if (list?.kind !== 'list') continue;
        this.#dropFrom(list, field);
        const isAlone = item.entries.size === 1;
        const edit = isAlone
          ? match.items.length === 1 && removeEntry(this.#text, holder, 'match')
          : removeEntry(this.#text, item, field);
        const what = isAlone ? 'the `match` is dropped' : `\`${field}\` is dropped`;
        if (edit !== false) this.#add(list, edit, what, isOuter);
      }
      this.#condition(item, 'when', isOuter);
    }
  }

  #schema(schema: MappingTree | undefined): void {
    this.#match(schema, false);
    const openapi = mappingOf(valueAt(schema, 'openapi'));
    for (const field of ['unknown', 'unknownQuery', 'readOnly'])
      this.#swap(valueAt(openapi, field), 'deny', 'allow');
  }

  #requiredHeaders(spec: MappingTree): void {
    const headers = valueAt(spec, 'requireHeaders');
    if (headers?.kind !== 'list') return;
    if (headers.items.length > 1) this.#dropFrom(headers, 'requireHeaders');
    else this.#add(headers, removeEntry(this.#text, spec, 'requireHeaders'), '`requireHeaders` is dropped');
  }

  #authenticate(spec: MappingTree): void {
    const authenticate = mappingOf(valueAt(spec, 'authenticate'));
    if (authenticate === undefined) return;
    for (const [name, { value }] of authenticate.entries) {
      const isAlone = authenticate.entries.size === 1;
      const edit = isAlone
        ? removeEntry(this.#text, spec, 'authenticate')
        : removeEntry(this.#text, authenticate, name);
      this.#add(value, edit, `\`${name}\` is dropped`);
    }
    const mtls = mappingOf(valueAt(authenticate, 'mtls'));
    const principals = valueAt(mtls, 'principals');
    if (mtls !== undefined && principals?.kind === 'list')
      this.#principals(principals, removeEntry(this.#text, mtls, 'principals'));
    const jwt = mappingOf(valueAt(authenticate, 'jwt'));
    const issuers = valueAt(jwt, 'issuers');
    if (issuers?.kind === 'list') this.#dropFrom(issuers, 'issuers');
    this.#swap(valueAt(jwt, 'required'), 'true', 'false');
    const bind = valueAt(jwt, 'bind');
    if (jwt !== undefined && bind !== undefined)
      this.#add(bind, removeEntry(this.#text, jwt, 'bind'), '`bind` is dropped');
  }

  /** Drops `from` and `except`, their entries, and the parts of an entry. */
  #callers(holder: MappingTree): void {
    for (const name of ['from', 'except']) {
      const list = valueAt(holder, name);
      if (list?.kind !== 'list') continue;
      this.#add(list, removeEntry(this.#text, holder, name), `\`${name}\` is dropped`);
      this.#dropItems(list, `the entry of \`${name}\` is dropped`);
      for (const entry of list.items) this.#caller(mappingOf(entry));
    }
  }

  #caller(entry: MappingTree | undefined): void {
    if (entry === undefined) return;
    for (const [part, { value }] of entry.entries) {
      if (value.kind === 'list') {
        if (part === 'principals') this.#principals(value, undefined);
        this.#dropFrom(value, part);
      } else this.#claims(value);
      if (entry.entries.size === 1) continue;
      this.#add(value, removeEntry(this.#text, entry, part), `\`${part}\` is dropped`);
    }
  }

  /** Drops claims, and values of a claim that may have several. */
  #claims(claims: Tree): void {
    if (claims.kind !== 'mapping') return;
    for (const [name, { value }] of claims.entries) {
      if (value.kind === 'list') this.#dropFrom(value, name);
      this.#claims(value);
      if (claims.entries.size === 1) continue;
      this.#add(value, removeEntry(this.#text, claims, name), `\`${name}\` is dropped from \`claims\``);
    }
  }

  /** Widens SPIFFE IDs to their trust domain, and makes `anyPeer` for others. */
  #principals(principals: ListTree, anyPeer: Edit | undefined): void {
    for (const each of principals.items) {
      const name = textOf(each) ?? '';
      const [all] = /^spiffe:\/\/[^/]+\//i.exec(name) ?? [];
      const wide = all === undefined ? undefined : `${all}**`;
      if (wide === undefined || wide === name) {
        this.#add(each, anyPeer, 'any peer is accepted');
      } else this.#add(each, replaceScalar(each, wide), `\`${name}\` becomes \`${wide}\``);
    }
  }

  #rule(item: Tree, rules: Tree | undefined): void {
    const rule = mappingOf(item);
    if (rule === undefined || rules?.kind !== 'list') return;
    this.#within(item, () => {
      const effect = textOf(valueAt(rule, 'effect'));
      if (effect === 'deny') {
        const edit =
          rules.items.length > 1
            ? removeItem(this.#text, rules, rules.items.indexOf(item))
            : { ...rules.range, text: '[]' };
        this.#add(item, edit, 'the rule is dropped');
      } else this.#swap(valueAt(rule, 'effect'), 'allow', 'deny');
      this.#swap(valueAt(rule, 'mode'), 'enforce', 'shadow');
      this.#match(rule, false);
      this.#callers(rule);
      this.#condition(rule, 'when', false);
      this.#respond(valueAt(rule, 'status'));
      this.#respond(valueAt(rule, 'message'));
      const expires = valueAt(rule, 'expires');
      if (expires !== undefined)
        this.#add(expires, replaceScalar(expires, '9999-12-31T00:00:00Z'), 'the rule never expires');
    });
  }

  #limit(item: Tree): void {
    const limit = mappingOf(item);
    if (limit === undefined) return;
    const doubled = valueAt(limit, 'burst') ?? valueAt(limit, 'rate');
    if (doubled?.kind === 'scalar') {
      const written = this.#text.slice(doubled.content.start, doubled.content.end);
      const more = written.replace(/^\d+/, (digits) => String(Number(digits) * 2));
      this.#add(doubled, replaceScalar(doubled, more), `\`${written}\` becomes \`${more}\``);
    }
    this.#condition(limit, 'when', false);
    this.#expression(valueAt(limit, 'cost'));
    const key = valueAt(limit, 'key');
    if (key?.kind === 'list') this.#dropFrom(key, 'key');
    for (const each of itemsOf(key)) this.#expression(each);
  }

  /** `respond`, or the status or message of a rule. */
  #respond(tree: Tree | undefined): void {
    if (tree?.kind === 'scalar') this.#expression(tree, false, undefined, 'text');
    if (tree?.kind === 'list') {
      for (const item of tree.items) this.#respond(item);
    }
    if (tree?.kind !== 'mapping') return;
    for (const [name, { value }] of tree.entries) {
      if (name === 'cel') this.#expression(value);
      else if ((name === 'set' || name === 'append' || name === 'metadata') && value.kind === 'mapping') {
        for (const [header, entry] of value.entries) {
          const edit = removeEntry(this.#text, value, header);
          this.#add(entry.value, edit, `\`${header}\` is dropped from \`${name}\``, false, entry.key.start);
          this.#respond(entry.value);
        }
      } else if (name === 'remove' && value.kind === 'list') this.#removed(tree, value);
      else this.#respond(value);
    }
  }

  #removed(holder: MappingTree, list: ListTree): void {
    for (const [index, each] of list.items.entries()) {
      const edit =
        list.items.length > 1
          ? removeItem(this.#text, list, index)
          : removeEntry(this.#text, holder, 'remove');
      this.#add(each, edit, `\`${this.#shown(each)}\` is no longer removed`);
    }
  }

  /** Drops a condition as a whole, and changes its expression. */
  #condition(holder: MappingTree, name: string, widens: boolean): void {
    const entry = holder.entries.get(name);
    if (entry?.value.kind !== 'scalar') return;
    const { value } = entry;
    if (textOf(value) !== 'true') {
      const edit = { start: value.range.start, end: trimmedEnd(this.#text, value.range), text: 'true' };
      this.#add(value, edit, 'the condition is dropped', widens, entry.key.start);
    }
    this.#expression(value, widens, entry.key.start);
  }

  #expression(
    tree: Tree | undefined,
    widens = false,
    key?: number,
    form: 'expression' | 'text' = 'expression',
  ): void {
    if (tree?.kind !== 'scalar') return;
    for (const { edit, what } of mutateExpression(this.#text, tree, form)) {
      this.#addAt(edit.start, edit, what, widens, key);
    }
  }

  #swap(tree: Tree | undefined, one: string, other: string): void {
    if (tree?.kind !== 'scalar') return;
    const now = String(tree.value);
    if (now !== one && now !== other) return;
    const then = now === one ? other : one;
    this.#add(tree, replaceScalar(tree, then), `\`${now}\` becomes \`${then}\``);
  }

  #dropFrom(list: ListTree, field: string): void {
    for (const [index, each] of list.items.entries()) {
      const what = `\`${this.#shown(each)}\` is dropped from \`${field}\``;
      this.#add(each, removeItem(this.#text, list, index), what);
    }
  }

  #dropItems(list: Tree | undefined, what: string): void {
    if (list?.kind !== 'list') return;
    for (const [index, each] of list.items.entries()) {
      this.#add(each, removeItem(this.#text, list, index), what);
    }
  }

  #within(item: Tree, run: () => void): void {
    const before = this.#enclosing;
    this.#enclosing = [...before, this.#line(item.range.start)];
    run();
    this.#enclosing = before;
  }

  #add(at: Tree, edit: Edit | undefined, what: string, widens = false, key?: number): void {
    if (edit !== undefined) this.#addAt(key ?? at.range.start, edit, what, widens, key);
  }

  #addAt(at: number, edit: Edit, what: string, widens: boolean, key: number | undefined): void {
    const line = this.#line(at);
    const remarkLines = [line, ...(key === undefined ? [] : [this.#line(key)]), ...this.#enclosing];
    const { path: file } = this.#file;
    this.found.push({ file, document: this.#document, line, remarkLines, what, edit, widens });
  }

  /** Value of a scalar, or the source of any other tree. */
  #shown(tree: Tree): string {
    return textOf(tree) ?? this.#text.slice(tree.range.start, tree.range.end).trim();
  }

  #line(offset: number): number {
    return this.#file.lines.position(offset).line;
  }
}

function mappingOf(tree: Tree | undefined): MappingTree | undefined {
  return tree?.kind === 'mapping' ? tree : undefined;
}

function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}
