import type { Attributes } from '../request/attributes.ts';
import { parseCookies } from '../request/cookies.ts';
import { parseQuery } from '../request/query.ts';
import type { TokenPlace } from './issuer.ts';

/** `Authorization: Bearer ...` (RFC 6750 section 2.1), where tokens are looked for unless an Issuer says otherwise. */
export const DEFAULT_PLACES: readonly TokenPlace[] = [{ header: 'authorization', prefix: 'Bearer ' }];

/** Something that stands where a token may stand. */
export interface FoundToken {
  readonly text: string;
  /** `placeKey` of every place that it stands in: places can overlap. */
  readonly places: readonly string[];
}

/** Two places with the same key are the same place: header names and prefixes are compared without case. */
export function placeKey(place: TokenPlace): string {
  let key = keys.get(place);
  if (key === undefined) {
    if ('header' in place) key = `header ${place.header.toLowerCase()} ${prefixOf(place)}`;
    else key = 'query' in place ? `query ${place.query}` : `cookie ${place.cookie}`;
    keys.set(place, key);
  }
  return key;
}

/** Places are parts of documents: their keys are made once. */
const keys = new WeakMap<TokenPlace, string>();

function prefixOf({ prefix }: { readonly prefix: string }): string {
  return prefix.trimEnd().toLowerCase();
}

/**
 * Every token that stands in one of `places`, each once. Empty values are none. A repeated header, parameter or
 * cookie gives several.
 */
export function findTokens(attributes: Attributes, places: readonly TokenPlace[]): readonly FoundToken[] {
  const [only, ...others] = places;
  if (only !== undefined && others.length === 0) {
    return tokensAt(attributes, only).map(({ text }) => ({ text, places: [placeKey(only)] }));
  }
  const found = new Map<string, { text: string; places: string[] }>();
  for (const place of places) {
    const key = placeKey(place);
    for (const { text, spot } of tokensAt(attributes, place)) {
      const known = found.get(spot);
      if (known === undefined) found.set(spot, { text, places: [key] });
      else if (!known.places.includes(key)) known.places.push(key);
    }
  }
  return [...found.values()];
}

/** A token and the spot of the request where it begins, the same for overlapping places. */
interface Spotted {
  readonly text: string;
  readonly spot: string;
}

function tokensAt({ request }: Attributes, place: TokenPlace): readonly Spotted[] {
  if ('header' in place) {
    const name = place.header.toLowerCase();
    const value = request.headers.get(name);
    return value === undefined ? [] : tokensInHeader(name, value, prefixOf(place));
  }
  if ('query' in place) {
    const start = request.path.indexOf('?');
    const values = start === -1 ? undefined : parseQuery(request.path.slice(start + 1)).get(place.query);
    return spotted(values, `query ${place.query}`);
  }
  const cookies = request.headers.get('cookie');
  return cookies === undefined
    ? []
    : spotted(parseCookies(cookies).get(place.cookie), `cookie ${place.cookie}`);
}

function spotted(values: readonly string[] | undefined, name: string): readonly Spotted[] {
  return (values ?? []).map((text, i) => ({ text, spot: `${name} ${i}` })).filter(({ text }) => text !== '');
}

/**
 * Envoy joins repeated headers with commas, which no token holds. A part that does not begin with the prefix
 * belongs to the token before it, so that nobody who reads the header in another way sees another token.
 */
function tokensInHeader(name: string, value: string, prefix: string): readonly Spotted[] {
  const found: { text: string; part: number }[] = [];
  for (const [i, part] of value.split(',').entries()) {
    const text = withoutPrefix(part, prefix);
    const last = found.at(-1);
    if (text !== undefined) found.push({ text, part: i });
    else if (last !== undefined) last.text += `,${part}`;
  }
  return found
    .filter(({ text }) => text !== '')
    .map(({ text, part }) => ({ text, spot: `header ${name} ${part} ${text}` }));
}

/** What follows the prefix; a prefix that ends in a letter or digit ends at white space (RFC 9110 section 11.4). */
function withoutPrefix(part: string, prefix: string): string | undefined {
  const text = part.trim();
  if (text.slice(0, prefix.length).toLowerCase() !== prefix) return undefined;
  const rest = text.slice(prefix.length);
  if (/[a-z0-9]$/.test(prefix) && rest !== '' && !/^[ \t]/.test(rest)) return undefined;
  return rest.trim();
}
