import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';
import { nearest, quoted } from '../../diagnostic/suggest.ts';
import { isPlainScalar } from '../yaml/quote.ts';
import type { Cursor, MappingTree, Tree } from '../yaml/tree.ts';
import { fieldElsewhere, synonym } from './hints.ts';
import { inline, inPlace } from './inline.ts';
import { child, lacks, onlyItem, report, shape } from './reader.ts';
import type { Reader, Shape } from './shape.ts';
import { shaped, shapeOf } from './shape.ts';

/** One row of a field table. */
export interface Field<T> {
  readonly read: Reader<T>;
  /** A reader of the same values whose shape is known, if that of `read` is not. */
  readonly like?: Reader<unknown>;
  /** A phrase for the JSON Schema, the editor and diagnostics. */
  readonly doc: string;
  readonly required?: true;
  /** Fields in place of a required one: where one of them is written, it may be missing. */
  readonly unless?: readonly string[];
  /** Help where the field is missing in a mapping; default: its name and `doc`. */
  readonly missing?: (at: Cursor) => Advice;
}

/** The fields of a mapping: one table for reading, suggestions, the JSON Schema and the editor. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of a mapping, by field; undefined for a field that is absent, or invalid and reported. */
export type Read<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T | undefined : never;
};

/** Unknown fields of a mapping that are compared with a field which is missing. */
const MOST_COMPARED = 20;

/** A field that a mapping does not have. */
export interface WrittenField {
  readonly name: string;
  /** The value, with the key of the field. */
  readonly value: Cursor;
  /** True if the mapping lacks another field, which can then be written in place of this one. */
  readonly lacks: (field: string) => boolean;
}

/** Help for a field that a mapping does not have; undefined if there is none of its own. */
export type UnknownFieldHelp = (field: WrittenField) => Advice | string | undefined;

/** The field whose value a text or list is that is written in place of the whole mapping. */
export type MeantField = (at: Cursor) => string | undefined;

/**
 * Reader of a mapping by its table, which reports every mistake in the mapping. `ownHelp` comes before the names of the
 * table. `meant` is by default the only field that is required.
 */
export function mapping<F extends Fields>(
  fields: F,
  ownHelp?: UnknownFieldHelp,
  meant: MeantField = onlyRequired(fields),
): Reader<Read<F>> {
  const rows = Object.entries(fields);
  const reader: Reader<Read<F>> = (at) => {
    const { tree } = at;
    if (tree.kind !== 'mapping')
      return report(
        at,
        'wrong_type',
        `expected a mapping, found ${shape(at)}`,
        mappingHelp(at, fields, meant),
      );
    const unknown = reportUnknownFields(at, tree, fields, ownHelp);
    const isMisspelt = (field: string): boolean => misspells(unknown, fields, field);
    const read: Record<string, unknown> = {};
    for (const [name, field] of rows) {
      const value = child(at, name);
      if (isRequired(field, at) && lacks(at, name) && !isMisspelt(name)) {
        report(
          at,
          'missing_field',
          `the field \`${name}\` is missing`,
          field.missing?.(at) ?? `\`${name}\`: ${field.doc}`,
          label(at),
        );
      }
      read[name] = value === undefined ? undefined : field.read(value);
    }
    // `read` has one entry per row of the table, with the value of the reader of that row.
    return read as Read<F>;
  };
  return shaped(reader, { kind: 'mapping', fields });
}

function isRequired({ required, unless = [] }: Field<unknown>, at: Cursor): boolean {
  return required === true && unless.every((name) => lacks(at, name));
}

/** True if one of the unknown fields of a mapping is probably a misspelt `field`. */
export function misspells(unknown: readonly string[], fields: Fields, field: string): boolean {
  return unknown
    .slice(0, MOST_COMPARED)
    .some((name) => nearName(name, Object.keys(fields)) === field || isWithin(name, fields[field]));
}

/** The keys of a mapping that its table does not have. */
export function unknownIn({ tree }: Cursor, fields: Fields): readonly string[] {
  return tree.kind === 'mapping'
    ? [...tree.entries.keys()].filter((name) => !Object.hasOwn(fields, name))
    : [];
}

/** Reports the keys of a mapping that its table does not have, and returns them. `ownHelp` as for `mapping`. */
export function reportUnknownFields(
  at: Cursor,
  { entries }: MappingTree,
  fields: Fields,
  ownHelp?: UnknownFieldHelp,
): readonly string[] {
  const unknown = [...entries].filter(([name]) => !Object.hasOwn(fields, name));
  for (const [name, { key, value, context = at.context }] of unknown) {
    const written: WrittenField = {
      name,
      value: { ...at, tree: value, key },
      lacks: (field) => lacks(at, field),
    };
    const help = () => ownHelp?.(written) ?? fieldHelp({ at, name, key, value, fields });
    report({ ...at, context }, 'unknown_field', `unknown field \`${name}\``, help, key);
  }
  return unknown.map(([name]) => name);
}

/** An unknown field of a mapping. */
interface UnknownField {
  readonly at: Cursor;
  readonly name: string;
  readonly key: Range;
  readonly value: Tree;
  readonly fields: Fields;
}

/** Help for an unknown field: the field it belongs under, if there is one such, else a suggestion. */
function fieldHelp(unknown: UnknownField): Advice | string | undefined {
  const { at, name, fields } = unknown;
  const containers = Object.entries(fields).filter(([, row]) => isWithin(name, row));
  const [container] = containers;
  if (container !== undefined && containers.length === 1) return belongsUnder(unknown, ...container);
  const shadow = shadowMode(unknown);
  if (shadow !== undefined) return shadow;
  const near = nearName(name, Object.keys(fields));
  if (near !== undefined && !lacks(at, near)) return `\`${near}\` is already written here: keep one of them`;
  if (near === undefined) return fieldElsewhere(name) ?? suggestion(name, fields);
  return listOfOne(unknown, near) ?? suggestion(name, fields);
}

/** Help for `dryRun: true` and the like. */
function shadowMode({ at, name, key, value, fields }: UnknownField): Advice | undefined {
  const isOn =
    value.kind === 'scalar' &&
    value.value === true &&
    /^(?:dry-?_?run|shadow|audit|monitor|permissive)$/i.test(name);
  if (!isOn || !Object.hasOwn(fields, 'mode') || !lacks(at, 'mode')) return undefined;
  return {
    help: 'did you mean `mode: shadow`?',
    edit: { start: key.start, end: value.range.end, text: 'mode: shadow' },
  };
}

/** Help for a field of another mapping, which is written here unless it is there already. */
function belongsUnder(
  unknown: UnknownField,
  container: string,
  { read, like = read }: Field<unknown>,
): Advice | string {
  const { at, name, key, value } = unknown;
  const help = `\`${name}\` belongs under \`${container}\``;
  const written = writtenInline(unknown);
  if (written === undefined || !lacks(at, container)) return help;
  const inner = `{${name}: ${written}}`;
  const text = `${container}: ${shapeOf(like)?.kind === 'list' ? `[${inner}]` : inner}`;
  return { help: `${help}: write \`${text}\``, edit: { start: key.start, end: value.range.end, text } };
}

/** Help for a field such as `scope: read`, whose plural is a list of texts. */
function listOfOne(unknown: UnknownField, near: string): Advice | undefined {
  const { key, value, fields } = unknown;
  const field = fields[near];
  const list = field && shapeOf(field.like ?? field.read);
  const written = value.kind === 'scalar' ? writtenInline(unknown) : undefined;
  if (written === undefined || list?.kind !== 'list' || shapeOf(list.item)?.kind === 'mapping')
    return undefined;
  const text = `${near}: [${written}]`;
  return { help: `did you mean \`${text}\`?`, edit: { start: key.start, end: value.range.end, text } };
}

/** The text of a value on one line, which can be part of a flow collection; undefined for any other. */
function writtenInline({ at, value, key }: UnknownField): string | undefined {
  const { range, context = at.context } = value;
  const written = context.lines.text.slice(range.start, range.end);
  const isInFlow =
    value.kind === 'scalar' ? value.value !== null && value.style !== 'block' : /^[[{]/.test(written);
  if (!isInFlow || range.start < key.end || written.includes('\n') || written.length > 80) return undefined;
  const isPlain = value.kind === 'scalar' && value.style === 'plain';
  return isPlain && !isPlainScalar(written, true) ? undefined : written;
}

/** True for a field of the mapping, or of the list of mappings, that a row reads. */
function isWithin(name: string, row: Field<unknown> | undefined): boolean {
  const inner = row && fieldsIn(shapeOf(row.like ?? row.read));
  return inner !== undefined && Object.hasOwn(inner, name);
}

/** The fields of a mapping, or of the mappings in a list. */
function fieldsIn(shape: Shape | undefined): Readonly<Record<string, unknown>> | undefined {
  if (shape?.kind === 'list') return fieldsIn(shapeOf(shape.item));
  if (shape?.kind === 'either') return shape.of.map((each) => fieldsIn(shapeOf(each))).find((each) => each);
  return shape?.kind === 'mapping' ? shape.fields : undefined;
}

/** Help for a scalar or list where a mapping is expected. */
function mappingHelp(at: Cursor, fields: Fields, meant: MeantField): Advice | string | undefined {
  const { tree, key } = at;
  // `mtls: true`
  const isOptional = Object.values(fields).every(({ required }) => required !== true);
  if (key !== undefined && tree.kind === 'scalar' && tree.value === true && isOptional)
    return { help: 'write `{}`', edit: { ...tree.range, text: '{}' } };
  if (key !== undefined && tree.kind === 'scalar' && tree.value === null)
    return 'indent the fields of the mapping deeper than its key';
  const text = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const [, word] = /^([A-Za-z]+):(?!\/\/)\S/.exec(text ?? '') ?? [];
  if (
    word !== undefined &&
    (Object.hasOwn(fields, word) || nearName(word, Object.keys(fields)) !== undefined)
  )
    return 'write a space after the `:`';
  return onlyMapping(at) ?? wholeHelp(at, fields, meant);
}

/** Help for a list of one mapping on one line. */
function onlyMapping({ tree, context }: Cursor): Advice | undefined {
  if (tree.kind !== 'list') return undefined;
  const [item, ...others] = tree.items;
  if (item?.kind !== 'mapping' || others.length > 0) return undefined;
  const { text: file } = context.lines;
  const text = file.slice(item.range.start, item.range.end);
  const isInline = file[tree.range.start] === '[' && text.startsWith('{') && !text.includes('\n');
  return isInline ? inPlace({ tree }, text) : undefined;
}

/** Help for the value of one field in place of a mapping with this field: `svc` for `{template: svc}`. */
function wholeHelp(at: Cursor, fields: Fields, meant: MeantField): Advice | string | undefined {
  const isText = at.tree.kind === 'scalar' && typeof at.tree.value === 'string';
  const name = isText || at.tree.kind === 'list' ? meant(at) : undefined;
  const row = name === undefined ? undefined : fields[name];
  if (row === undefined) return undefined;
  const isList = shapeOf(row.like ?? row.read)?.kind === 'list';
  const own = inline(at);
  if (own === undefined) return `write it under \`${name}\``;
  return inPlace(at, `{${name}: ${isList && isText ? `[${own}]` : own}}`);
}

/** The only required field of a mapping, if its value is text, or a list and a list is written. */
function onlyRequired(fields: Fields): MeantField {
  return ({ tree }) => {
    const [only, second] = Object.entries(fields).filter(([, { required }]) => required === true);
    if (only === undefined || second !== undefined) return undefined;
    const [name, { read, like = read }] = only;
    const shape = shapeOf(like);
    const item = shape?.kind === 'list' ? shapeOf(shape.item) : shape;
    const takesText = item?.kind === 'value' && item.schema['type'] === 'string';
    return takesText && (tree.kind === 'scalar' || shape?.kind === 'list') ? name : undefined;
  };
}

/**
 * Reports none or several of fields of which exactly one is required. None is not reported where one of them is
 * misspelt; `fields` is the table of the mapping.
 */
export function exactlyOne(at: Cursor, names: readonly string[], fields: Fields = {}): void {
  const present = names.map((name) => child(at, name)).filter((value) => value !== undefined);
  const [, second] = present;
  const all = enumerated(names, 'and');
  if (lacks(at, ...names)) {
    if (names.some((name) => misspells(unknownIn(at, fields), fields, name))) return;
    report(at, 'exactly_one', `one of ${all} is required`, undefined, label(at));
  } else if (second !== undefined) {
    report(second, 'exactly_one', `only one of ${all} is allowed`, 'keep one of them', second.key);
  }
}

/** Words in backticks: `a`, `b` and `c`. */
function enumerated(words: readonly string[], conjunction: 'and' | 'or'): string {
  const shown = words.map((word) => `\`${word}\``);
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Reports a field, if present, that has no meaning next to the others. */
export function misplaced(at: Cursor, name: string, message: string, help?: string): void {
  const value = child(at, name);
  if (value !== undefined) report(value, 'misplaced_field', message, help, value.key);
}

/** Help for a scalar where there is only one word. */
function onlyWord({ tree }: Cursor, word: string): Advice {
  const help = `write \`${word}\``;
  const isText = tree.kind === 'scalar' && tree.style !== 'block';
  return isText ? { help, edit: { ...tree.range, text: word } } : { help };
}

/** Reader of one word of a closed list. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  const reader: Reader<T> = (at) => {
    const value = at.tree.kind === 'scalar' ? at.tree.value : undefined;
    const known = words.find((word) => word === value);
    if (known !== undefined) return known;
    const all = enumerated(words, 'or');
    const [first = '', another] = words;
    const only = another === undefined ? onlyWord(at, first) : onlyItem(at);
    if (typeof value !== 'string')
      return report(at, 'wrong_type', `expected ${all}, found ${shape(at)}`, only);
    const near = nearName(value, words);
    const help = near === undefined ? (only ?? `expected ${all}`) : `did you mean \`${near}\`?`;
    return report(at, 'unknown_value', `unknown value \`${value}\``, help);
  };
  return shaped(reader, { kind: 'value', schema: { enum: words } });
}

/**
 * Help for an unknown name: `did you mean ...` for a near one, else all known names; undefined if these are too many.
 */
export function suggestion(name: string, known: Fields | Iterable<string>): string | undefined {
  const names = [...new Set(isIterable(known) ? known : Object.keys(known))];
  const near = nearName(name, names);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const longer = names.filter((each) => wordsOf(each).includes(name.toLowerCase()));
  if (longer.length > 0 && longer.length <= 3) return `did you mean ${enumerated(longer, 'or')}?`;
  if (names.length === 0 || names.length > 24) return undefined;
  return `known here: ${quoted(names)}`;
}

/** The range for a field that is missing in a mapping: the key of the mapping, else its first key. */
export function label({ key, tree }: Cursor): Range {
  if (key !== undefined) return key;
  const first = tree.kind === 'mapping' ? tree.entries.values().next().value : undefined;
  return first?.key ?? tree.range;
}

/** The known name with the meaning of a word of another tool, else the one that is near in spelling. */
function nearName(name: string, known: readonly string[]): string | undefined {
  return synonym(name, known) ?? nearest(name, known);
}

/** The words of a name, in lower case: `request` and `headers` of `requestHeaders`. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]/);
}

function isIterable(known: Fields | Iterable<string>): known is Iterable<string> {
  return Symbol.iterator in known;
}
