import type { Attributes } from '../request/attributes.ts';
import { cookieName } from '../request/cookies.ts';
import { ParameterNames } from '../request/rewrite-query.ts';
import type { TokenPlace } from './issuer.ts';
import { hasTokenIn, isListItem } from './token-place.ts';

/** The changes that keep a token from the service. Header names in lower case. */
export interface Withheld {
  /** Headers, with the value that remains; undefined: none does. */
  readonly headers: ReadonlyMap<string, string | undefined>;
  /** Query parameters to remove, in every spelling. */
  readonly query: readonly string[];
}

/**
 * The changes to a request after which nothing is left in the places of an issuer, for cookies and parameters in any
 * spelling that some service reads as one of them. A request with another spelling of the name of a header is denied
 * before. Other cookies and other items of a list keep their bytes. `before`: what remains of headers from which other
 * tokens are removed already.
 */
export function withholdToken(
  { headers, path }: Pick<Attributes['request'], 'headers' | 'path'>,
  places: readonly TokenPlace[],
  before: Withheld['headers'],
): Withheld {
  const changed = new Map<string, string | undefined>();
  const query: string[] = [];
  for (const place of places) {
    if ('query' in place) {
      if (path.includes('?')) query.push(place.query);
      continue;
    }
    const name = 'cookie' in place ? 'cookie' : place.header.toLowerCase();
    const latest = [changed, before, headers].find((each) => each.has(name));
    const value = latest?.get(name);
    if (value === undefined) continue;
    const rest = withoutToken(value, place);
    if (rest !== value) changed.set(name, rest);
  }
  return { headers: changed, query };
}

/** The value of a header without the token of a place; undefined if nothing else is in it. */
function withoutToken(
  value: string,
  place: Exclude<TokenPlace, { readonly query: string }>,
): string | undefined {
  if ('cookie' in place) {
    const names = new ParameterNames([place.cookie]);
    return without(value, ';', (cookie) => names.has(cookieName(cookie)));
  }
  if (place.isList === true) return without(value, ',', (item) => isListItem(item, place));
  return hasTokenIn(value, place) ? undefined : value;
}

function without(value: string, separator: string, isRemoved: (part: string) => boolean): string | undefined {
  const parts = value.split(separator);
  const kept = parts.filter((part) => !isRemoved(part));
  if (kept.length === parts.length) return value;
  const rest = kept.join(separator).trim();
  return rest === '' ? undefined : rest;
}
