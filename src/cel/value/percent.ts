/**
 * A string as one part of a URL (RFC 3986, section 2): every byte of its UTF-8 but the unreserved characters as an
 * escape. An unpaired surrogate counts as U+FFFD, as in `bytes(string)`.
 */
export function encodePercent(text: string): string {
  let encoded = encodeURIComponent(text.toWellFormed());
  for (const [character, escape] of LEFT) encoded = encoded.replaceAll(character, escape);
  return encoded;
}

/** ASCII characters that `encodeURIComponent` leaves as they are. */
const LEFT = [
  ['!', '%21'],
  ["'", '%27'],
  ['(', '%28'],
  [')', '%29'],
  ['*', '%2A'],
] as const;

/**
 * The string that a percent-encoded one means; undefined if an escape is not complete or the bytes are not UTF-8. All
 * of it at once: a header may have thousands of escapes.
 */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
