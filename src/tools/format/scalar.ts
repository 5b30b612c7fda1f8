import type { Quotes } from '../../policy/yaml/quote.ts';
import type { BlockContent, ScalarContent } from './layout.ts';

/** Lines of a scalar; a single line if it is one paragraph and fits into `room` characters. */
export function scalarLines({ source, style }: ScalarContent, room: number): readonly string[] {
  if (!source.includes('\n')) return [source];
  const one = onOneLine(source, style);
  return one !== undefined && one.length <= room ? [one] : trimmedLines(source, style);
}

/** A scalar on one line; undefined if its line ends are part of its value. */
export function onOneLine(source: string, style: Quotes): string | undefined {
  if (!source.includes('\n')) return source;
  const lines = trimmedLines(source, style);
  const isFolded = lines.some(
    (line, index) => line === '' || (style === 'double' && index < lines.length - 1 && endsEscaping(line)),
  );
  return isFolded ? undefined : lines.join(' ');
}

/** Lines without the white space around line ends, which is not part of the value unless it is escaped. */
function trimmedLines(source: string, style: Quotes): readonly string[] {
  const lines = source.split('\n');
  return lines.map((line, index) => {
    const left = index === 0 ? line : line.replace(/^[ \t]+/, '');
    if (index === lines.length - 1) return left;
    const trimmed = left.replace(/[ \t]+$/, '');
    const isEscaped = style === 'double' && trimmed.length < left.length && endsEscaping(trimmed);
    return isEscaped ? left.slice(0, trimmed.length + 1) : trimmed;
  });
}

/** True if a backslash at the end of the line escapes the next character. */
function endsEscaping(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

/** Lines of a block scalar without their indentation, with the matching header. */
export function blockLines({ header, lines, parentIndent }: BlockContent): {
  readonly header: string;
  readonly lines: readonly string[];
} {
  const written = /[1-9]/.exec(header)?.[0];
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const indent = written === undefined ? leadingSpaces(first) : parentIndent + Number(written);
  const chomping = /[+-]/.exec(header)?.[0] ?? '';
  const cut = lines.map((line) => (line.trim() === '' && line.length <= indent ? '' : line.slice(indent)));
  // Without a number the indentation is that of the first line, which is wrong if that line starts with a space.
  const needsNumber = cut.find((line) => line !== '')?.startsWith(' ') === true;
  return { header: `${header[0] ?? '|'}${needsNumber ? '2' : ''}${chomping}`, lines: cut };
}

function leadingSpaces(line: string): number {
  return line.length - line.replace(/^ +/, '').length;
}
