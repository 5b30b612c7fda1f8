/** Columns that nothing is wider than. */
export const WIDTH = 100;

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;

const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** Text in a colour, on a terminal that wants any; else the text alone. */
export function paint(colour: Colour, text: string): string {
  return coloured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
}

/** Prints a line. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A field of a step: its label once, its lines below each other. */
export function field(label: string, lines: readonly string[]): void {
  lines.forEach((line, index) => say(`     ${paint('dim', (index === 0 ? label : '').padEnd(8))}${line}`));
}

/** Columns left for what stands in a field. */
export const FIELD_WIDTH = WIDTH - 13;

/** Text in lines of at most `width` columns, broken at spaces; a longer word keeps a line of its own. */
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

/** Words of a command in lines that a shell reads as one: continued by a backslash, then indented. */
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
