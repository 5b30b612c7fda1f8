/** One character: itself, an escape, or a class of characters of ASCII. */
const CHARACTER = /[A-Za-z0-9 _\-:/@%#=&,;~!'"<>]|\\[dDwW.+*?()[\]{}^$|\\/]/;
const IN_CLASS = /[A-Za-z0-9 _:/@%#=&,;~!'"<>.+*?(){}$|]|\\[dw.+*?()[\]{}^$|\\/-]/;
const CLASS = `\\[\\^?(?:(?:${IN_CLASS.source})(?:-(?:${IN_CLASS.source}))?)+-?\\]`;
const PLAIN = new RegExp(
  `^\\^(?:(?:${CHARACTER.source}|${CLASS})(?:[*+?]|\\{\\d{1,3}(?:,\\d{0,3})?\\})?)*\\$?$`,
);
/** A repetition of no fixed number. It is not preceded by a backslash in a pattern of this form. */
const VARIABLE = new RegExp(`(?:${CHARACTER.source}|${CLASS})(?:[*+?]|\\{\\d{1,3},\\d{0,3}\\})`, 'g');

/**
 * True for a pattern that the engine of the platform, which is ten times as fast as RE2, matches in linear time and as
 * RE2 does: from the start of a text, single characters of ASCII and classes of them, of which at most one is repeated a
 * variable number of times, so that there is nothing to try again.
 */
export function isPlainPattern(pattern: string): boolean {
  return pattern.length <= 200 && PLAIN.test(pattern) && (pattern.match(VARIABLE)?.length ?? 0) <= 1;
}
