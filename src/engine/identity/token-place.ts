import type { Attributes } from '../request/attributes.ts';
import { parseCookies } from '../request/cookies.ts';
import { parseQuery } from '../request/query.ts';
import type { TokenPlace } from './issuer.ts';

/** `Authorization: Bearer ...` (RFC 6750 section 2.1), the place of tokens for an Issuer without `from`. */
export const DEFAULT_PLACES: readonly TokenPlace[] = [{ header: 'authorization', prefix: 'Bearer ' }];

/** A text in a place of tokens. */
export interface FoundToken {
  readonly text: string;
  /** `placeKey` of each place that it is in; places can overlap. */
  readonly places: readonly string[];
  /** Lower-case name of the header that must be sent once; undefined in the query string and in a list. */
  readonly header: string | undefined;
  readonly denial?: undefined;
}

/** Equal for equal places: header names and prefixes are compared without regard to case. */
export function placeKey(place: TokenPlace): string {
  let key = keys.get(place);
  if (key === undefined) {
    if ('header' in place) {
      const what = place.isList === true ? 'list' : 'header';
      key = `${what} ${place.header.toLowerCase()} ${prefixOf(place)}`;
    } else if ('query' in place) key = `query ${place.query}`;
    else key = `cookie ${place.cookie}`;
    keys.set(place, key);
  }
  return key;
}

/** Keys by place, computed once: places are parts of documents. */
const keys = new WeakMap<TokenPlace, string>();

function prefixOf({ prefix }: { readonly prefix: string }): string {
  return prefix.trimEnd().toLowerCase();
}

/** A search for tokens in some places. */
export class TokenSearch {
  readonly #places: readonly TokenPlace[];
  /** The only place, if it is a header. */
  readonly #header: HeaderPlace | undefined;

  constructor(places: readonly TokenPlace[]) {
    this.#places = [...new Map(places.map((place) => [placeKey(place), place])).values()];
    const [only, ...others] = this.#places;
    if (only !== undefined && others.length === 0 && 'header' in only && only.isList !== true)
      this.#header = headerPlace(only);
  }

  /**
   * The token of a usual request: of the only place, a header that was sent once, written with the prefix of the
   * Issuer and one space. Undefined: `all` says what there is.
   */
  single({ request: { headers, headerForm } }: Attributes): FoundToken | undefined {
    const place = this.#header;
    const value = place && headers.get(place.name);
    if (place === undefined || value === undefined || !value.startsWith(place.written)) return undefined;
    if (value.includes(',') || (headerForm.repeated.size > 0 && headerForm.repeated.has(place.name)))
      return undefined;
    const start = place.written.length;
    // Other white space, at the end too, is for the thorough way.
    if (!isVisible(value.charCodeAt(start)) || !isVisible(value.charCodeAt(value.length - 1)))
      return undefined;
    return { text: value.slice(start), places: place.keys, header: place.name };
  }

  /**
   * All tokens, each once. An empty value is not a token. A repeated header, parameter or cookie gives several tokens.
   */
  all(attributes: Attributes): readonly FoundToken[] {
    return findTokens(attributes, this.#places);
  }
}

/** A header as the only place of tokens. */
interface HeaderPlace {
  readonly name: string;
  /** The prefix and a space, as the Issuer has them. */
  readonly written: string;
  readonly keys: readonly string[];
}

function headerPlace(place: Extract<TokenPlace, { readonly header: string }>): HeaderPlace {
  const prefix = place.prefix.trimEnd();
  const written = prefix === '' ? '' : `${prefix} `;
  return { name: place.header.toLowerCase(), written, keys: [placeKey(place)] };
}

/** True for a visible character of ASCII. */
function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

function findTokens(attributes: Attributes, places: readonly TokenPlace[]): readonly FoundToken[] {
  const [only, ...others] = places;
  if (only !== undefined && others.length === 0) {
    const header = headerOf(only);
    return tokensAt(attributes, only).map(({ text }) => ({ text, places: [placeKey(only)], header }));
  }
  const found = new Map<string, FoundToken & { places: string[] }>();
  for (const place of places) {
    const key = placeKey(place);
    for (const { text, position } of tokensAt(attributes, place)) {
      const known = found.get(position);
      if (known === undefined) found.set(position, { text, places: [key], header: headerOf(place) });
      else if (!known.places.includes(key)) known.places.push(key);
    }
  }
  return [...found.values()];
}

/** A list may be sent in several headers, each with some of its items. */
function headerOf(place: TokenPlace): string | undefined {
  if ('header' in place) return place.isList === true ? undefined : place.header.toLowerCase();
  return 'cookie' in place ? 'cookie' : undefined;
}

/** A token and its position in the request, which is the same for overlapping places. */
interface LocatedToken {
  readonly text: string;
  readonly position: string;
}

function tokensAt({ request }: Attributes, place: TokenPlace): readonly LocatedToken[] {
  if ('header' in place) {
    const name = place.header.toLowerCase();
    const value = request.headers.get(name);
    if (value === undefined) return [];
    return place.isList === true
      ? tokensInList(name, value, place)
      : tokensInHeader(name, value, prefixOf(place));
  }
  if ('query' in place) {
    const start = request.path.indexOf('?');
    const values = start === -1 ? undefined : parseQuery(request.path.slice(start + 1)).get(place.query);
    return located(values, `query ${place.query}`);
  }
  const cookies = request.headers.get('cookie');
  return cookies === undefined
    ? []
    : located(parseCookies(cookies).get(place.cookie), `cookie ${place.cookie}`);
}

function located(values: readonly string[] | undefined, name: string): readonly LocatedToken[] {
  return (values ?? [])
    .map((text, i) => ({ text, position: `${name} ${i}` }))
    .filter(({ text }) => text !== '');
}

/**
 * Envoy joins repeated headers with commas, which no token contains. A part that does not begin with the prefix
 * belongs to the token before it, so that a service that reads the header otherwise sees no other token.
 */
function tokensInHeader(name: string, value: string, prefix: string): readonly LocatedToken[] {
  const found: { text: string; part: number }[] = [];
  for (const [i, part] of value.split(',').entries()) {
    const text = withoutPrefix(part, prefix);
    const last = found.at(-1);
    if (text !== undefined) found.push({ text, part: i });
    else if (last !== undefined) last.text += `,${part}`;
  }
  return found
    .filter(({ text }) => text !== '')
    .map(({ text, part }) => ({ text, position: `header ${name} ${part} ${text}` }));
}

/** Tokens in a list: the text after the prefix in each item that has it, and nothing else of the item. */
function tokensInList(name: string, value: string, place: HeaderOfToken): readonly LocatedToken[] {
  const { length } = place.prefix;
  return value.split(',').flatMap((item, i) => {
    const text = isListItem(item, place) ? item.trim().slice(length) : '';
    return text === '' ? [] : [{ text, position: `list ${name} ${i}` }];
  });
}

type HeaderOfToken = Extract<TokenPlace, { readonly header: string }>;

/** True for an item of a list that has the prefix of the tokens. */
export function isListItem(item: string, { prefix }: HeaderOfToken): boolean {
  return item.trim().slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
}

/** True if the value of a header has a token after the prefix. */
export function hasTokenIn(value: string, place: HeaderOfToken): boolean {
  return tokensInHeader('', value, prefixOf(place)).length > 0;
}

/** Text after the prefix; white space must follow a prefix that ends in a letter or digit (RFC 9110 section 11.4). */
function withoutPrefix(part: string, prefix: string): string | undefined {
  const text = part.trim();
  if (text.slice(0, prefix.length).toLowerCase() !== prefix) return undefined;
  const rest = text.slice(prefix.length);
  if (/[a-z0-9]$/.test(prefix) && rest !== '' && !/^[ \t]/.test(rest)) return undefined;
  return rest.trim();
}
