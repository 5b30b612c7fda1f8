import { TypeError as CheckError, ParseError } from '@marcbachmann/cel-js';
import type { Prepared } from './engine.ts';
import { foreignField, foreignOperator } from './foreign.ts';
import type { Problem } from './program.ts';
import { isNode, type Node } from './syntax-tree.ts';
import { formatType } from './type.ts';

/** The problem that an error out of the engine's parser or checker stands for. Never throws. */
export function problemOf(error: unknown, source: string, prepared: Prepared): Problem {
  if (error instanceof RangeError) return whole(source, 'cel_limit', 'the expression nests too deeply');
  if (error instanceof ParseError) return at(error.range, source, parseProblem(error, source));
  if (error instanceof CheckError) {
    const node: unknown = error.node;
    if (isNode(node)) return at(node, source, checkProblem(error, node, source, prepared));
  }
  return whole(source, 'cel_type', 'the types of the expression cannot be told');
}

type Bare = Omit<Problem, 'start' | 'end'> & { readonly range?: Range };
interface Range {
  readonly start: number;
  readonly end: number;
}

function at(range: Range | undefined, source: string, { range: closer, ...bare }: Bare): Problem {
  const { start, end } = closer ?? range ?? { start: 0, end: source.length };
  const clamped = Math.min(Math.max(start, 0), source.length);
  return { ...bare, start: clamped, end: Math.min(Math.max(end, clamped), source.length) };
}

function whole(source: string, code: Problem['code'], message: string): Problem {
  return { code, message, start: 0, end: source.length };
}

/** How the tokens of the engine's messages are written. */
const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  NUMBER: 'a number',
  STRING: 'text',
  BYTES: 'bytes',
  BOOLEAN: 'a bool',
  NULL: '`null`',
  IDENTIFIER: 'a name',
  PLUS: '`+`',
  MINUS: '`-`',
  MULTIPLY: '`*`',
  DIVIDE: '`/`',
  MODULO: '`%`',
  EQ: '`==`',
  NE: '`!=`',
  LT: '`<`',
  LE: '`<=`',
  GT: '`>`',
  GE: '`>=`',
  AND: '`&&`',
  OR: '`||`',
  NOT: '`!`',
  IN: '`in`',
  LPAREN: '`(`',
  RPAREN: '`)`',
  LBRACKET: '`[`',
  RBRACKET: '`]`',
  LBRACE: '`{`',
  RBRACE: '`}`',
  DOT: '`.`',
  COMMA: '`,`',
  COLON: '`:`',
  QUESTION: '`?`',
};

function parseProblem(error: ParseError, source: string): Bare {
  const { code, summary } = error;
  const syntax = (message: string, help?: string): Bare => ({
    code: 'cel_syntax',
    message,
    ...(help === undefined ? {} : { help }),
  });
  const tokens = summary.match(/[A-Z]{2,}/g) ?? [];
  const [first = 'nothing', second = 'nothing'] = tokens.map((token) => TOKENS[token] ?? token.toLowerCase());
  switch (code) {
    case 'limit_exceeded':
      return summary.includes('maxAstNodes')
        ? { code: 'cel_limit', message: 'the expression is too large', range: { start: 0, end: Infinity } }
        : { code: 'cel_limit', message: limitMessage(summary) };
    case 'unexpected_token':
      return syntax(tokens[0] === 'EOF' ? 'the expression ends too early' : `unexpected ${first}`);
    case 'expected_token':
      return syntax(`expected ${first}, found ${second}`);
    case 'unexpected_character': {
      const { start = 0, end = 0 } = error.range ?? {};
      const { found, help, ...range } = foreignOperator(source, start, end);
      return { ...syntax(found === '`' ? 'unexpected backtick' : `unexpected \`${found}\``, help), range };
    }
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
      return syntax('text without a closing quote');
    case 'newline_in_string':
      return syntax('a line break within text', "write `\\n`, or put the text in `'''`");
    case 'reserved_identifier':
      return syntax(`\`${summary.replace(/^.*: /, '')}\` is a reserved word`);
    case 'invalid_macro_argument':
      return syntax('the first argument must be the name of a variable', 'as in `list.exists(x, x == 1)`');
    default:
      // What is left concerns escapes and numbers; the engine's sentence has the author's own text only.
      return syntax(summary.charAt(0).toLowerCase() + summary.slice(1));
  }
}

function limitMessage(summary: string): string {
  const limit = /\((\d+)\)/.exec(summary)?.[1] ?? '';
  if (summary.includes('maxDepth')) return `the expression nests deeper than ${limit}`;
  if (summary.includes('maxListElements')) return `a list has more than ${limit} elements`;
  if (summary.includes('maxMapEntries')) return `a map has more than ${limit} entries`;
  return `a call has more than ${limit} arguments`;
}

function checkProblem(error: CheckError, node: Node, source: string, prepared: Prepared): Bare {
  const type = (message: string, help?: string, range?: Range): Bare => ({
    code: 'cel_type',
    message,
    ...(help === undefined ? {} : { help }),
    ...(range === undefined ? {} : { range }),
  });
  const named = (part: Node): string => formatType(prepared.typeOf(part.checkedType));
  const operands = (Array.isArray(node.args) ? node.args : [node.args]).filter(isNode);
  switch (error.code) {
    case 'no_such_overload': {
      const operator = node.op.replace('_', '');
      const types = operands.map((operand) => `\`${named(operand)}\``).join(' and ');
      return type(
        `\`${operator}\` does not take ${types}`,
        conversionHelp(operator, operands, operands.map(named)),
      );
    }
    case 'no_matching_overload': {
      const call = readable(/for '(.*)'$/.exec(error.summary)?.[1] ?? '');
      return type(`there is no \`${call}\``, 'the arguments have other types than any form of it takes');
    }
    case 'invalid_logical_operand': {
      const wrong = operands.find((operand) => !['bool', 'dyn'].includes(named(operand)));
      return type(
        `\`${node.op}\` takes bool, not \`${wrong === undefined ? '' : named(wrong)}\``,
        undefined,
        wrong,
      );
    }
    case 'invalid_condition_type':
      return type(`a condition must be bool, not \`${named(node)}\``);
    case 'incompatible_ternary_branches': {
      const [, yes, no] = operands;
      if (yes === undefined || no === undefined) break;
      return type(`the branches of \`?:\` have different types, \`${named(yes)}\` and \`${named(no)}\``);
    }
    case 'invalid_macro_argument':
      return type('`has` takes a field of a name, such as `has(jwt.claims.tenant)`');
    case 'cannot_index_type': {
      const [base] = operands;
      const { pos: start, end } = node;
      const help = foreignField(source.slice(start, end));
      return type(`\`${base === undefined ? '' : named(base)}\` has no fields`, help, { start, end });
    }
    case 'no_such_key':
      return type(`no such field \`${error.summary.replace(/^.*: /, '')}\``);
    case 'invalid_comprehension_range':
      return type(`only lists and maps have elements, \`${named(node)}\` has none`);
    default:
      break;
  }
  return type(readable(error.summary.charAt(0).toLowerCase() + error.summary.slice(1)));
}

function conversionHelp(
  operator: string,
  operands: readonly Node[],
  types: readonly string[],
): string | undefined {
  const [left, right] = types;
  if (left === undefined || right === undefined) return undefined;
  if (left.startsWith('optional(')) return 'give the optional a default: `.orValue(...)`';
  if (right.startsWith('optional(')) return 'give the optional a default: `.orValue(...)`';
  const numbers = ['int', 'uint', 'double'];
  if (numbers.includes(left) && numbers.includes(right)) return 'convert one with `int()` or `double()`';
  const text = left === 'string' ? operands[0] : operands[1];
  if (![left, right].includes('string') || ![left, right].some((each) => numbers.includes(each)))
    return undefined;
  if (operator === '+') return 'convert the number with `string()`';
  // As text, `9` is more than `10`: numbers are compared as numbers.
  if (text?.op !== 'value' || typeof text.args !== 'string') return 'convert the text with `int()`';
  if (/^-?[0-9]{1,18}$/.test(text.args)) return `write \`${text.args}\` without quotes`;
  return 'a number is compared with a number';
}

/** The engine's spelling of types and of our replaced functions, as an author writes them. */
function readable(text: string): string {
  return text
    .replaceAll('google.protobuf.Timestamp', 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll('RegularExpression', 'string')
    .replace(/(^|\.)0(?=[a-zA-Z]+\()/g, '$1')
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .replaceAll('$', '')
    .replaceAll("'", '`');
}
