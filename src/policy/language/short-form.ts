import type { Range } from '../../diagnostic/range.ts';
import type { Cursor, Entry, ListTree, MappingTree, ScalarTree, Tree } from '../yaml/tree.ts';
import { matchParts } from './match-text.ts';

/**
 * The `spec` of a policy or template in which every short form is written as its long form, at the place of the short
 * one. What is not a valid short form stays as it is, for the reader to report. Parts without a short form are the same
 * objects as before.
 */
export function inLongForm<T extends Tree>(spec: T): T;
export function inLongForm(spec: Tree): Tree {
  return changed(callersAndMatch(spec), {
    rules: (rules) => items(rules, longRule),
    schemas: (schemas) => items(schemas, longSchema),
  });
}

/** As `inLongForm`, for the `spec` at a place. */
export function longFormAt(at: Cursor): Cursor {
  const tree = inLongForm(at.tree);
  return tree === at.tree ? at : { ...at, tree };
}

function longSchema(schema: Tree): Tree {
  return changed(callersAndMatch(schema), { openapi: longOpenApi, protobuf: longProtobuf });
}

/** The long form of a mapping for which a text, the path of a file, is short: the text is the value of a field. */
function fileForm(field: string): (value: Tree) => Tree {
  return (value) => (isText(value) ? implied(value, [[field, value.range, value]]) : value);
}

/** The value of `openapi`: a text is the path of the document. */
export const longOpenApi = fileForm('document');

/** `protobuf` of a schema: a text is the path of its descriptor set. */
export const longProtobuf = fileForm('descriptorSet');

/** A rule whose name and effect are `name` and `effect`, also if they are written `allow: NAME` or `deny: NAME`. */
export function longRule(rule: Tree): Tree {
  return callersAndMatch(withNameAndEffect(rule));
}

const EFFECTS = ['allow', 'deny'] as const;

function withNameAndEffect(rule: Tree): Tree {
  if (rule.kind !== 'mapping' || has(rule, 'name') || has(rule, 'effect')) return rule;
  const [effect, other] = EFFECTS.filter((each) => has(rule, each));
  const entry = effect === undefined ? undefined : rule.entries.get(effect);
  if (effect === undefined || other !== undefined || entry === undefined || !isName(entry.value)) return rule;
  const { key } = entry;
  const value: ScalarTree = { kind: 'scalar', range: key, content: key, style: 'plain', value: effect };
  const entries = [...rule.entries].flatMap(([name, each]): readonly (readonly [string, Entry])[] =>
    each === entry
      ? [
          ['name', { ...entry, writtenAs: effect }],
          ['effect', { ...entry, writtenAs: effect, value }],
        ]
      : [[name, each]],
  );
  return { ...rule, entries: new Map(entries) };
}

/** True for a text, and for the parameter of a template. */
function isName(tree: Tree): boolean {
  return isText(tree) || (tree.kind === 'mapping' && tree.entries.size === 1 && tree.entries.has('param'));
}

function has({ entries, invalidKeys }: MappingTree, name: string): boolean {
  return entries.has(name) || invalidKeys.has(name);
}

function callersAndMatch(holder: Tree): Tree {
  const callers = (list: Tree): Tree => items(list, longCaller);
  return changed(holder, {
    match: (match) => items(match, longMatch),
    from: callers,
    except: callers,
  });
}

/** An entry of `from` or `except`: a text is a principal. */
export function longCaller(entry: Tree): Tree {
  if (!isText(entry)) return entry;
  return implied(entry, [['principals', entry.range, listOf([entry], entry.range)]]);
}

/** An entry of `match`: a text is methods, a path, or both. */
export function longMatch(entry: Tree): Tree {
  const parts = isText(entry) ? matchParts(entry.value) : undefined;
  if (parts === undefined || !isText(entry)) return entry;
  const methods = parts.methods.map((each) => partOf(entry, each));
  const paths = parts.path === undefined ? [] : [partOf(entry, parts.path)];
  const fields = [['methods', methods] as const, ['paths', paths] as const].flatMap(
    ([name, found]): readonly ImpliedField[] => {
      const [first] = found;
      const last = found.at(-1);
      if (first === undefined || last === undefined) return [];
      const range = { start: first.range.start, end: last.range.end };
      return [[name, range, listOf(found, range)]];
    },
  );
  return implied(entry, fields);
}

type TextTree = ScalarTree & { readonly value: string };

function isText(tree: Tree): tree is TextTree {
  return tree.kind === 'scalar' && typeof tree.value === 'string';
}

type ImpliedField = readonly [name: string, range: Range, value: Tree];

function implied({ range, context }: ScalarTree, fields: readonly ImpliedField[]): MappingTree {
  const entries = new Map(fields.map(([name, key, value]) => [name, { key, value }]));
  return {
    kind: 'mapping',
    range,
    entries,
    invalidKeys: new Set(),
    isImplied: true,
    ...(context && { context }),
  };
}

function listOf(of: readonly Tree[], range: Range): ListTree {
  return { kind: 'list', range, items: of, isPartial: false, isImplied: true };
}

/** A part of a text; its range is that of the whole text if escapes or line breaks shift it. */
function partOf(whole: TextTree, { start, end }: Range): ScalarTree {
  const { content, value } = whole;
  const isExact = content.end - content.start === value.length;
  const range = isExact ? { start: content.start + start, end: content.start + end } : whole.range;
  return { ...whole, value: value.slice(start, end), range, content: range, within: { whole, start } };
}

/** A mapping with changed values of some keys. */
function changed(tree: Tree, changes: Readonly<Record<string, (value: Tree) => Tree>>): Tree {
  if (tree.kind !== 'mapping') return tree;
  let entries: Map<string, Entry> | undefined;
  for (const [name, change] of Object.entries(changes)) {
    const entry = tree.entries.get(name);
    const value = entry && change(entry.value);
    if (entry === undefined || value === undefined || value === entry.value) continue;
    entries ??= new Map(tree.entries);
    entries.set(name, { ...entry, value });
  }
  return entries === undefined ? tree : { ...tree, entries };
}

function items(tree: Tree, change: (item: Tree) => Tree): Tree {
  if (tree.kind !== 'list') return tree;
  const all = tree.items.map(change);
  return all.every((item, index) => item === tree.items[index]) ? tree : { ...tree, items: all };
}
