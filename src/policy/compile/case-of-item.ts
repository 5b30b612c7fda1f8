import type { Range } from '../../diagnostic/range.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { report } from '../language/reader.ts';
import type { Cursor, Entry } from '../yaml/tree.ts';
import { type ScalarTree, type Tree } from '../yaml/tree.ts';

/** One row of a Dataset: its key in a mapping, or its number in a list, and its value. */
export interface DatasetItem {
  readonly key: string;
  readonly value: JsonValue;
}

/** The rows of a Dataset; a value that is neither a list nor a mapping has none. */
export function itemsOfDataset(data: JsonValue): readonly DatasetItem[] {
  if (isJsonList(data)) return data.map((value, index) => ({ key: String(index + 1), value }));
  return isJsonObject(data) ? Object.entries(data).map(([key, value]) => ({ key, value })) : [];
}

/** Number of values in a tree, itself included. */
export function valuesIn(tree: Tree): number {
  if (tree.kind === 'scalar') return 1;
  const inner =
    tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }: Entry) => value);
  return inner.reduce((sum, each) => sum + valuesIn(each), 1);
}

/**
 * A copy of a case without `each`, in whose texts `${key}`, `${item}` and `${item.FIELD}` are replaced by those of a row.
 * A text that is nothing else becomes the value itself. Its name, if it does not depend on the row, is `NAME (KEY)`.
 */
export function caseOfItem(at: Cursor, item: DatasetItem): Cursor {
  const { tree } = at;
  if (tree.kind !== 'mapping') return at;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of tree.entries) {
    if (name === 'each') continue;
    const value = filled({ ...at, tree: entry.value, path: `${at.path}.${name}` }, item);
    entries.set(name, { ...entry, value: name === 'name' ? named(entry.value, value, item) : value });
  }
  return { ...at, tree: { ...tree, entries } };
}

function named(written: Tree, value: Tree, { key }: DatasetItem): Tree {
  const isFixed = value === written;
  if (!isFixed || value.kind !== 'scalar') return value;
  return { ...value, value: `${String(value.value)} (${key})` };
}

function filled(at: Cursor, item: DatasetItem): Tree {
  const { tree } = at;
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((each) => filled({ ...at, tree: each }, item)) };
  if (tree.kind === 'mapping') {
    const entries = [...tree.entries].map(([name, entry]) => {
      const inner = { ...at, tree: entry.value, path: `${at.path}.${name}` };
      return [name, { ...entry, value: filled(inner, item) }] as const;
    });
    return { ...tree, entries: new Map(entries) };
  }
  return typeof tree.value === 'string' && tree.value.includes('${') ? filledText(at, tree, item) : tree;
}

/** `$${` is a literal `${`. */
const PLACES = /\$\$\{|\$\{([^{}]*)\}/g;

function filledText(at: Cursor, tree: ScalarTree, item: DatasetItem): Tree {
  const text = String(tree.value);
  const [, whole] = /^\$\{([^{}]*)\}$/.exec(text) ?? [];
  if (whole !== undefined) {
    const value = valueOf(at, whole, item);
    return value === undefined ? tree : treeOf(value, tree.range);
  }
  const value = text.replaceAll(PLACES, (place, name: string | undefined) => {
    if (name === undefined) return '${';
    const part = valueOf(at, name, item);
    if (part === undefined) return place;
    if (typeof part !== 'object') return String(part);
    report(at, 'wrong_type', `\`${place}\` is not a text, number or boolean in the row \`${item.key}\``);
    return place;
  });
  return { ...tree, value };
}

/** The value that a name in `${...}` means; undefined, and reported, if there is none. */
function valueOf(at: Cursor, name: string, { key, value }: DatasetItem): JsonValue | undefined {
  const [root, ...fields] = name.trim().split('.');
  if (root === 'key' && fields.length === 0) return key;
  if (root !== 'item') {
    const help = 'write `${key}`, `${item}` or `${item.FIELD}`, or `$${` for the text `${`';
    return report(at, 'unknown_reference', `unknown name \`${name}\` in \`\${...}\``, help);
  }
  let found: JsonValue | undefined = value;
  for (const field of fields) {
    found = isJsonObject(found) && Object.hasOwn(found, field) ? found[field] : undefined;
    if (found === undefined)
      return report(at, 'unknown_reference', `the row \`${key}\` has no \`${name.trim()}\``);
  }
  return found;
}

function treeOf(value: JsonValue, range: Range): Tree {
  if (isJsonList(value))
    return { kind: 'list', range, items: value.map((each) => treeOf(each, range)), isPartial: false };
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(
      ([name, each]) => [name, { key: range, value: treeOf(each, range) }] as const,
    );
    return { kind: 'mapping', range, entries: new Map(entries), invalidKeys: new Set() };
  }
  return { kind: 'scalar', range, value, style: 'plain', content: range };
}
