/** Characters below which V8 copies a part of a text. */
const SHORT = 13;

/**
 * A copy of a text, to keep it. A part of a text, such as a segment of a path, holds the whole of it in memory, which can
 * be as long as all headers together.
 */
export function ownText(text: string): string {
  return text.length < SHORT ? text : ` ${text}`.slice(1);
}
