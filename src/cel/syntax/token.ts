import type { Range } from '../../diagnostic/range.ts';

/** Piece of a source. `text` is as written, `value` is the value of a literal. */
export interface Token extends Range {
  readonly kind: TokenKind;
  readonly text: string;
  readonly value?: unknown;
}

/** `bad` is a character that is not part of the language, or a string that has been reported. */
export type TokenKind =
  | 'name'
  | 'quoted_name'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'mark'
  | 'end'
  | 'bad';

/** Words that are not names at the beginning of an expression; after a dot they are ordinary names. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop namespace package return var void while'.split(
    ' ',
  ),
);

/** Words that are never names. */
export const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);

/** Description of a token in a message. */
export function describeToken({ kind, text }: Token): string {
  switch (kind) {
    case 'end':
      return 'the end of the expression';
    case 'int':
    case 'uint':
    case 'double':
      return 'a number';
    case 'string':
      return 'a string';
    case 'bytes':
      return 'bytes';
    default:
      return text.includes('`') ? 'a backtick' : `\`${text}\``;
  }
}
