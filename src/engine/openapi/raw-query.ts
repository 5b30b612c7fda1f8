import { decodeOnce } from '../request/percent.ts';

/** Raw values by decoded name, in order. */
export type RawValues = ReadonlyMap<string, readonly string[]>;

const NO_VALUES: RawValues = new Map();

/** The parameters of a query string or form, with values that are not decoded yet. A name without `=` has an empty value. */
export function rawValues(query: string): RawValues {
  if (query === '') return NO_VALUES;
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeOnce(withSpaces(equals === -1 ? part : part.slice(0, equals)));
    const value = equals === -1 ? '' : part.slice(equals + 1);
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

/** Thrown for escapes that are not of UTF-8 or not whole: services read them in different ways. */
export class UnclearEscape extends Error {
  override readonly name = 'UnclearEscape';
}

/** Predicate of a value with such an escape. */
export const UNCLEAR = 'has an escape that is not of UTF-8';

/** Text of a value of a query string or form: escapes decoded once, `+` read as a space. */
export function decodeField(raw: string): string {
  const text = withSpaces(raw);
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UnclearEscape();
  }
}

function withSpaces(raw: string): string {
  return raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
}
