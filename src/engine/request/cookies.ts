const NO_COOKIES: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * Cookies of a `cookie` header by case-sensitive name, in order of appearance (RFC 6265 section 5.4). Values are not
 * decoded; one pair of surrounding quotes is removed. Never throws: a part without `=` or without a name is ignored.
 */
export function parseCookies(header: string): ReadonlyMap<string, readonly string[]> {
  if (header === '') return NO_COOKIES;
  const cookies = new Map<string, string[]>();
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const name = cookieName(part);
    if (name === '') continue;
    const value = withoutQuotes(part.slice(equals + 1).trim());
    const values = cookies.get(name);
    if (values === undefined) cookies.set(name, [value]);
    else values.push(value);
  }
  return cookies;
}

/** The name in a part of a `cookie` header, without the white space around it; the whole part if it has no `=`. */
export function cookieName(part: string): string {
  const equals = part.indexOf('=');
  return part.slice(0, equals === -1 ? part.length : equals).trim();
}

function withoutQuotes(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
