/** Maximum width in columns. */
const WIDTH = 100;

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;

const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** Coloured text, or the text alone if the terminal wants no colour. */
export function paint(colour: Colour, text: string): string {
  return coloured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
}

/** Prints a line. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a field of a step: the label before the first of the lines. */
export function field(label: string, lines: readonly string[]): void {
  lines.forEach((line, index) => say(`     ${paint('dim', (index === 0 ? label : '').padEnd(8))}${line}`));
}

/** Columns for the contents of a field. */
export const FIELD_WIDTH = WIDTH - 13;

/** Wraps text at spaces to lines of at most `width` columns. A longer word has a line of its own. */
export function wrap(text: string, width = FIELD_WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Wraps the words of a command for a shell: lines end with a backslash, and further ones are indented. */
export function command(words: readonly string[], width = FIELD_WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width - 2) {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
