/** The names in a JSON text that are not snake_case, each once; the names of headers may have a `-`. */
export function camelCaseKeys(text: string): readonly string[] {
  const found = new Set<string>();
  JSON.parse(text, (name, value: unknown) => {
    if (!/^[a-z0-9_-]*$/.test(name)) found.add(name);
    return value;
  });
  return [...found];
}
