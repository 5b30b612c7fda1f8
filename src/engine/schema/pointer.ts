/** The JSON pointer (RFC 6901) of the first member `name` whose value passes, undefined when there is none. */
export function findMember(
  document: unknown,
  name: string,
  passes: (value: unknown) => boolean = () => true,
): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const entries = Object.entries(document);
  for (const [key, value] of entries) {
    if (key === name && passes(value)) return `/${escapeToken(key)}`;
  }
  for (const [key, value] of entries) {
    const inner = findMember(value, name, passes);
    if (inner !== undefined) return `/${escapeToken(key)}${inner}`;
  }
  return undefined;
}

/** A JSON pointer out of its form as a URI fragment, `#/properties/a%20b`. */
export function pointerOf(fragment: string): string {
  const pointer = fragment.replace(/^#/, '').replace(/\/$/, '');
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}

/** A name as a token of a JSON pointer. */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
