import type { Advice } from '../../diagnostic/advice.ts';
import type { Cursor } from '../yaml/tree.ts';

/** Longest value that help repeats. */
const LONGEST = 60;

/** The text of a value that can be written in a flow collection; undefined for any other. */
export function inline({ context, key, tree }: Pick<Cursor, 'context' | 'key' | 'tree'>): string | undefined {
  const text = context.lines.text.slice(tree.range.start, tree.range.end).trim();
  const isFlow = tree.kind === 'scalar' ? tree.value !== null && tree.style !== 'block' : /^[[{]/.test(text);
  const isAlias = key !== undefined && tree.range.start < key.end;
  const isSpecial = tree.kind === 'scalar' && tree.style === 'plain' && /[[\]{},]/.test(text);
  return !isFlow || isAlias || isSpecial || text.length > LONGEST || text.includes('\n') ? undefined : text;
}

/** Help with the edit that writes a text in the place of a field. */
export function instead({ key, tree }: Cursor, help: string, text: string): Advice {
  return key === undefined ? { help } : { help, edit: { start: key.start, end: tree.range.end, text } };
}

/** Help with the edit that writes a text in the place of a value. */
export function inPlace({ tree }: Pick<Cursor, 'tree'>, text: string): Advice {
  return { help: `write \`${text}\``, edit: { start: tree.range.start, end: tree.range.end, text } };
}

/**
 * Help for a list where a mapping from names is expected: `[{name: a, value: b}]`, `[{a: b}]` or `['a: b']` as
 * `{a: b}`. Undefined if an element is not such a pair.
 */
export function pairsHelp(at: Cursor): Advice | undefined {
  const { tree } = at;
  if (tree.kind !== 'list' || tree.items.length === 0) return undefined;
  const pairs = tree.items.map((item) => pairOf({ ...at, context: item.context ?? at.context, tree: item }));
  const text = `{${pairs.join(', ')}}`;
  if (pairs.includes(undefined) || text.length > 2 * LONGEST || text.includes('`')) return undefined;
  return inPlace(at, text);
}

const NAMES: ReadonlySet<string> = new Set(['name', 'key', 'header']);

function pairOf(item: Cursor): string | undefined {
  const { tree, context } = item;
  if (tree.kind === 'list') return undefined;
  if (tree.kind === 'scalar') {
    const [, name, value] = /^["']?([\w.-]+)(?:: |=)([^\s:,#'"{}[\]]+)["']?$/.exec(inline(item) ?? '') ?? [];
    return name === undefined ? undefined : `${name}: ${value}`;
  }
  const fields = [...tree.entries].map(([name, { key, value }]) => ({
    name,
    text: inline({ context: value.context ?? context, key, tree: value }),
  }));
  if (fields.some(({ text }) => text === undefined)) return undefined;
  const [only, second] = fields;
  if (only !== undefined && second === undefined) return `${only.name}: ${only.text}`;
  const named = fields.find(({ name }) => NAMES.has(name));
  const rest = fields.filter((each) => each !== named);
  const [value] = rest;
  if (named === undefined || value === undefined) return undefined;
  const isPair = rest.length === 1 && value.name === 'value';
  return `${named.text}: ${isPair ? value.text : `{${rest.map(({ name, text }) => `${name}: ${text}`).join(', ')}}`}`;
}
