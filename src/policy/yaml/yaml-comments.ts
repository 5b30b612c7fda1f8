import { Lexer } from 'yaml';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';

/** A token of a YAML text. */
export interface YamlPiece {
  readonly text: string;
  readonly range: Range;
  /** True for a plain or block scalar, which may begin with `#` without being a comment. */
  readonly isScalar: boolean;
}

/** Markers of the lexer that are not part of the text: a document begins, a flow error ends, a scalar follows. */
const MARKERS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);
const SCALAR_FOLLOWS = '\u001F';

/** The tokens of a YAML text. Joined, they are the text. */
export function* yamlPieces(text: string): Generator<YamlPiece> {
  let at = 0;
  let isScalar = false;
  for (const piece of new Lexer().lex(text)) {
    if (MARKERS.has(piece)) {
      isScalar = piece === SCALAR_FOLLOWS;
      continue;
    }
    yield { text: piece, range: { start: at, end: at + piece.length }, isScalar };
    at += piece.length;
    isScalar = false;
  }
}

export function isComment({ text, isScalar }: YamlPiece): boolean {
  return !isScalar && text.startsWith('#');
}

/** The comments of a YAML text, from `#` to the end of the line. A `#` in a value does not start a comment. */
export function yamlComments(text: string): readonly Range[] {
  return [...yamlPieces(text)].filter(isComment).map(({ range }) => range);
}

/** The line that a comment on `line` applies to: that line, or for a comment alone on it the next line with content. */
export function commentedLine(line: number, lines: Lines): number {
  const known = NEXT_CONTENT.get(lines) ?? nextContent(lines);
  NEXT_CONTENT.set(lines, known);
  return known[line] ?? line;
}

/** By line, the next line with content, itself included: a file may have any number of comments in a row. */
const NEXT_CONTENT = new WeakMap<Lines, Uint32Array>();

function nextContent(lines: Lines): Uint32Array {
  const next = new Uint32Array(lines.count + 2);
  next[lines.count + 1] = lines.count + 1;
  for (let line = lines.count; line > 0; line--) {
    const isEmpty = /^\s*(#.*)?$/.test(lines.line(line));
    next[line] = isEmpty ? (next[line + 1] ?? line) : line;
  }
  return next;
}
