import type { Range } from '../../diagnostic/range.ts';
import { foreignCharacter, foreignInfix, foreignMark, foreignOperator } from './foreign.ts';
import { nothing, parseMember } from './member.ts';
import { Parser } from './parser.ts';
import type { Problem } from './problem.ts';
import { repaired } from './repair.ts';
import { scan } from './scan.ts';
import { describeToken, type Token } from './token.ts';
import type { LogicNode, Node, Operator } from './tree.ts';

export interface Parsed {
  /** The tree as far as it could be parsed, with `missing` nodes in place of the rest. */
  readonly root: Node;
  /** Number of nodes; their ids are below it. */
  readonly size: number;
  /** In order of position. Empty if the source is a valid expression. */
  readonly problems: readonly Problem[];
}

/** Parses an expression by the grammar of the specification. Total: every source has a tree. */
export function parse(source: string): Parsed {
  const parsed = parseAsWritten(source);
  const isValid = (other: string): boolean => parseAsWritten(other).problems.length === 0;
  return parsed.problems.length === 0
    ? parsed
    : { ...parsed, problems: repaired(source, parsed.problems, isValid) };
}

function parseAsWritten(source: string): Parsed {
  const { tokens, problems } = scan(source);
  const parser = parserOf(source, tokens, problems);
  const root = parseAll(parser);
  return { root, size: parser.size, problems: parser.problems };
}

/** A parser of tokens of a source. */
export function parserOf(source: string, tokens: readonly Token[], problems: readonly Problem[]): Parser {
  return new Parser(source, tokens, problems, parseExpression);
}

/** Parses an expression up to its end. */
export function parseAll(parser: Parser): Node {
  const root = parser.expression();
  while (!parser.isAtEnd()) {
    reportUnexpected(parser);
    // The part after the next operator may have mistakes of its own.
    parser.skipForeign();
    parser.skipTo(['&&', '||', '?', ':', ',']);
    parser.next();
    if (!parser.isAtEnd()) parser.expression();
  }
  return root;
}

/** Parses `a ? b : c ? d : e` without recursion, whatever its length. */
function parseExpression(parser: Parser): Node {
  const cases: { readonly test: Node; readonly yes: Node; readonly start: number }[] = [];
  for (;;) {
    const { start } = parser.token;
    let node = parseOr(parser);
    const question = parser.token;
    if (parser.accept('?')) {
      const pair = pairAt(parser, question);
      if (pair === '??') {
        parser.report({ start: question.start, end: question.end + 1 }, 'unexpected `??`', foreignMark(pair));
        parser.next();
        node = parser.expression();
      } else {
        cases.push({ test: node, yes: parseBranch(parser), start });
        // `a?.b` is the beginning of `a ? .b : c`.
        if (pair === '?.' && !parser.is(':')) {
          const place = { start: question.start, end: question.end + 1 };
          parser.report(place, 'unexpected `?.`', foreignMark(pair));
        } else if (parser.expect(':')) {
          continue;
        }
        node = nothing(parser);
      }
    }
    for (const each of cases.toReversed()) {
      node = parser.make({ kind: 'condition', ...each, no: node, end: parser.end });
    }
    return node;
  }
}

/** A symbol that was read, joined with an adjacent next one. */
function pairAt({ token }: Parser, { text, end }: Token): string {
  return token.start === end ? text + token.text : text;
}

/** Parses the branch before the `:`, where the grammar allows no further `?:`. */
function parseBranch(parser: Parser): Node {
  const branch = parseOr(parser);
  if (parser.is('?')) {
    parser.report(parser.token, 'unexpected `?`', 'put a `?:` within a `?:` in parentheses');
    parser.next();
    parser.expression();
    if (parser.expect(':')) parser.expression();
  }
  return branch;
}

function parseOr(parser: Parser): Node {
  return parseLogic(parser, '||', () => parseLogic(parser, '&&', () => parseBinary(parser, 0)));
}

/** Parses `a || b || c` into one node with all operands, whatever its length. */
function parseLogic(parser: Parser, operator: LogicNode['operator'], parseOperand: () => Node): Node {
  const { start } = parser.token;
  const operands = [parseOperand()];
  while (operatorAt(parser)?.operator === operator) {
    consumeOperator(parser);
    operands.push(parseOperand());
  }
  const [first] = operands;
  if (first !== undefined && operands.length === 1) return first;
  return parser.make({ kind: 'logic', operator, operands, start, end: parser.end });
}

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

function parseBinary(parser: Parser, level: number): Node {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(parser);
  const { start } = parser.token;
  let left = parseBinary(parser, level + 1);
  for (;;) {
    const found = operatorAt(parser);
    if (found === undefined || !operators.includes(found.operator)) return left;
    consumeOperator(parser);
    const right = parseBinary(parser, level + 1);
    const operator = found.operator as Operator;
    left = parser.make({ kind: 'operator', operator, operands: [left, right], start, end: parser.end });
  }
}

function parseUnary(parser: Parser): Node {
  const signs: (Range & { readonly operator: '!' | '-' })[] = [];
  for (;;) {
    const { token } = parser;
    const isNegation = isNot(parser);
    if (isNegation) parser.report(token, `unexpected \`${token.text}\``, 'did you mean `!`?');
    else if (!parser.is('!') && !parser.is('-')) break;
    // The sign before a number is part of the literal, so that the minimum int can be written.
    const isSign = parser.is('-') && ['int', 'double'].includes(parser.tokenAt(1).kind);
    if (isSign) break;
    signs.push({ operator: parser.is('-') ? '-' : '!', start: token.start, end: token.end });
    parser.next();
  }
  let node = parseMember(parser);
  for (const { operator, start } of signs.toReversed()) {
    node = parser.make({ kind: 'operator', operator, operands: [node], start, end: parser.end });
  }
  return node;
}

/** True for `not x`, the negation of other languages. */
function isNot(parser: Parser): boolean {
  const { kind, text } = parser.token;
  const follower = parser.tokenAt(1).kind;
  return kind === 'name' && /^not$/i.test(text) && (follower === 'name' || follower === 'string');
}

interface Found extends Range {
  readonly operator: string;
  /** Number of tokens. */
  readonly length: number;
  /** Help, if it is an operator of another language. */
  readonly help?: string;
}

/** The operator at the current token, including those of other languages; undefined if there is none. */
function operatorAt(parser: Parser): Found | undefined {
  const { token } = parser;
  const { start, end, text, kind } = token;
  const next = parser.tokenAt(1);
  const pair = next.start === end ? text + next.text : text;
  const help = pair.startsWith('?') ? undefined : foreignMark(pair);
  if (help !== undefined) return { operator: '==', start, end: next.end, length: 2, help };
  if (kind === 'mark') {
    const isTripled = (text === '==' || text === '!=') && next.text === '=' && next.start === end;
    if (!isTripled) return { operator: text, start, end, length: 1 };
    return { operator: text, start, end: next.end, length: 2, help: `did you mean \`${text}\`?` };
  }
  if (kind === 'name' && text === 'in') return { operator: 'in', start, end, length: 1 };
  if (kind === 'name' && /^not$/i.test(text) && parser.tokenAt(1).text === 'in') {
    return { operator: 'in', start, end, length: 2, help: 'write `!(x in list)`' };
  }
  const meant = kind === 'name' || kind === 'bad' ? foreignOperator(text) : undefined;
  return meant && { operator: meant, start, end, length: 1, help: `did you mean \`${meant}\`?` };
}

function consumeOperator(parser: Parser): void {
  const found = operatorAt(parser);
  if (found === undefined) return;
  if (found.help !== undefined) {
    const text = found.operator === 'in' ? parser.token.text : textOf(parser, found);
    parser.report(found, `unexpected \`${text}\``, found.help);
  }
  for (let read = 0; read < found.length; read++) parser.next();
}

function textOf(parser: Parser, { length }: Found): string {
  return Array.from({ length }, (_, at) => parser.tokenAt(at).text).join('');
}

const OPERATORS_HELP = "operators are `&&`, `||`, `!`, `==`; strings are written in `'quotes'`";

function reportUnexpected(parser: Parser): void {
  const { token } = parser;
  const isInfix = token.kind === 'name' && parser.tokenAt(1).kind === 'string';
  const help =
    (isInfix ? foreignInfix(token.text) : foreignCharacter(token.text)) ??
    (token.kind === 'mark' ? undefined : OPERATORS_HELP);
  parser.report(token, `unexpected ${unexpected(token)}`, help);
}

function unexpected(token: Token): string {
  const { kind, text } = token;
  return kind === 'int' || kind === 'uint' || kind === 'double' ? `\`${text}\`` : describeToken(token);
}
