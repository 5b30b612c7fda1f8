/** A text of CEL. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** A pattern of RE2 that matches the text alone. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&');
}
