/** Names with commas and `or` between them, at most four. */
export function oneOf(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} or ${names.length - 4} more` : shown.replace(/, ([^,]*)$/, ' or $1');
}
