/**
 * ASCII letters in lower case, for names that are compared without regard to case. `toLowerCase` would make an ASCII
 * `k` of the Kelvin sign, so that a comparison could be circumvented.
 */
export function lowerAscii(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x41 && code <= 0x5a) return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return text;
}
