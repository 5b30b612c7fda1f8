import type { Declaration } from '../../cel/check/environment.ts';
import { formatType, type Type } from '../../cel/value/type.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { thousands } from '../../diagnostic/thousands.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { type DocumentOf, sourceOf } from '../language/document.ts';
import { mapping, misspells, suggestion, unknownIn } from '../language/fields.ts';
import { USES_FIELDS } from '../language/policy-document.ts';
import { child, lacks, report, shape } from '../language/reader.ts';
import type { ParameterSpec } from '../language/template-document.ts';
import type { Cursor, ReaderContext } from '../yaml/tree.ts';
import { type ListTree, type MappingTree, plainJson, type Tree } from '../yaml/tree.ts';
import { isInt } from './data-type.ts';

type Template = DocumentOf<'PolicyTemplate'>;

/** A policy merged with the template that it uses, if any. */
export interface AdoptedPolicy {
  /** The `spec` of the policy, merged with that of the template. */
  readonly at: Cursor;
  readonly template: Template | undefined;
  /** Values of the template's parameters, for expressions. */
  readonly params: Readonly<Record<string, JsonValue>>;
  readonly paramsAt: ReadonlyMap<string, Cursor>;
  /** Parameters that the template uses as `{param: NAME}`. */
  readonly placed: ReadonlySet<string>;
}

/**
 * The spec of a policy, merged with that of the template that it `uses`. Mistakes in the adoption are reported in the
 * adopting policy. `templates` holds the templates of the folder by name.
 */
export function adopt(
  at: Cursor,
  templates: ReadonlyMap<string, Template>,
  incomplete: boolean,
  room: ExpansionRoom,
): AdoptedPolicy {
  const alone: AdoptedPolicy = {
    at,
    template: undefined,
    params: {},
    paramsAt: new Map(),
    placed: new Set(),
  };
  const usesAt = child(at, 'uses');
  if (usesAt === undefined || at.tree.kind !== 'mapping') return alone;
  const uses = mapping(USES_FIELDS)(usesAt);
  // Fields of `uses` that are written beside it do not get another `uses`.
  const rest = { ...without(at.tree, 'uses'), invalidKeys: at.tree.invalidKeys.union(new Set(['uses'])) };
  const own = { ...alone, at: { ...at, tree: rest } };
  if (uses?.template === undefined) return own;
  const template = templates.get(uses.template.value);
  if (template === undefined) {
    if (!incomplete) {
      const { value } = uses.template;
      const help = () => suggestion(value, templates.keys());
      const message = `unknown PolicyTemplate \`${uses.template.value}\``;
      report(uses.template.at, 'unknown_reference', message, help);
    }
    return own;
  }
  if (template.spec === undefined) return own;
  const given = uses.with ?? new Map<string, Cursor>();
  const isElsewhere = !lacks(at, 'with') || misspells(unknownIn(usesAt, USES_FIELDS), USES_FIELDS, 'with');
  const values = valuesFor(template, given, usesAt, !isElsewhere);
  const { line } = at.context.lines.position(usesAt.tree.range.start);
  const context: ReaderContext = { ...template.spec.at.context, adopter: `${at.context.path}:${line}` };
  const substitution = new ParameterSubstitution(values, template.spec.parameters, context, room);
  const body = template.spec.at.tree;
  const filled = body.kind === 'mapping' ? substitution.mapping(without(body, 'parameters'), context) : rest;
  if (room.left <= 0) {
    report(usesAt, 'too_large', TOO_MANY_EXPANDED, 'put fewer rules, or shorter lists, into the templates');
    return own;
  }
  return {
    at: { ...at, tree: merge(filled, rest) },
    template,
    params: Object.fromEntries([...values].map(([name, { tree }]) => [name, plainJson(tree)])),
    paramsAt: values,
    placed: substitution.placed,
  };
}

/**
 * The spec of a template that no policy uses, with the defaults of its parameters; undefined if it cannot be read. A
 * value whose parameter has no default is left open: nothing is reported about it.
 */
export function withDefaults(
  { spec }: Template,
  room: ExpansionRoom,
): Pick<AdoptedPolicy, 'at' | 'placed'> | undefined {
  const body = spec?.at.tree;
  if (spec === undefined || body?.kind !== 'mapping') return undefined;
  const values = new Map<string, Cursor>();
  for (const [name, { value: parameter }] of spec.parameters) {
    const value = parameter.default;
    if (value === undefined) continue;
    if (!fits(value, parameter)) {
      const type = parameter.type === undefined ? 'a value' : `\`${formatType(parameter.type.value)}\``;
      report(value, 'wrong_type', `expected ${type} for the parameter \`${name}\`, found ${shape(value)}`);
    } else if (!isEmpty(value)) values.set(name, value);
  }
  const substitution = new ParameterSubstitution(values, spec.parameters, spec.at.context, room);
  const tree = substitution.mapping(without(body, 'parameters'));
  return room.left <= 0 ? undefined : { at: { ...spec.at, tree }, placed: substitution.placed };
}

/** True for a default that only shows the type of the values that policies give. */
function isEmpty({ tree }: Cursor): boolean {
  if (tree.kind === 'scalar') return tree.value === '' || tree.value === null;
  return tree.kind === 'list' ? tree.items.length === 0 : tree.entries.size === 0;
}

/** Room for the values that the templates of a folder expand to, shared by all policies that adopt one. */
export interface ExpansionRoom {
  left: number;
}

/** Most values of a folder's templates, counted for each policy that adopts one, with the values of its parameters. */
export const MOST_EXPANDED = 500_000;

const TOO_MANY_EXPANDED = `the templates of the folder expand to more than ${thousands(MOST_EXPANDED)} values`;

/** The names that expressions of adopting policies read as `params.NAME`. */
export function parameterDeclarations({ spec }: Template): ReadonlyMap<string, Declaration> {
  const declarations = new Map<string, Declaration>();
  for (const [name, { value }] of spec?.parameters ?? []) {
    if (value.type !== undefined) declarations.set(name, { type: value.type.value, isFixed: true });
  }
  return declarations;
}

function without(tree: MappingTree, name: string): MappingTree {
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => key !== name)) };
}

/**
 * The value of each parameter: the one that the adopting policy gives, else the template's default. A parameter without
 * both is reported if `reportsMissing`.
 */
function valuesFor(
  template: Template,
  given: ReadonlyMap<string, Cursor>,
  usesAt: Cursor,
  reportsMissing: boolean,
): ReadonlyMap<string, Cursor> {
  const parameters = template.spec?.parameters ?? new Map<string, never>();
  for (const [name, at] of given) {
    if (parameters.has(name)) continue;
    const message = `the template \`${template.name.value}\` has no parameter \`${name}\``;
    report(at, 'unknown_field', message, () => suggestion(name, parameters.keys()), at.key);
  }
  const misspelt = new Set(
    [...given.keys()].map((name) =>
      parameters.has(name) ? undefined : nearest(name, [...parameters.keys()]),
    ),
  );
  const values = new Map<string, Cursor>();
  for (const [name, { value: parameter, at: declaredAt }] of parameters) {
    const value = given.get(name) ?? parameter.default;
    const { file, line } = sourceOf(declaredAt);
    if (value === undefined && (misspelt.has(name) || !reportsMissing)) continue;
    if (value === undefined) {
      const message = `the parameter \`${name}\` is missing; the template declares it at ${file}:${line}`;
      report(
        child(usesAt, 'with') ?? usesAt,
        'missing_field',
        message,
        describe(name, parameter),
        usesAt.key,
      );
    } else if (fits(value, parameter)) {
      values.set(name, value);
    } else {
      const type = parameter.type === undefined ? 'a value' : `\`${formatType(parameter.type.value)}\``;
      const message = `expected ${type} for the parameter \`${name}\`, found ${shape(value)}`;
      report(value, 'wrong_type', message, `the template declares it at ${file}:${line}`);
    }
  }
  return values;
}

function describe(name: string, { type, description }: ParameterSpec): string {
  const shown = type === undefined ? name : `${name}: ${formatType(type.value)}`;
  return description === undefined ? `write \`with: {${name}: ...}\`` : `\`${shown}\`: ${description}`;
}

function fits({ tree }: Cursor, { type }: ParameterSpec): boolean {
  return type === undefined || isOf(type.value, plainJson(tree));
}

function isOf(type: Type, value: JsonValue): boolean {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return isInt(value);
    case 'double':
      return typeof value === 'number';
    case 'list':
      return Array.isArray(value) && value.every((each: JsonValue) => isOf(type.element, each));
    case 'map':
      return isJsonObject(value) && Object.values(value).every((each) => isOf(type.value, each));
    default:
      return true;
  }
}

/** Replaces each `{param: NAME}` by the value of the parameter. */
class ParameterSubstitution {
  readonly placed = new Set<string>();
  readonly #values: ReadonlyMap<string, Cursor>;
  readonly #declared: ReadonlyMap<string, unknown>;
  readonly #context: ReaderContext;
  readonly #room: ExpansionRoom;

  constructor(
    values: ReadonlyMap<string, Cursor>,
    declared: ReadonlyMap<string, unknown>,
    context: ReaderContext,
    room: ExpansionRoom,
  ) {
    this.#room = room;
    this.#values = values;
    this.#declared = declared;
    this.#context = context;
  }

  /** A mapping of the template; `context` is the file of its keys, for a mapping that is merged into another file. */
  mapping(tree: MappingTree, context?: ReaderContext): MappingTree {
    const entries = new Map(
      [...tree.entries].map(([name, entry]) => [
        name,
        { ...entry, value: this.#fill(entry.value), ...(context === undefined ? {} : { context }) },
      ]),
    );
    return { ...tree, entries };
  }

  /** A tree without parameters is returned as it is, so that equal parts of policies are the same object. */
  #fill(tree: Tree): Tree {
    this.#room.left -= 1;
    if (this.#room.left <= 0) return tree;
    switch (tree.kind) {
      case 'scalar':
        return tree;
      case 'list':
        return this.#list(tree);
      case 'mapping':
        return this.#parameter(tree) ?? this.#within(tree);
    }
  }

  #list(tree: ListTree): ListTree {
    const items = tree.items.flatMap((item) => this.#items(item));
    const isSame = items.length === tree.items.length && items.every((item, at) => item === tree.items[at]);
    // A list without elements is then that of the parameters.
    return isSame ? tree : { ...tree, items, ...(items.length === 0 && { isParameter: true as const }) };
  }

  #within(tree: MappingTree): MappingTree {
    const filled = this.mapping(tree);
    const isSame = [...tree.entries].every(([name, { value }]) => filled.entries.get(name)?.value === value);
    return isSame ? tree : filled;
  }

  /** A parameter that is a list, used as one element of a list, contributes all of its elements. */
  #items(item: Tree): readonly Tree[] {
    const value = item.kind === 'mapping' ? this.#parameter(item) : undefined;
    if (value?.kind !== 'list') return [value ?? this.#fill(item)];
    return value.items.map((each) => ({ ...each, ...(value.context && { context: value.context }) }));
  }

  /** The value of `{param: NAME}`; undefined for any other mapping. */
  #parameter(tree: MappingTree): Tree | undefined {
    const name = tree.entries.size === 1 ? tree.entries.get('param')?.value : undefined;
    if (name?.kind !== 'scalar' || typeof name.value !== 'string') return undefined;
    this.placed.add(name.value);
    const value = this.#values.get(name.value);
    if (value !== undefined) return { ...this.#asParameter(value.tree), context: value.context };
    if (!this.#declared.has(name.value)) {
      const at: Cursor = { context: this.#context, tree: name, path: '', key: undefined };
      const { value: unknown } = name;
      const help = () => suggestion(unknown, this.#declared.keys());
      report(at, 'unknown_reference', `the template has no parameter \`${name.value}\``, help);
    }
    return { ...tree, isUnfilled: true };
  }

  /** Marks a value and all its parts as a parameter: none of them may become an expression. */
  #asParameter(tree: Tree): Tree {
    this.#room.left -= 1;
    if (this.#room.left <= 0) return tree;
    switch (tree.kind) {
      case 'scalar':
        return { ...tree, isParameter: true };
      case 'list':
        return { ...tree, isParameter: true, items: tree.items.map((item) => this.#asParameter(item)) };
      case 'mapping': {
        const entries = [...tree.entries].map(
          ([name, entry]) => [name, { ...entry, value: this.#asParameter(entry.value) }] as const,
        );
        return { ...tree, isParameter: true, entries: new Map(entries) };
      }
    }
  }
}

/**
 * Fields next to `uses` are merged into those of the template: mappings by key, lists appended, other values replaced.
 */
function merge(template: MappingTree, own: MappingTree): MappingTree {
  const entries = new Map(template.entries);
  for (const [name, entry] of own.entries) {
    const base = entries.get(name);
    if (base === undefined) entries.set(name, entry);
    else entries.set(name, { ...entry, value: mergeValues(base.value, entry.value, base.context) });
  }
  return { ...own, entries, invalidKeys: template.invalidKeys.union(own.invalidKeys) };
}

function mergeValues(template: Tree, own: Tree, context: ReaderContext | undefined): Tree {
  const from = template.context ?? context;
  if (template.kind === 'list' && own.kind === 'list') {
    const items = template.items.map((item) => (from === undefined ? item : { context: from, ...item }));
    return { ...own, items: [...items, ...own.items] };
  }
  if (template.kind !== 'mapping' || own.kind !== 'mapping') return own;
  const entries = [...template.entries].map(
    ([name, entry]) => [name, from === undefined ? entry : { context: from, ...entry }] as const,
  );
  return merge({ ...template, entries: new Map(entries) }, own);
}
