/** One code point of a line on a terminal. */
export interface Cell {
  readonly text: string;
  /** Terminal columns: 0 for combining characters, 2 for wide ones. */
  readonly width: number;
}

const TAB = '    ';

/** The code points of a line, with tabs as four spaces, and with replacements for control characters. */
export function displayCells(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  for (const char of line) {
    if (char === '\t') cells.push({ text: TAB, width: TAB.length });
    else if (isControl(char)) cells.push({ text: '\uFFFD', width: 1 });
    else cells.push({ text: char, width: cellWidth(char) });
  }
  return cells;
}

function isControl(char: string): boolean {
  return /^[\p{Cc}\u202a-\u202e\u2066-\u2069\ud800-\udfff]$/u.test(char);
}

function cellWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(char)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** The main blocks that are wide or fullwidth in Unicode's East Asian Width (UAX #11). */
const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
] as const satisfies readonly (readonly [number, number])[];
