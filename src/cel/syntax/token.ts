import type { Range } from '../../diagnostic/range.ts';

/** The pieces that a source is made of. `text` is as written, `value` what a literal says. */
export interface Token extends Range {
  readonly kind: TokenKind;
  readonly text: string;
  readonly value?: unknown;
}

/** `bad` is what can be no piece, and was told. */
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

/** Words that are no names to begin with; behind a dot they are names like any other. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop namespace package return var void while'.split(
    ' ',
  ),
);

/** Words that are never names. */
export const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);

/** How a token is called in a message. */
export function describeToken({ kind, text }: Token): string {
  switch (kind) {
    case 'end':
      return 'the end of the expression';
    case 'int':
    case 'uint':
    case 'double':
      return 'a number';
    case 'string':
      return 'text';
    case 'bytes':
      return 'bytes';
    default:
      return text.includes('`') ? 'a backtick' : `\`${text}\``;
  }
}
