import type { Token } from '../../cel/syntax/token.ts';

/** A token of an expression, or a bracket with what stands in it. */
export interface Piece {
  readonly text: string;
  readonly role: Role;
  /** Of a bracket. */
  readonly inner?: readonly Piece[];
  readonly close?: string;
}

/** `condition`: the `?` and `:` of a ternary; `colon`: that of a map entry. */
type Role = 'plain' | 'binary' | 'condition' | 'colon' | 'comma';

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

const BINARY: ReadonlySet<string> = new Set('== != <= >= && || < > + * / %'.split(' '));

/** Puts the tokens of an expression into their brackets. Undefined: a bracket is not closed. */
export function group(tokens: readonly Token[]): readonly Piece[] | undefined {
  const rest = tokens.values();
  const pieces = upTo('', rest);
  return rest.next().done === true ? pieces : undefined;
}

function upTo(end: string, rest: IterableIterator<Token>): readonly Piece[] | undefined {
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
      const inner = upTo(close, rest);
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
      // A sign, unless something stands before it.
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

/** A minus with role `plain` is a sign. */
function isSign({ role, text }: Piece): boolean {
  return role === 'plain' && text === '-';
}
