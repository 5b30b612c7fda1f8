const NO_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * Parameters of a raw query string (without `?`) in order of appearance, names and values decoded once, `+` read as a
 * space. Never throws: a broken escape is unchanged, bytes that are not UTF-8 become U+FFFD (WHATWG URL, section 5.1).
 * `;` is not a separator.
 */
export function parseQuery(raw: string): ReadonlyMap<string, readonly string[]> {
  if (raw === '') return NO_PARAMETERS;
  const parameters = new Map<string, string[]>();
  // The constructor removes one leading `?`, which would otherwise be the start of a name.
  for (const [name, value] of new URLSearchParams(`?${raw}`)) {
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}
