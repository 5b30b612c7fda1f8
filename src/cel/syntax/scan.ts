import type { Range } from '../../diagnostic/range.ts';
import { double, Uint } from '../value/number.ts';
import { type Problem, problem } from './problem.ts';
import { scanText } from './scan-text.ts';
import type { Token, TokenKind } from './token.ts';

export interface Scanned {
  /** The last one is the end of the source. */
  readonly tokens: readonly Token[];
  /** From `//` to the end of the line. */
  readonly comments: readonly Range[];
  readonly problems: readonly Problem[];
  /** Offset at which the scan ended. */
  readonly end: number;
  /** True if it ended at a `}` that closes nothing within the source. */
  readonly isClosed: boolean;
}

interface ScanOptions {
  /** Offset of the first character; default 0. */
  readonly from?: number;
  /** True to end at a `}` that closes no bracket of the source, as of `${...}` in a text. */
  readonly untilBrace?: boolean;
}

const SPACE = /(?:[\t\n\f\r ]+|\/\/[^\n]*)+/y;
const COMMENT = /\/\/[^\n]*/g;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_NAME = /`[A-Za-z0-9_./ -]+`/y;
/** The first character of every number, and of some marks. */
const NUMBER_START = /[0-9.]/y;
const HEXADECIMAL = /0x([0-9A-Fa-f]+)([uU]?)/y;
const DOUBLE = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const DECIMAL = /([0-9]+)([uU]?)/y;
const TEXT = /(?:[bB]?[rR]?)(?=["'])/y;
const MARK = /(?:==|!=|<=|>=|&&|\|\||[<>!+\-*/%?:.,()[\]{}])/y;

const MAX_UINT = 2n ** 64n - 1n;

/**
 * Splits a source into tokens. A character that is not part of the language becomes a token of kind `bad`, which the
 * parser reports; a string that is not valid becomes one as well, and is a problem.
 */
export function scan(source: string, { from = 0, untilBrace = false }: ScanOptions = {}): Scanned {
  const tokens: Token[] = [];
  const comments: Range[] = [];
  const problems: Problem[] = [];
  let at = from;
  let depth = 0;
  let isClosed = false;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const add = (kind: TokenKind, length: number, value?: unknown): void => {
    const range = { start: at, end: at + length };
    tokens.push({ kind, text: source.slice(at, at + length), value, ...range });
    at += length;
  };
  const addNumber = ([text]: RegExpExecArray, digits: string, base: '' | '0x', suffix: string): void => {
    const value = BigInt(base + digits);
    if (suffix === '') return add('int', text.length, value);
    if (value > MAX_UINT) {
      const range = { start: at, end: at + text.length };
      problems.push(problem('cel_literal', range, `\`${text}\` does not fit a uint`, 'a uint has 64 bits'));
    }
    add('uint', text.length, new Uint(value));
  };

  const addDouble = (text: string): void => {
    const value = Number(text);
    if (!Number.isFinite(value)) {
      const range = { start: at, end: at + text.length };
      problems.push(problem('cel_literal', range, `\`${text}\` does not fit a double`));
    }
    add('double', text.length, double(value));
  };

  const addNumeric = (): void => {
    const hexadecimal = match(HEXADECIMAL);
    if (hexadecimal !== null) return addNumber(hexadecimal, hexadecimal[1] ?? '', '0x', hexadecimal[2] ?? '');
    const fraction = match(DOUBLE);
    if (fraction !== null) return addDouble(fraction[0]);
    const decimal = match(DECIMAL);
    if (decimal !== null) return addNumber(decimal, decimal[1] ?? '', '', decimal[2] ?? '');
    addOther();
  };
  const addOther = (): void => {
    const quoted = match(QUOTED_NAME);
    const mark = quoted ?? match(MARK);
    if (mark === null) add('bad', (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    else add(quoted === null ? 'mark' : 'quoted_name', mark[0].length);
  };

  while (at < source.length) {
    const space = match(SPACE)?.[0] ?? '';
    if (space.includes('/')) {
      for (const { index, 0: text } of space.matchAll(COMMENT)) {
        comments.push({ start: at + index, end: at + index + text.length });
      }
    }
    at += space.length;
    if (at >= source.length) break;
    if (untilBrace && source[at] === '}' && depth === 0) {
      isClosed = true;
      break;
    }
    if (source[at] === '{') depth++;
    else if (source[at] === '}') depth--;
    const text = match(TEXT);
    if (text !== null) {
      const scanned = scanText(source, at, text[0]);
      problems.push(...scanned.problems);
      add(scanned.kind, scanned.end - at, scanned.value);
      continue;
    }
    const name = match(NAME);
    if (name !== null) add('name', name[0].length);
    else if (match(NUMBER_START) !== null) addNumeric();
    else addOther();
  }
  // An incomplete expression ends after its last token, not after the white space that follows.
  const end = at;
  at = tokens.at(-1)?.end ?? from;
  add('end', 0);
  return { tokens, comments, problems, end, isClosed };
}
