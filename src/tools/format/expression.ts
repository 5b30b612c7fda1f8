import { parse } from '../../cel/syntax/parse.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { print } from '../../cel/syntax/print.ts';
import { scan } from '../../cel/syntax/scan.ts';
import { group, type Piece } from './expression-pieces.ts';

/** An expression that can be formatted. Literals and parentheses are kept as written. */
export interface FormattableExpression {
  readonly source: string;
  /** The expression on one line. */
  readonly line: string;
  readonly pieces: readonly Piece[];
}

/** Undefined if the expression must be kept as written: it has comments, strings with line ends, or mistakes. */
export function readExpression(source: string): FormattableExpression | undefined {
  const { tokens, comments, problems } = scan(source);
  if (comments.length > 0 || problems.length > 0) return undefined;
  // oxlint-disable-next-line no-control-regex -- characters that YAML allows only escaped, in double quotes
  if (tokens.some(({ text }) => /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)))
    return undefined;
  // The parser limits the nesting, so that the recursion of `group` is bounded as well.
  const canonical = canonicalExpression(source);
  const pieces = canonical === undefined ? undefined : group(tokens);
  if (pieces === undefined) return undefined;
  const line = flat(pieces);
  const isUnchanged = line === source || canonicalExpression(line) === canonical;
  return isUnchanged ? { source, line, pieces } : undefined;
}

/**
 * Lines of an expression, of at most `room` characters where it can be broken: at `||`, `&&` and `? :`, then in
 * parentheses and brackets. If `isBroken`, it is broken at an operator even if it fits on one line.
 */
export function expressionLines(
  { pieces }: FormattableExpression,
  room: number,
  isBroken: boolean,
): readonly string[] {
  const opened = isBroken ? (atCondition(pieces, room) ?? atLogic(pieces, room)) : undefined;
  return opened ?? fit(pieces, room);
}

/** Text that is equal for expressions with the same syntax tree; undefined if the expression has mistakes. */
export function canonicalExpression(source: string): string | undefined {
  const { root, problems } = parse(source);
  return problems.length === 0 ? print(root) : undefined;
}

/** A text whose expressions are formatted, each on one line; the text itself if one of them must be kept. */
export function formattedText(source: string): string {
  return withExpressions(source, (expression) => readExpression(expression)?.line ?? expression);
}

/** Text that is equal for texts with the same expressions; undefined if one has mistakes. */
export function canonicalText(source: string): string | undefined {
  return parseText(source).problems.length > 0
    ? undefined
    : withExpressions(source, (expression) => canonicalExpression(expression) ?? expression);
}

function withExpressions(source: string, replace: (expression: string) => string): string {
  const { holes, problems } = parseText(source);
  if (problems.length > 0) return source;
  let text = '';
  let at = 0;
  for (const { start, end } of holes) {
    text += `${source.slice(at, start)}\${${replace(source.slice(start + 2, end - 1))}}`;
    at = end;
  }
  return text + source.slice(at);
}

function fit(pieces: readonly Piece[], room: number): readonly string[] {
  const text = flat(pieces);
  return text.length <= room ? [text] : broken(pieces, room);
}

function broken(pieces: readonly Piece[], room: number): readonly string[] {
  const [first = [], ...others] = splitAt(pieces, ({ text }) => text === ',');
  if (others.length > 0) {
    return [first, ...others].flatMap((part, index) =>
      index < others.length ? withLast(fit(part, room - 1), ',') : fit(part, room),
    );
  }
  return atCondition(pieces, room) ?? atLogic(pieces, room) ?? atBracket(pieces, room) ?? [flat(pieces)];
}

function atCondition(pieces: readonly Piece[], room: number): readonly string[] | undefined {
  const question = pieces.findIndex(({ role, text }) => role === 'condition' && text === '?');
  if (question === -1) return undefined;
  let depth = 0;
  const colon = pieces.findIndex(({ role, text }, index) => {
    if (index <= question || role !== 'condition') return false;
    if (text === '?') depth += 1;
    else if (depth === 0) return true;
    else depth -= 1;
    return false;
  });
  if (colon === -1) return undefined;
  return [
    ...fit(pieces.slice(0, question), room),
    ...hanging('  ? ', fit(pieces.slice(question + 1, colon), room - 4)),
    ...hanging('  : ', fit(pieces.slice(colon + 1), room - 4)),
  ];
}

function atLogic(pieces: readonly Piece[], room: number): readonly string[] | undefined {
  for (const operator of ['||', '&&']) {
    const [first = [], ...others] = splitAt(
      pieces,
      ({ role, text }) => role === 'binary' && text === operator,
    );
    if (others.length === 0) continue;
    const rest = others.flatMap((part) => hanging(`${operator} `, fit(part, room - 3)));
    return [...fit(first, room), ...rest];
  }
  return undefined;
}

/** Brackets with content of at most this length, in characters, are not broken. */
const LEAST_INNER = 16;

/** Breaks the expression at its longest pair of brackets; undefined if all are too short. */
function atBracket(pieces: readonly Piece[], room: number): readonly string[] | undefined {
  let longest = -1;
  let most = LEAST_INNER;
  for (const [index, { inner }] of pieces.entries()) {
    const length = inner === undefined ? 0 : flat(inner).length;
    if (length <= most) continue;
    longest = index;
    most = length;
  }
  const { text = '', inner, close = '' } = pieces[longest] ?? {};
  if (inner === undefined) return undefined;
  const before = pieces.slice(0, longest);
  const after = pieces.slice(longest);
  const opened: Piece = { role: 'plain', text };
  const closed: Piece = { role: 'plain', text: close };
  return [
    flat([...before, opened]),
    ...fit(inner, room - 2).map((line) => `  ${line}`),
    flat([closed, ...after.slice(1)]),
  ];
}

function splitAt(
  pieces: readonly Piece[],
  isSeparator: (piece: Piece) => boolean,
): readonly (readonly Piece[])[] {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    if (isSeparator(piece)) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts;
}

function hanging(prefix: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? prefix : ' '.repeat(prefix.length)) + line);
}

function withLast(lines: readonly string[], end: string): readonly string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? line + end : line));
}

function flat(pieces: readonly Piece[]): string {
  let text = '';
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    if (before !== undefined) text += spaceBetween(before, piece);
    text += piece.text;
    if (piece.inner !== undefined) text += flat(piece.inner) + (piece.close ?? '');
  }
  return text;
}

function spaceBetween(before: Piece, piece: Piece): '' | ' ' {
  if (piece.role === 'comma' || piece.role === 'colon') return '';
  if (before.role === 'comma' || before.role === 'colon') return ' ';
  const isLoose = [before, piece].some(({ role }) => role === 'binary' || role === 'condition');
  return isLoose ? ' ' : '';
}
