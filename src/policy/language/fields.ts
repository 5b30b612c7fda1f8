import type { Range } from '../../diagnostic/range.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { Cursor } from '../yaml/tree.ts';
import { child, lacks, report, shape } from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped } from './shape.ts';

/** One row of a field table. */
export interface Field<T> {
  readonly read: Reader<T>;
  /** A reader that takes the same values, where `read` does not tell which. */
  readonly like?: Reader<unknown>;
  /** One phrase for the reference page. */
  readonly doc: string;
  readonly required?: true;
}

/** The fields of a mapping: the one table behind reading, suggestions and the reference page. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What reading a mapping gives: undefined where a field is absent, or wrong and reported. */
export type Read<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T | undefined : never;
};

/** Reads a mapping by its table; every mistake in it is reported, one does not hide another. */
export function mapping<F extends Fields>(fields: F): Reader<Read<F>> {
  const rows = Object.entries(fields);
  const reader: Reader<Read<F>> = (at) => {
    const { tree } = at;
    if (tree.kind !== 'mapping')
      return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`, mappingHelp(at));
    const misspelt = new Set<string>();
    for (const [name, { key, context = at.context }] of tree.entries) {
      if (Object.hasOwn(fields, name)) continue;
      report({ ...at, context }, 'unknown_field', `unknown field \`${name}\``, suggestion(name, fields), key);
      misspelt.add(nearest(name, Object.keys(fields)) ?? '');
    }
    const read: Record<string, unknown> = {};
    for (const [name, field] of rows) {
      const value = child(at, name);
      if (field.required === true && lacks(at, name) && !misspelt.has(name)) {
        report(
          at,
          'missing_field',
          `the field \`${name}\` is missing`,
          `\`${name}\`: ${field.doc}`,
          label(at),
        );
      }
      read[name] = value === undefined ? undefined : field.read(value);
    }
    // The entries are the table's own names with what its readers returned.
    return read as Read<F>;
  };
  return shaped(reader, { kind: 'mapping', fields });
}

/** What a scalar in the place of a mapping was most likely meant as. */
function mappingHelp({ tree, key }: Cursor): string | undefined {
  if (tree.kind !== 'scalar' || key === undefined) return undefined;
  if (tree.value === null) return 'indent what belongs to it deeper than the key';
  const glued = typeof tree.value === 'string' && /^[A-Za-z]+:\S/.test(tree.value);
  return glued ? 'put a blank behind the `:`' : undefined;
}

/** A row for what the language has and this version does not: said aloud, never ignored. */
export function later(what: string): Field<never> {
  return {
    read: shaped<never>((at) => notSupported(at, 'this'), { kind: 'never' }),
    doc: `${what}; not in this version`,
  };
}

export function notSupported(at: Cursor, what: string): undefined {
  return report(
    at,
    'not_supported',
    `${what} is part of the language but not of this version`,
    undefined,
    at.key,
  );
}

/** Reports unless exactly one of the named fields is there. */
export function exactlyOne(at: Cursor, names: readonly string[]): void {
  const present = names.map((name) => child(at, name)).filter((value) => value !== undefined);
  const [, second] = present;
  const wanted = names.map((name) => `\`${name}\``).join(', ');
  if (lacks(at, ...names)) {
    report(at, 'exactly_one', `one of ${wanted} is missing`, undefined, label(at));
  } else if (second !== undefined) {
    report(second, 'exactly_one', `exactly one of ${wanted} is wanted`, 'keep one of them', second.key);
  }
}

/** Reports a field, if it is there, that means nothing beside the others. */
export function misplaced(at: Cursor, name: string, message: string, help?: string): void {
  const value = child(at, name);
  if (value !== undefined) report(value, 'misplaced_field', message, help, value.key);
}

/** A word out of a closed list. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  const reader: Reader<T> = (at) => {
    const value = at.tree.kind === 'scalar' ? at.tree.value : undefined;
    const known = words.find((word) => word === value);
    if (known !== undefined) return known;
    const all = words.map((word) => `\`${word}\``).join(', ');
    if (typeof value !== 'string')
      return report(at, 'wrong_type', `expected one of ${all}, found ${shape(at)}`);
    const near = nearest(value, words);
    const help = near === undefined ? `it is one of ${all}` : `did you mean \`${near}\`?`;
    return report(at, 'unknown_value', `unknown value \`${value}\``, help);
  };
  return shaped(reader, { kind: 'value', schema: { enum: words } });
}

/** `did you mean ...` for a name that a table does not have, else the names that it has. */
export function suggestion(name: string, known: Fields | Iterable<string>): string | undefined {
  const names = [...new Set(isIterable(known) ? known : Object.keys(known))];
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (names.length === 0 || names.length > 24) return undefined;
  return `known here: ${names.map((each) => `\`${each}\``).join(', ')}`;
}

/** Where something that is missing from a mapping is shown: at the key that holds it, else at its first key. */
export function label({ key, tree }: Cursor): Range {
  if (key !== undefined) return key;
  const first = tree.kind === 'mapping' ? tree.entries.values().next().value : undefined;
  return first?.key ?? tree.range;
}

function isIterable(known: Fields | Iterable<string>): known is Iterable<string> {
  return Symbol.iterator in known;
}
