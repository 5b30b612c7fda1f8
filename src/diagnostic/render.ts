import type { Severity } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Lines } from './lines.ts';
import { joinLines } from './printable.ts';
import { displayCells } from './width.ts';

/** Maximum length of an excerpt of a source line, in terminal cells. */
const WIDEST = 110;
/** Cells shown before the mistake if a line is cut at its start. */
const LEAD = 40;

export interface RenderOptions {
  readonly colour: boolean;
}

/**
 * A diagnostic for people: position, severity, code and message; the source line with the mistake
 * underlined, if the text is given; the help and each example on a line of its own. Without a line end.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  source: string | Lines | undefined,
  { colour }: RenderOptions,
): string {
  const { span, severity, code, message, help, examples = [] } = diagnostic;
  const paint = colour ? painted : plain;
  const { line, column } = span.start;
  const out = [
    `${paint('place', `${span.file === '' ? '.' : span.file}:${line}:${column}:`)} ${paint(severity, `${severity}[${code}]:`)} ${message}`,
  ];
  const lines = typeof source === 'string' ? new Lines(source) : source;
  if (lines !== undefined) out.push(...underlined(lines, span, severity, { colour }));
  if (help !== undefined) out.push(`${paint('help', 'help:')} ${help}`);
  out.push(...examples.map((each) => `${paint('help', 'example:')} ${each}`));
  return joinLines(out);
}

/** The first source line of a span with the span underlined; empty without a text. */
export function underlined(
  lines: Lines,
  span: Diagnostic['span'],
  severity: Severity,
  { colour }: RenderOptions,
): readonly string[] {
  const paint = colour ? painted : plain;
  const { line } = span.start;
  if (line > lines.count || lines.line(line).trim() === '') return [];
  const { shown, indent, width } = excerpt(lines.line(line), span);
  const number = String(line);
  return [
    `${paint('gutter', `${number} |`)} ${shown}`,
    `${paint('gutter', `${' '.repeat(number.length)} |`)} ${' '.repeat(indent)}${paint(severity, '^'.repeat(width))}`,
  ];
}

/** The excerpt of a line, and the position of the underline in it, in terminal cells. */
function excerpt(
  line: string,
  { start, end }: Diagnostic['span'],
): { readonly shown: string; readonly indent: number; readonly width: number } {
  const cells = displayCells(line);
  const from = Math.min(start.column - 1, cells.length);
  const to =
    end.line > start.line ? cells.length : Math.min(Math.max(end.column - 1, from + 1), cells.length);
  const total = width(cells, 0, cells.length);
  let first = 0;
  let last = cells.length;
  if (total > WIDEST) {
    if (width(cells, 0, from) > LEAD) {
      first = from;
      while (first > 0 && width(cells, first, from) < LEAD) first--;
    }
    last = first;
    let used = 0;
    while (last < cells.length && used + (cells[last]?.width ?? 0) <= WIDEST) {
      used += cells[last]?.width ?? 0;
      last++;
    }
  }
  const before = first > 0 ? '…' : '';
  const after = last < cells.length ? '…' : '';
  const shown = cells.slice(first, last).reduce((text, cell) => text + cell.text, '');
  return {
    shown: `${before}${shown}${after}`.trimEnd(),
    indent: before.length + width(cells, first, from),
    width: Math.max(1, width(cells, from, Math.min(to, last))),
  };
}

function width(cells: readonly { readonly width: number }[], from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += cells[index]?.width ?? 0;
  return sum;
}

type Part = Severity | 'place' | 'gutter' | 'help';

/** SGR parameters. */
const COLOURS = {
  error: '1;31',
  warning: '1;33',
  place: '1',
  gutter: '34',
  help: '36',
} as const satisfies Record<Part, string>;

function painted(part: Part, text: string): string {
  return `\u001b[${COLOURS[part]}m${text}\u001b[0m`;
}

function plain(_part: Part, text: string): string {
  return text;
}
