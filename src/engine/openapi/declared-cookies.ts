import { cookieName, parseCookies } from '../request/cookies.ts';
import type { RawValues } from './raw-query.ts';

/** Cookies of a header as services read them, or the name of one that they read differently. */
export type CookieReadings =
  /** Each is one way to read the header. */
  { readonly ways: readonly RawValues[]; readonly unclear?: undefined } | { readonly unclear: string };

/**
 * The cookies of a header. RFC 6265 separates them by `;` alone and has no quoted text. Some services read a comma or a
 * space as a separator too, some a `;` within quotes as a part of the value, some decode escapes within quotes, and some
 * leave quotes around a value in it. `wanted` has at least one name.
 */
export function readCookies(header: string, wanted: ReadonlySet<string>): CookieReadings {
  const quoted = new Map<string, string>();
  // A header may have tens of thousands of parts, so that each is looked at once.
  for (const part of header.split(';')) {
    const unclear = unclearIn(part, wanted);
    if (unclear !== undefined) return { unclear };
    if (part.includes('"') && wanted.has(cookieName(part))) quoted.set(cookieName(part), valueOf(part));
  }
  const values = parseCookies(header);
  if (quoted.size === 0) return { ways: [values] };
  const whole = new Map(values);
  for (const [name, value] of quoted) whole.set(name, [value]);
  return { ways: [values, whole] };
}

/** Name of a cookie that a part of the header makes unclear. */
function unclearIn(part: string, wanted: ReadonlySet<string>): string | undefined {
  const text = part.trim();
  if (!SEPARATORS.test(text)) return undefined;
  const value = valueOf(text);
  const [first] = wanted;
  if (isHalfQuoted(value)) return first;
  const name = cookieName(text);
  if (value.startsWith('"') && value.includes('\\') && wanted.has(name)) return name;
  return otherIn(text, wanted);
}

/** Characters that end a cookie, or a part of it, for some services. */
const SEPARATORS = /[,"\s]/;

/** The value of a part of the header, with the quotes around it. */
function valueOf(part: string): string {
  const equals = part.indexOf('=');
  return equals === -1 ? '' : part.slice(equals + 1).trim();
}

/** True for a value with a quote that is not one of a pair around it. */
function isHalfQuoted(value: string): boolean {
  const quotes = value.split('"').length - 1;
  const isPair = quotes === 2 && value.startsWith('"') && value.endsWith('"');
  return quotes > 0 && !isPair;
}

/** Name of a cookie that some services read after another one in a part. */
function otherIn(part: string, wanted: ReadonlySet<string>): string | undefined {
  return part
    .split('=')
    .map((each) => each.trim())
    .join('=')
    .split(SEPARATORS)
    .slice(1)
    .filter((each) => each.includes('='))
    .map(cookieName)
    .find((name) => wanted.has(name));
}
