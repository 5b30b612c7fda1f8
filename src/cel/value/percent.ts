import { decodeUtf8 } from './text.ts';

/**
 * A string as one part of a URL (RFC 3986, section 2): every byte of its UTF-8 but the unreserved characters as an
 * escape. An unpaired surrogate counts as U+FFFD, as in `bytes(string)`.
 */
export function encodePercent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, escapeOf);
}

/** Escape of an ASCII character that `encodeURIComponent` leaves as it is. */
function escapeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The string that a percent-encoded one means; undefined if an escape is not complete or the bytes are not UTF-8. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  let isValid = true;
  const decoded = text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    const bytes = Uint8Array.from(escapes.slice(1).split('%'), (digits) => Number.parseInt(digits, 16));
    const part = decodeUtf8(bytes);
    isValid &&= part !== undefined;
    return part ?? '';
  });
  return isValid ? decoded : undefined;
}
