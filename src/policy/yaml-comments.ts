import { Lexer } from 'yaml';
import type { Mark } from './tree.ts';

/** What the lexer says besides pieces of the text: that a scalar follows, that a document begins or ends. */
const SIGNS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

/** The comments of a YAML text, from `#` to the end of the line. A `#` inside of a value is none. */
export function yamlComments(text: string): readonly Mark[] {
  const comments: Mark[] = [];
  let at = 0;
  let isScalar = false;
  for (const piece of new Lexer().lex(text)) {
    if (SIGNS.has(piece)) {
      isScalar = piece === '\u001F';
      continue;
    }
    if (!isScalar && piece.startsWith('#')) comments.push({ start: at, end: at + piece.length });
    at += piece.length;
    isScalar = false;
  }
  return comments;
}
