/** A size with a unit, such as `10KB` (1,000) or `16Ki` (1,024). */
export const SIZE = /\b(\d{1,6})\s*([KMG])(i?)B?\b/;

/** The bytes of a size by the groups of `SIZE`. */
export function byteCount(count: string, unit: string, binary: string): string {
  const thousand = binary === '' ? 1000 : 1024;
  return String(Number(count) * thousand ** ('KMG'.indexOf(unit) + 1));
}

/** The bytes of a text that is a size and nothing else; undefined for any other text. */
export function bytesOf(text: string): string | undefined {
  const [, count = '', unit = '', binary = ''] = new RegExp(`^${SIZE.source}$`).exec(text.trim()) ?? [];
  return count === '' ? undefined : byteCount(count, unit, binary);
}
