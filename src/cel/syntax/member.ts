import { type Double, double, type Int, int, numberOf } from '../value/number.ts';
import { foreignCharacter } from './foreign.ts';
import { expandMacro } from './macro.ts';
import { qualifiedName } from './names.ts';
import type { Parser } from './parser.ts';
import { problem } from './problem.ts';
import { KEYWORDS, RESERVED, type Token } from './token.ts';
import type { Element, Entry, MessageField, Node } from './tree.ts';

/** Parses an operand: a literal, a name or a list, with everything after it that follows a dot or bracket. */
export function parseMember(parser: Parser): Node {
  let node = parsePrimary(parser);
  for (;;) {
    const { start } = node;
    if (parser.accept('.')) {
      node = parseAfterDot(parser, node, start);
    } else if (parser.is('[')) {
      const opened = parser.next();
      const isOptional = parser.accept('?');
      const index = parser.expression();
      parser.expect(']', opened);
      node = parser.make({ kind: 'index', operand: node, index, isOptional, start, end: parser.end });
    } else if (parser.is('{') && qualifiedName(node) !== undefined) {
      node = parseMessage(parser, node);
    } else {
      return node;
    }
  }
}

/** Parses `.f`, `.?f` or `.f(...)` after the dot. */
function parseAfterDot(parser: Parser, operand: Node, start: number): Node {
  const isOptional = parser.accept('?');
  const { token } = parser;
  const isQuoted = token.kind === 'quoted_name';
  if (!isQuoted && (token.kind !== 'name' || KEYWORDS.has(token.text))) {
    const isEnd = token.kind === 'end';
    const message = isEnd ? 'unexpected end of the expression' : `expected a name after the dot`;
    parser.report(token, message, KEYWORDS.has(token.text) ? bracketHelp(token) : undefined);
    if (token.kind === 'name') parser.next();
    return parser.make({ kind: 'missing', start, end: parser.end });
  }
  parser.next();
  if (!isQuoted && !isOptional && parser.is('(')) {
    return parseCall(parser, token, operand, false, start);
  }
  return parser.make({
    kind: 'select',
    operand,
    field: isQuoted ? token.text.slice(1, -1) : token.text,
    fieldAt: { start: token.start, end: token.end },
    isOptional,
    start,
    end: parser.end,
  });
}

function bracketHelp({ text }: Token): string {
  return `\`${text}\` is a keyword; write it in brackets as a key: \`['${text}']\``;
}

/** Parses the arguments of a call after its name. */
function parseCall(
  parser: Parser,
  name: Token,
  receiver: Node | undefined,
  isRooted: boolean,
  start: number,
): Node {
  const opened = parser.next();
  const args: Node[] = [];
  if (!parser.is(')')) {
    do args.push(parser.expression());
    while (parser.accept(','));
  }
  parser.expect(')', opened);
  const nameAt = { start: name.start, end: name.end };
  const call = { name: name.text, nameAt, isRooted, receiver, args, isSpread: false, start, end: parser.end };
  return expandMacro(parser, call) ?? parser.make({ kind: 'call', ...call });
}

function parsePrimary(parser: Parser): Node {
  const { token } = parser;
  const { start, end } = token;
  switch (token.kind) {
    case 'int':
    case 'uint':
    case 'double':
      return parseNumber(parser, '');
    case 'string':
    case 'bytes':
      parser.next();
      return parser.make({ kind: 'literal', value: token.value, start, end });
    case 'name':
      return parseName(parser, false, start);
    case 'mark':
      return parseBracket(parser);
    default:
      return missing(parser);
  }
}

function parseBracket(parser: Parser): Node {
  const { start } = parser.token;
  if (parser.is('-')) return parseNumber(parser, '-');
  if (parser.is('(')) {
    const opened = parser.next();
    const node = parser.expression();
    const help = parser.is(',') ? "write a list in brackets: `['a', 'b']`" : undefined;
    parser.expect(')', opened, help);
    return node;
  }
  if (parser.is('[')) return parseList(parser, start);
  if (parser.is('{')) return parseMap(parser, start);
  if (parser.is('.') && parser.tokenAt(1).kind === 'name') {
    parser.next();
    return parseName(parser, true, start);
  }
  return missing(parser);
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);

/** Parses a number after its sign. */
function parseNumber(parser: Parser, sign: '' | '-'): Node {
  const { start } = parser.token;
  if (sign !== '') parser.next();
  const token = parser.next();
  const { value: number } = token;
  const value = typeof number === 'bigint' ? intLiteral(parser, token, number, sign) : number;
  if (typeof number === 'bigint' || sign === '') return make(value);
  return make(double(-numberOf(number as Double)));

  function make(literal: unknown): Node {
    return parser.make({ kind: 'literal', value: literal, start, end: parser.end });
  }
}

/** The int with its sign; reports a problem if it exceeds 64 bits. */
function intLiteral(parser: Parser, token: Token, digits: bigint, sign: '' | '-'): Int {
  const value = sign === '' ? digits : -digits;
  if (value >= MIN_INT && value <= MAX_INT) return int(value);
  const message = `\`${token.text}\` does not fit an int`;
  parser.addProblem(problem('cel_literal', token, message, 'an int has 64 bits'));
  return 0;
}

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function parseName(parser: Parser, isRooted: boolean, start: number): Node {
  const { token } = parser;
  if (!isRooted && CONSTANTS.has(token.text)) {
    parser.next();
    return parser.make({ kind: 'literal', value: CONSTANTS.get(token.text), start, end: parser.end });
  }
  if (KEYWORDS.has(token.text)) return missing(parser);
  parser.next();
  if (RESERVED.has(token.text)) {
    const help = ['let', 'var', 'const'].includes(token.text)
      ? 'bind a name to a value with `cel.bind(x, value, expression)`'
      : undefined;
    parser.report(token, `\`${token.text}\` is a reserved word`, help);
  }
  if (parser.is('(')) return parseCall(parser, token, undefined, isRooted, start);
  return parser.make({ kind: 'name', name: token.text, isRooted, start, end: parser.end });
}

/**
 * Reports that an expression is expected. Operators and closing brackets are left to the surrounding expression.
 * Anything that cannot be part of an expression is skipped, and what follows is parsed in its place.
 */
function missing(parser: Parser): Node {
  const { token } = parser;
  const { start, end, text, kind } = token;
  if (kind === 'end') parser.report(token, 'unexpected end of the expression');
  else if (kind === 'quoted_name' || text === '`') {
    parser.report({ start, end }, 'unexpected backtick', 'a name in backticks is only valid after a dot');
  } else parser.report(token, `unexpected \`${text}\``, foreignCharacter(text));
  if (kind === 'mark' || kind === 'end' || text === 'in') return nothing(parser);
  parser.skipForeign();
  // The whole text in foreign quotes was skipped, and has been reported.
  if (foreignCharacter(text) !== undefined && text !== '#') return nothing(parser);
  const isFollowed =
    kind === 'bad' && ['name', 'int', 'uint', 'double', 'string'].includes(parser.token.kind);
  return isFollowed ? parsePrimary(parser) : nothing(parser);
}

/** Placeholder for a missing expression that has been reported. */
export function nothing(parser: Parser): Node {
  const { start } = parser.token;
  return parser.make({ kind: 'missing', start, end: start });
}

/** Parses the items between commas in a bracket, up to its end; a trailing comma is allowed. */
function parseUntil(parser: Parser, close: string, parseOne: () => void): void {
  const opened = parser.next();
  while (!parser.is(close) && parser.token.kind !== 'end') {
    if (parser.is(',')) {
      // The grammar allows `[,]`.
      if (parser.tokenAt(1).text !== close) parser.report(parser.token, 'unexpected `,`');
    } else {
      parseOne();
    }
    if (!parser.accept(',')) break;
  }
  parser.expect(close, opened);
}

function parseList(parser: Parser, start: number): Node {
  const elements: Element[] = [];
  parseUntil(parser, ']', () => {
    const isOptional = parser.accept('?');
    elements.push({ value: parser.expression(), isOptional });
  });
  return parser.make({ kind: 'list', elements, start, end: parser.end });
}

function parseMap(parser: Parser, start: number): Node {
  const entries: Entry[] = [];
  parseUntil(parser, '}', () => {
    const isOptional = parser.accept('?');
    const key = parser.expression();
    const value = parser.expect(':') ? parser.expression() : nothing(parser);
    entries.push({ key, value, isOptional });
  });
  return parser.make({ kind: 'map', entries, start, end: parser.end });
}

function parseMessage(parser: Parser, type: Node): Node {
  const fields: MessageField[] = [];
  parseUntil(parser, '}', () => {
    const isOptional = parser.accept('?');
    const token = parser.next();
    const isQuoted = token.kind === 'quoted_name';
    if (!isQuoted && token.kind !== 'name') parser.report(token, 'expected a field name');
    const name = isQuoted ? token.text.slice(1, -1) : token.text;
    const value = parser.expect(':') ? parser.expression() : nothing(parser);
    const nameAt = { start: token.start, end: token.end };
    fields.push({ name, nameAt, value, isOptional });
  });
  const { start, end } = type;
  const name = qualifiedName(type) ?? '';
  return parser.make({ kind: 'message', name, nameAt: { start, end }, fields, start, end: parser.end });
}
