import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { Cursor, Entry } from '../yaml/tree.ts';
import { spanOf } from '../yaml/yaml-file.ts';
import { type Reader, shaped, shapeOf, textual } from './shape.ts';

/** A value and where it stands, for what can only be judged beside others. */
export interface Located<T> {
  readonly value: T;
  readonly at: Cursor;
}

/** Reports a mistake at a value, or at `mark` in the same file. */
export function report(
  at: Cursor,
  code: DiagnosticCode,
  message: string,
  help?: string,
  range?: Range,
): undefined {
  const { context, tree, path } = at;
  if (tree.isUnfilled === true) return undefined;
  const where = path === '' ? '' : `\`${path}\`: `;
  const adopted = context.adopter === undefined ? undefined : `the template is adopted at ${context.adopter}`;
  const told = [help, adopted].filter((each) => each !== undefined).join('; ') || undefined;
  context.diagnostics.report(code, spanOf(context, range ?? tree.range), `${where}${message}`, told, message);
  return undefined;
}

export function located<T>(read: Reader<T>): Reader<Located<T>> {
  const reader: Reader<Located<T>> = (at) => {
    const value = read(at);
    return value === undefined ? undefined : { value, at };
  };
  return shaped(reader, shapeOf(read));
}

/** What a value is, as a message calls it. */
export function shape({ tree }: Cursor): string {
  if (tree.kind === 'list') return 'a list';
  if (tree.kind === 'mapping') return 'a mapping';
  switch (typeof tree.value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    default:
      return 'nothing';
  }
}

/** What the author wrote for a scalar, quotes left out. */
export function written({ context, tree }: Cursor): string {
  return context.lines.text.slice(tree.range.start, tree.range.end);
}

/** Text. A number or boolean that was meant as text needs quotes, since `1.10` and `yes` are not what they seem. */
export const text: Reader<string> = (at) => textOr(at, `put it in quotes: \`"${written(at)}"\``);
shaped(text, textual());

/** `help` is for a number or boolean that stands where text is wanted. */
function textOr(at: Cursor, help: string): string | undefined {
  const { tree } = at;
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value;
  const scalar = tree.kind === 'scalar' && tree.value !== null;
  return report(at, 'wrong_type', `expected text, found ${shape(at)}`, scalar ? help : undefined);
}

export const nonEmptyText: Reader<string> = (at) => {
  const read = text(at);
  return read === '' ? report(at, 'wrong_type', 'expected text, found empty text') : read;
};
shaped(nonEmptyText, textual({ minLength: 1 }));

export const boolean: Reader<boolean> = (at) => {
  const { tree } = at;
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
  const help = /^(yes|no|on|off)$/i.test(written(at)) ? 'YAML 1.2 knows `true` and `false` only' : undefined;
  return report(at, 'wrong_type', `expected \`true\` or \`false\`, found ${shape(at)}`, help);
};
shaped(boolean, { kind: 'value', schema: { type: 'boolean' } });

/** A whole number between two bounds, both allowed. */
export function integer(least: number, most: number): Reader<number> {
  const reader: Reader<number> = (at) => {
    const { tree } = at;
    if (tree.kind !== 'scalar' || (typeof tree.value !== 'number' && typeof tree.value !== 'bigint')) {
      return report(at, 'wrong_type', `expected a whole number, found ${shape(at)}`);
    }
    const value = Number(tree.value);
    if (!Number.isInteger(value))
      return report(at, 'wrong_type', `expected a whole number, found \`${written(at)}\``);
    if (value >= least && value <= most) return value;
    return report(at, 'out_of_range', `\`${written(at)}\` is not between ${least} and ${most}`);
  };
  return shaped(reader, { kind: 'value', schema: { type: 'integer', minimum: least, maximum: most } });
}

/** Text that `parse` understands; its problem is the message. `help` says how to write it. */
export function parsed<T>(
  code: DiagnosticCode,
  parse: (text: string) => { readonly value: T } | { readonly problem: string; readonly help?: string },
  help?: string,
): Reader<T> {
  const reader: Reader<T> = (at) => {
    const read = help === undefined ? text(at) : textOr(at, help);
    if (read === undefined) return undefined;
    const result = parse(read);
    return 'value' in result ? result.value : report(at, code, result.problem, result.help ?? help);
  };
  return shaped(reader, textual());
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  const reader: Reader<readonly T[]> = (at) => {
    const { tree, path, context } = at;
    if (tree.kind !== 'list') {
      return report(at, 'wrong_type', `expected a list, found ${shape(at)}`, listHelp(at));
    }
    const read: T[] = [];
    for (const [index, child] of tree.items.entries()) {
      const value = item({
        context: child.context ?? context,
        tree: child,
        path: `${path}[${index}]`,
        key: undefined,
      });
      if (value !== undefined) read.push(value);
    }
    return read;
  };
  return shaped(reader, { kind: 'list', item, least: 0 });
}

/** The value as the one element of a list, where it is short enough to be written out. */
function listHelp(at: Cursor): string | undefined {
  const { tree } = at;
  if (tree.kind === 'scalar') return tree.value === null ? undefined : `write a list: \`[${written(at)}]\``;
  const inline = written(at);
  if (inline.startsWith('{') && inline.length <= 60 && !inline.includes('\n'))
    return `write it as a list: \`[${inline}]\``;
  return 'write it as a list: `- ` before the first key, and the others below that key';
}

/** A list that selects something, which an empty one would do silently wrong. */
export function someOf<T>(item: Reader<T>): Reader<readonly T[]> {
  const read = list(item);
  const reader: Reader<readonly T[]> = (at) => {
    if (at.tree.kind === 'list' && at.tree.items.length === 0 && !at.tree.isPartial) {
      return report(at, 'empty_list', 'the list is empty', 'name at least one, or leave the field out');
    }
    return read(at);
  };
  return shaped(reader, { kind: 'list', item, least: 1 });
}

/** A mapping from names of the author's to values of one kind. */
export function mapOf<T>(
  value: Reader<T>,
  name: (written: string, key: Cursor) => string | undefined = (written) => written,
): Reader<ReadonlyMap<string, T>> {
  const reader: Reader<ReadonlyMap<string, T>> = (at) => {
    if (at.tree.kind !== 'mapping') return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`);
    const read = new Map<string, T>();
    for (const [key, entry] of at.tree.entries) {
      const child = childOf(at, key, entry);
      const context = entry.context ?? at.context;
      const keyed = name(key, { ...child, context, tree: { ...entry.value, range: entry.key } });
      const result = value(child);
      if (keyed === undefined || result === undefined) continue;
      if (read.has(keyed))
        report(child, 'duplicate_name', `\`${keyed}\` stands here twice`, undefined, entry.key);
      read.set(keyed, result);
    }
    return read;
  };
  return shaped(reader, { kind: 'map', value });
}

/** Whether a mapping has none of the keys, not even with a value that could not be used. */
export function lacks({ tree }: Cursor, ...names: readonly string[]): boolean {
  return tree.kind !== 'mapping' || !names.some((name) => tree.entries.has(name) || tree.refused.has(name));
}

/** The value under a key of a mapping, if it has that key. */
export function child(at: Cursor, name: string): Cursor | undefined {
  const entry = at.tree.kind === 'mapping' ? at.tree.entries.get(name) : undefined;
  return entry === undefined ? undefined : childOf(at, name, entry);
}

function childOf(at: Cursor, name: string, { key, value, context = at.context }: Entry): Cursor {
  const path = at.path === '' ? name : `${at.path}.${name}`;
  const own = value.context ?? context;
  return { context: own, tree: value, path, key: own === context ? key : undefined };
}
