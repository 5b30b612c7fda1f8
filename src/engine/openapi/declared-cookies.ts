import { cookieName, parseCookies } from '../request/cookies.ts';
import type { RawValues } from './raw-query.ts';

/** Cookies of a header as services read them, or the name of one that they read differently. */
export type CookieReadings =
  /** Each is one way to read the header. */
  { readonly ways: readonly RawValues[]; readonly unclear?: undefined } | { readonly unclear: string };

/**
 * The cookies of a header. RFC 6265 separates them by `;` alone and has no quoted text. Some services read a comma or a
 * space as a separator too, some a `;` within quotes as a part of the value, some decode escapes within quotes, and some
 * leave quotes around a value in it.
 */
export function readCookies(header: string, names: readonly string[]): CookieReadings {
  const parts = header.split(';');
  const values = parseCookies(header);
  const isOpen = parts.some((part) => isHalfQuoted(valueOf(part)));
  for (const name of names) {
    if (isOpen || hasOther(parts, name)) return { unclear: name };
  }
  const quoted = parts.filter((part) => names.includes(cookieName(part)) && valueOf(part).startsWith('"'));
  if (quoted.length === 0) return { ways: [values] };
  const escaped = quoted.find((part) => part.includes('\\'));
  if (escaped !== undefined) return { unclear: cookieName(escaped) };
  const whole = new Map(values);
  for (const part of quoted) whole.set(cookieName(part), [valueOf(part)]);
  return { ways: [values, whole] };
}

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

/** True if a part has what some services read as another cookie of the name. */
function hasOther(parts: readonly string[], name: string): boolean {
  return parts.some((part) =>
    part
      .split('=')
      .map((each) => each.trim())
      .join('=')
      .split(/[,"\s]/)
      .slice(1)
      .some((each) => each.includes('=') && cookieName(each) === name),
  );
}
