import { type Advice, describedEdit, isCertain } from '../../diagnostic/advice.ts';
import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnose } from '../../diagnostic/collect.ts';
import type { Fix } from '../../diagnostic/diagnostic.ts';
import type { Edit, Range } from '../../diagnostic/range.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import { editScalar } from '../yaml/edit-scalar.ts';
import { quoted as quotedPlain } from '../yaml/quote.ts';
import type { Cursor, Entry, Tree } from '../yaml/tree.ts';
import { spanOf } from '../yaml/yaml-file.ts';
import { wholeNumberHint } from './hints.ts';
import { pairsHelp } from './inline.ts';
import { type Reader, type Shape, shaped, shapeOf, textual } from './shape.ts';

/** A value with its location, for checks that involve other values. */
export interface Located<T> {
  readonly value: T;
  readonly at: Cursor;
}

/** Help for a mistake; text alone may describe its edit by its form. */
export type Help = string | Advice;

/**
 * Reports a mistake at a value, or at `range` in the same file. A value that lacks a parameter gets no report of its
 * own. `help` is a function if it compares a name with many others, which is done for the first mistakes only.
 * `examples` are requests that show the mistake, with their answers.
 */
export function report(
  at: Cursor,
  code: DiagnosticCode,
  message: string,
  help?: Help | (() => Help | undefined),
  range?: Range,
  examples: readonly string[] = [],
): undefined {
  const { context, tree, path } = at;
  if (tree.isUnfilled === true || context.diagnostics.skips(code)) return undefined;
  const field = path === '' ? '' : `\`${path}\`: `;
  const adopted = context.adopter === undefined ? undefined : `the template is adopted at ${context.adopter}`;
  const given = typeof help === 'function' ? (context.diagnostics.suggests ? help() : undefined) : help;
  const advice = typeof given === 'string' ? { help: given } : given;
  const helps = [advice?.help, adopted].filter((each) => each !== undefined).join('; ') || undefined;
  const span = spanOf(context, range ?? tree.range);
  const fix = advice && fixOf(at, message, advice, range);
  const diagnostic = diagnose(code, span, `${field}${message}`, helps, fix);
  context.diagnostics.add(examples.length === 0 ? diagnostic : { ...diagnostic, examples }, message);
  return undefined;
}

/** The fix of a mistake at a value, or at `range`; undefined if the help has no exact text. */
function fixOf({ context, tree }: Cursor, message: string, advice: Advice, range?: Range): Fix | undefined {
  const { lines } = context;
  const edit = advice.edit ?? editOf(lines.text, tree, message, advice.help, range);
  if (edit === undefined) return undefined;
  const { start, end } = spanOf(context, edit);
  return { start, end, text: edit.text, isCertain: isCertain(advice.help) };
}

function editOf(
  text: string,
  tree: Tree,
  message: string,
  help: string,
  range = tree.range,
): Edit | undefined {
  const described = describedEdit(message, help, text.slice(range.start, range.end));
  if (described === undefined) return undefined;
  const edit = { ...described, start: range.start + described.start, end: range.start + described.end };
  // A flow collection or a quoted text is written as it is.
  if (tree.kind !== 'scalar' || range !== tree.range || /^[[{"']/.test(edit.text)) return edit;
  const { content } = tree;
  if (edit.start < content.start || edit.end > content.end) return edit;
  return editScalar(text, tree, {
    start: edit.start - content.start,
    end: edit.end - content.start,
    text: edit.text,
  });
}

export function located<T>(read: Reader<T>): Reader<Located<T>> {
  const reader: Reader<Located<T>> = (at) => {
    const value = read(at);
    return value === undefined ? undefined : { value, at };
  };
  return shaped(reader, shapeOf(read));
}

/** The kind of a value, for messages. */
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

/** The text of a value as written in the file, including quotes. */
export function written({ context, tree }: Cursor): string {
  return context.lines.text.slice(tree.range.start, tree.range.end);
}

/** Reader of text. A number or boolean is a mistake: without quotes YAML reads `1.10` as the number 1.1. */
export const text: Reader<string> = (at) => textOr(at, `put it in quotes: \`"${written(at)}"\``);
shaped(text, textual());

/** As `text`, with `help` for a number or boolean. */
function textOr(at: Cursor, help: string): string | undefined {
  const { tree } = at;
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value;
  const scalar = tree.kind === 'scalar' && tree.value !== null;
  return report(at, 'wrong_type', `expected text, found ${shape(at)}`, scalar ? help : onlyItem(at));
}

/** Help for a list of one text where a text is expected. */
export function onlyItem({ context, tree }: Cursor): Advice | undefined {
  const [item, ...others] = tree.kind === 'list' ? tree.items : [];
  if (item?.kind !== 'scalar' || typeof item.value !== 'string' || others.length > 0) return undefined;
  const text = context.lines.text.slice(item.range.start, item.range.end);
  const isInline = /^\[[^\n]*\]$/.test(context.lines.text.slice(tree.range.start, tree.range.end));
  return { help: `write \`${text}\``, edit: isInline ? { ...tree.range, text } : undefined };
}

export const nonEmptyText: Reader<string> = (at) => {
  const read = text(at);
  return read === '' ? report(at, 'wrong_type', 'the text is empty') : read;
};
shaped(nonEmptyText, textual({ minLength: 1 }));

export const boolean: Reader<boolean> = (at) => {
  const { tree } = at;
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
  const [, isTrue, isFalse] = /^["']?(?:(yes|on|true)|(no|off|false))["']?$/i.exec(written(at)) ?? [];
  const meant = isTrue === undefined ? isFalse && 'false' : 'true';
  const found = meant === undefined ? shape(at) : `the text \`${written(at)}\``;
  const help = meant && `write \`${meant}\``;
  return report(at, 'wrong_type', `expected \`true\` or \`false\`, found ${found}`, help);
};
shaped(boolean, { kind: 'value', schema: { type: 'boolean' } });

/** Reader of a whole number between two bounds, both included. */
export function integer(least: number, most: number): Reader<number> {
  const reader: Reader<number> = (at) => {
    const { tree } = at;
    if (tree.kind !== 'scalar' || (typeof tree.value !== 'number' && typeof tree.value !== 'bigint')) {
      const help = tree.kind === 'scalar' ? wholeNumberHint(String(tree.value)) : undefined;
      const found = help === undefined ? shape(at) : `the text \`${written(at)}\``;
      return report(at, 'wrong_type', `expected a whole number, found ${found}`, help);
    }
    const value = Number(tree.value);
    if (!Number.isInteger(value))
      return report(at, 'wrong_type', `expected a whole number, found \`${written(at)}\``);
    if (value >= least && value <= most) return value;
    return report(at, 'out_of_range', `\`${written(at)}\` is not between ${least} and ${most}`);
  };
  return shaped(reader, { kind: 'value', schema: { type: 'integer', minimum: least, maximum: most } });
}

/** Reader of a text that `parse` accepts; a problem of `parse` is the message. `help` is the default help. */
export function parsed<T>(
  code: DiagnosticCode,
  parse: (text: string) => { readonly value: T } | { readonly problem: string; readonly help?: string },
  help?: string,
): Reader<T> {
  const reader: Reader<T> = (at) => {
    const read = help === undefined ? text(at) : textOr(at, help);
    if (read === undefined) return undefined;
    const result = parse(read);
    if ('value' in result) return result.value;
    return report(at, code, result.problem, parameterHelp(at, read) ?? result.help ?? help);
  };
  return shaped(reader, textual());
}

/** Help for `${params.NAME}`, and in a template also for `${NAME}` and `{{ NAME }}`, in a plain text. */
function parameterHelp({ context, tree }: Cursor, text: string): Advice | undefined {
  const [, prefix, dollar, brace] =
    /^(?:\$\{\s*(params\.)?(\w+)\s*\}|\{\{\s*(?:\.?\w+\.)*\.?(\w+)\s*\}\})$/.exec(text) ?? [];
  const name = dollar ?? brace;
  const isParameter = prefix !== undefined || context.adopter !== undefined;
  if (name === undefined || !isParameter || tree.kind !== 'scalar') return undefined;
  const parameter = `{param: ${name}}`;
  return { help: `write \`${parameter}\``, edit: { ...tree.range, text: parameter } };
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  const reader: Reader<readonly T[]> = (at) => {
    const { tree, path, context } = at;
    if (tree.kind !== 'list') {
      return report(at, 'wrong_type', `expected a list, found ${shape(at)}`, listHelp(at, shapeOf(item)));
    }
    const read: T[] = [];
    for (const [index, child] of tree.items.entries()) {
      const value = item({
        context: child.context ?? context,
        tree: child,
        path: tree.isImplied === true ? path : `${path}[${index}]`,
        key: undefined,
      });
      if (value !== undefined) read.push(value);
    }
    return read;
  };
  return shaped(reader, { kind: 'list', item, least: 0 });
}

/** Help for a value where a list is expected: the list with that value, if it is short. */
function listHelp(at: Cursor, item: Shape | undefined): string | undefined {
  const { tree } = at;
  if (tree.kind === 'scalar' && item?.kind === 'mapping') {
    return `write a list of mappings with the fields ${quoted(Object.keys(item.fields).slice(0, 6))}`;
  }
  if (tree.kind === 'scalar')
    return tree.value === null ? undefined : `write a list: \`[${elements(at, item)}]\``;
  if (tree.kind === 'mapping' && item?.kind === 'value') {
    const texts = `\`[${[...tree.entries.keys()].join(', ')}]\``;
    const hasValues = [...tree.entries.values()].some(
      ({ value }) => value.kind !== 'scalar' || (value.value !== null && value.value !== true),
    );
    return `write a list of texts${hasValues ? ', without the values' : ''}: ${texts}`;
  }
  const inline = written(at);
  if (inline.startsWith('{') && inline.length <= 60 && !inline.includes('\n'))
    return `write it as a list: \`[${inline}]\``;
  return 'write it as a list: put `- ` before the first key and align the other keys with that key';
}

/** A value as the elements of a list in brackets: words with `,` or `|` between them are one element each. */
function elements(at: Cursor, item: Shape | undefined): string {
  const { tree } = at;
  const text = item?.kind === 'value' && tree.kind === 'scalar' ? tree.value : undefined;
  const words = typeof text === 'string' ? text.split(/\s*[,|]\s*/) : [];
  const areWords = words.length > 1 && words.every((word) => /^[\w@.:-]+$/.test(word));
  return areWords ? words.map((word) => quotedPlain(word, 'plain', true)).join(', ') : written(at);
}

/** Reader of a list of at least one element. An empty list is a mistake, since it would silently select nothing. */
export function someOf<T>(item: Reader<T>): Reader<readonly T[]> {
  const read = list(item);
  const reader: Reader<readonly T[]> = (at) => {
    if (at.tree.kind === 'list' && at.tree.items.length === 0 && !at.tree.isPartial) {
      return report(at, 'empty_list', 'the list is empty', 'add an element, or remove the field');
    }
    return read(at);
  };
  return shaped(reader, { kind: 'list', item, least: 1 });
}

/** Reader of a mapping from names that the author chooses to values of one kind. */
export function mapOf<T>(
  value: Reader<T>,
  name: (written: string, key: Cursor) => string | undefined = (written) => written,
): Reader<ReadonlyMap<string, T>> {
  const reader: Reader<ReadonlyMap<string, T>> = (at) => {
    if (at.tree.kind !== 'mapping')
      return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`, pairsHelp(at));
    const read = new Map<string, T>();
    for (const [key, entry] of at.tree.entries) {
      const child = childOf(at, key, entry);
      const context = entry.context ?? at.context;
      const keyed = name(key, { ...child, context, tree: { ...entry.value, range: entry.key } });
      const result = value(child);
      if (keyed === undefined || result === undefined) continue;
      if (read.has(keyed))
        report(child, 'duplicate_name', `the name \`${keyed}\` is used twice`, 'keep one of them', entry.key);
      read.set(keyed, result);
    }
    return read;
  };
  return shaped(reader, { kind: 'map', value });
}

/** True if a mapping has none of the keys, not even with an invalid value. */
export function lacks({ tree }: Cursor, ...names: readonly string[]): boolean {
  return (
    tree.kind !== 'mapping' || !names.some((name) => tree.entries.has(name) || tree.invalidKeys.has(name))
  );
}

/** The value of a key of a mapping; undefined if it has no such key. */
export function child(at: Cursor, name: string): Cursor | undefined {
  const entry = at.tree.kind === 'mapping' ? at.tree.entries.get(name) : undefined;
  return entry === undefined ? undefined : childOf(at, name, entry);
}

function childOf(
  at: Cursor,
  name: string,
  { key, value, context = at.context, writtenAs = name }: Entry,
): Cursor {
  const inner = at.path === '' ? writtenAs : `${at.path}.${writtenAs}`;
  const path = at.tree.isImplied === true ? at.path : inner;
  const own = value.context ?? context;
  return { context: own, tree: value, path, key: own === context ? key : undefined };
}
