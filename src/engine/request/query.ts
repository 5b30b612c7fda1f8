const NO_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * The parameters of a raw query string (without `?`), names and values decoded once, `+` a space, in order of
 * appearance. Total: a broken escape stays as it is, bytes that are no UTF-8 become U+FFFD (WHATWG URL, section
 * 5.1). `;` separates nothing.
 */
export function parseQuery(raw: string): ReadonlyMap<string, readonly string[]> {
  if (raw === '') return NO_PARAMETERS;
  const parameters = new Map<string, string[]>();
  // The constructor takes off one leading `?`, which here would belong to a name.
  for (const [name, value] of new URLSearchParams(`?${raw}`)) {
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}
