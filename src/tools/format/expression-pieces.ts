import type { Token } from '../../cel/syntax/token.ts';

/** A token of an expression, or a pair of brackets with its content. */
export interface Piece {
  readonly text: string;
  readonly role: Role;
  /** Content of a pair of brackets. */
  readonly inner?: readonly Piece[];
  /** Closing bracket; `text` is the opening one. */
  readonly close?: string;
}

/** `condition`: the `?` and `:` of a ternary. `colon`: the `:` of a map entry. */
type Role = 'plain' | 'binary' | 'condition' | 'colon' | 'comma';

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

const BINARY: ReadonlySet<string> = new Set('== != <= >= && || < > + * / %'.split(' '));

/** Groups the tokens of an expression by brackets; undefined if the brackets are not balanced. */
export function group(tokens: readonly Token[]): readonly Piece[] | undefined {
  const rest = tokens.values();
  const pieces = readUntil('', rest);
  return rest.next().done === true ? pieces : undefined;
}

/** Pieces up to the bracket `end`, which is consumed; up to the end of the expression if it is empty. */
function readUntil(end: string, rest: IterableIterator<Token>): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let conditions = 0;
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const { kind, text } = next.value;
    if (kind === 'end') return end === '' ? pieces : undefined;
    if (kind === 'mark' && text === end) return pieces;
    const close = kind === 'mark' ? CLOSING.get(text) : undefined;
    if (close === undefined) {
      const role = roleOf(next.value, pieces.at(-1), conditions > 0);
      if (role === 'condition') conditions += text === '?' ? 1 : -1;
      pieces.push({ text, role });
    } else {
      const inner = readUntil(close, rest);
      if (inner === undefined) return undefined;
      pieces.push({ text, role: 'plain', inner, close });
    }
  }
  return undefined;
}

function roleOf({ kind, text }: Token, before: Piece | undefined, isInCondition: boolean): Role {
  const isFirst = before === undefined || before.role !== 'plain';
  if (kind === 'name') return text === 'in' && before?.text !== '.' ? 'binary' : 'plain';
  if (kind !== 'mark') return 'plain';
  if (BINARY.has(text)) return 'binary';
  switch (text) {
    case ',':
      return 'comma';
    case '-':
      // A sign if no operand precedes it.
      return isFirst || before.text === '!' || isSign(before) ? 'plain' : 'binary';
    case '?':
      // `x.?f`, `x[?i]`, `[?x]`, `{?k: v}`.
      return before === undefined || before.role === 'comma' || before.text === '.' ? 'plain' : 'condition';
    case ':':
      return isInCondition ? 'condition' : 'colon';
    default:
      return 'plain';
  }
}

/** True for a minus that is a sign, which has the role `plain`. */
function isSign({ role, text }: Piece): boolean {
  return role === 'plain' && text === '-';
}
