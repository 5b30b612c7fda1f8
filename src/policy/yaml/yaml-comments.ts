import { Lexer } from 'yaml';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';

/** A piece of a YAML text, as the lexer takes it apart. */
export interface YamlPiece {
  readonly text: string;
  readonly range: Range;
  /** Text without quotes, or a block of it; what begins like a comment or a mark is none there. */
  readonly isScalar: boolean;
}

/** What the lexer says besides pieces of the text: that a document begins, that a flow ends, that a scalar follows. */
const SIGNS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);
const SCALAR_FOLLOWS = '\u001F';

/** The pieces of a YAML text, which together are the whole of it. */
export function* yamlPieces(text: string): Generator<YamlPiece> {
  let at = 0;
  let isScalar = false;
  for (const piece of new Lexer().lex(text)) {
    if (SIGNS.has(piece)) {
      isScalar = piece === SCALAR_FOLLOWS;
      continue;
    }
    yield { text: piece, range: { start: at, end: at + piece.length }, isScalar };
    at += piece.length;
    isScalar = false;
  }
}

/** Whether a piece is a comment. */
export function isComment({ text, isScalar }: YamlPiece): boolean {
  return !isScalar && text.startsWith('#');
}

/** The comments of a YAML text, from `#` to the end of the line. A `#` inside of a value is none. */
export function yamlComments(text: string): readonly Range[] {
  return [...yamlPieces(text)].filter(isComment).map(({ range }) => range);
}

/** The line that a comment on `line` speaks of: that one, or the next with something else on it. */
export function spokenOf(line: number, lines: Lines): number {
  let about = line;
  while (about <= lines.count && /^\s*(#.*)?$/.test(lines.line(about))) about++;
  return about;
}
