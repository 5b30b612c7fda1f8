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
    const name = decodeField(equals === -1 ? part : part.slice(0, equals));
    const value = equals === -1 ? '' : part.slice(equals + 1);
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

/** Text of a query string or form: escapes decoded once, `+` read as a space. */
export function decodeField(raw: string): string {
  return decodeOnce(raw.includes('+') ? raw.replaceAll('+', ' ') : raw);
}
