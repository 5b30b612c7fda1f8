/** Control characters, and characters that change the direction or the end of a line (UAX #9, UAX #14). */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/**
 * As `HIDDEN`, without the tab, and with the codes of colours as a whole. They are those of `paint.ts` and `render.ts`
 * alone: others conceal text (8), or write it in the colour of the background.
 */
const HIDDEN_IN_LINE =
  /\u001b\[(?:[012]|22|3[1-469]|1;3[13])m|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** Hidden characters that JSON allows in a string as they are. */
const HIDDEN_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** Beginnings of a line that GitHub and Azure obey as a command. */
const COMMAND = /^(\s*)(::|##\[)/;

/**
 * Text from outside (a request, a name, a file) for a line that people read: characters that a terminal would obey
 * are written as `\n`, `\r` or `\u202e`.
 */
export function printable(text: string): string {
  return text.replaceAll(HIDDEN, escaped);
}

/** Lines for people, joined, without a line end. Text in a line can neither begin a line of its own nor be a command. */
export function joinLines(lines: readonly string[]): string {
  return lines.map(printableLine).join('\n');
}

/** JSON text with the same value, in which a terminal finds nothing to obey. */
export function printableJson(text: string): string {
  return text.replaceAll(HIDDEN_IN_JSON, escaped);
}

function printableLine(line: string): string {
  return line
    .replaceAll(HIDDEN_IN_LINE, (found) => (found.length > 1 ? found : escaped(found)))
    .replace(COMMAND, (_, space: string, mark: string) => `${space}\\${mark}`);
}

function escaped(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
