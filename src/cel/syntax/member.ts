import { type Double, double, type Int, int, numberOf } from '../value/number.ts';
import { foreignCharacter } from './foreign.ts';
import { expandMacro } from './macro.ts';
import type { Parser } from './parser.ts';
import { problem } from './problem.ts';
import { KEYWORDS, RESERVED, type Token } from './token.ts';
import type { Element, Entry, MessageField, Node } from './tree.ts';

/** Reads what operators stand between: a literal, a name, a list, with everything that follows it by dot or bracket. */
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

/** `.f`, `.?f`, or `.f(...)`, the dot being read. */
function parseAfterDot(parser: Parser, operand: Node, start: number): Node {
  const isOptional = parser.accept('?');
  const { token } = parser;
  const isQuoted = token.kind === 'quoted_name';
  if (!isQuoted && (token.kind !== 'name' || KEYWORDS.has(token.text))) {
    const isEnd = token.kind === 'end';
    const message = isEnd ? 'the expression ends too early' : `expected a name behind the dot`;
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
  return `\`${text}\` is a word of the language; as a key it stands in brackets: \`['${text}']\``;
}

/** Reads the arguments of a call, its name being read. */
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
    const advice = parser.is(',') ? "a list is written in brackets: `['a', 'b']`" : undefined;
    parser.expect(')', opened, advice);
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

/** A number with the sign that stands before it. */
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

/** The int with its sign; a problem when 64 bits do not hold it. */
function intLiteral(parser: Parser, token: Token, digits: bigint, sign: '' | '-'): Int {
  const value = sign === '' ? digits : -digits;
  if (value >= MIN_INT && value <= MAX_INT) return int(value);
  const message = `\`${token.text}\` does not fit an int`;
  parser.tell(problem('cel_literal', token, message, 'an int has 64 bits'));
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
      ? 'a name for a value is given by `cel.bind(x, value, expression)`'
      : undefined;
    parser.report(token, `\`${token.text}\` is a reserved word`, help);
  }
  if (parser.is('(')) return parseCall(parser, token, undefined, isRooted, start);
  return parser.make({ kind: 'name', name: token.text, isRooted, start, end: parser.end });
}

/**
 * Where an expression has to be and is none. Operators and closing brackets stay: what is around goes on there.
 * What can be no part of an expression is passed over, and what follows is read in its place.
 */
function missing(parser: Parser): Node {
  const { token } = parser;
  const { start, end, text, kind } = token;
  if (kind === 'end') parser.report(token, 'the expression ends too early');
  else if (kind === 'quoted_name' || text === '`') {
    parser.report({ start, end }, 'unexpected backtick', 'a name in backticks stands behind a dot');
  } else parser.report(token, `unexpected \`${text}\``, foreignCharacter(text));
  if (kind === 'mark' || kind === 'end' || text === 'in') return nothing(parser);
  parser.skipForeign();
  // What a quote of another kind was to be is told already.
  if (foreignCharacter(text) !== undefined && text !== '#') return nothing(parser);
  const isFollowed =
    kind === 'bad' && ['name', 'int', 'uint', 'double', 'string'].includes(parser.token.kind);
  return isFollowed ? parsePrimary(parser) : nothing(parser);
}

/** In the place of an expression that is not there, when that was told. */
export function nothing(parser: Parser): Node {
  const { start } = parser.token;
  return parser.make({ kind: 'missing', start, end: start });
}

/** Reads a bracket and what stands between commas in it, up to the one that closes; a comma may stand behind the last. */
function parseUntil(parser: Parser, close: string, parseOne: () => void): void {
  const opened = parser.next();
  while (!parser.is(close) && parser.token.kind !== 'end') {
    if (parser.is(',')) {
      // `[,]` is a list to the grammar.
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

/** `a.b` of a chain of plain names; undefined for everything else. */
function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'name') return (node.isRooted ? '.' : '') + node.name;
  if (node.kind !== 'select' || node.isOptional) return undefined;
  const { start, end } = node.fieldAt;
  // A name in quotes is none of a type.
  if (end - start > node.field.length) return undefined;
  const before = qualifiedName(node.operand);
  return before === undefined ? undefined : `${before}.${node.field}`;
}

function parseMessage(parser: Parser, type: Node): Node {
  const fields: MessageField[] = [];
  parseUntil(parser, '}', () => {
    const isOptional = parser.accept('?');
    const token = parser.next();
    const isQuoted = token.kind === 'quoted_name';
    if (!isQuoted && token.kind !== 'name') parser.report(token, 'expected the name of a field');
    const name = isQuoted ? token.text.slice(1, -1) : token.text;
    const value = parser.expect(':') ? parser.expression() : nothing(parser);
    fields.push({ name, value, isOptional });
  });
  const { start, end } = type;
  const name = qualifiedName(type) ?? '';
  return parser.make({ kind: 'message', name, nameAt: { start, end }, fields, start, end: parser.end });
}
