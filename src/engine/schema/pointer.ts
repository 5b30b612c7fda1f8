/** JSON pointer (RFC 6901) of the first member `name` whose value passes; undefined if there is none. */
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

/** Escapes a name as a token of a JSON pointer. */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The name of a token of a JSON pointer. */
export function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
