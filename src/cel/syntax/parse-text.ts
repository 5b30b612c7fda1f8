import type { Range } from '../../diagnostic/range.ts';
import { type Parsed, parseAll, parserOf } from './parse.ts';
import type { Parser } from './parser.ts';
import { type Problem, problem } from './problem.ts';
import { scan } from './scan.ts';
import type { Token } from './token.ts';
import type { Node } from './tree.ts';

/** An expression in a text, from its `${` to its `}`. */
export interface Hole extends Range {
  readonly node: Node;
  /** The call of `string` around it; undefined if the hole is the whole text and is kept as it is. */
  readonly call: Node | undefined;
}

export interface ParsedText extends Parsed {
  readonly holes: readonly Hole[];
  /** The tokens of all expressions. */
  readonly tokens: readonly Token[];
}

/**
 * Treatment of a hole that is the whole text: its value as it is, as a string, or as an optional string. The holes of a
 * longer text are strings.
 */
export type WholeHole = 'value' | 'string' | 'optional';

/** Maximum number of expressions in a text: the tree of the text is as deep. */
const MAX_HOLES = 100;

const OPEN = '${';
/** Written for the text `${`. */
const ESCAPED = '$${';

/** True if a text has an expression, or an escaped `${`. */
export function mayInterpolate(text: string): boolean {
  return text.includes(OPEN);
}

/** The text between the expressions, with `$${` as `${`, and the number of expressions. */
export function literalsOf(source: string): { readonly text: string; readonly holes: number } {
  const parts = partsOf(source);
  const text = parts.map((part) => ('value' in part ? part.value : '')).join('');
  return { text, holes: parts.filter((part) => 'tokens' in part).length };
}

/** The offset of the expression of a `${` that is not closed, as while it is written; undefined if there is none. */
export function openExpression(source: string): number | undefined {
  const open = partsOf(source).find((part) => 'tokens' in part && !part.isClosed);
  return open && open.start + OPEN.length;
}

/**
 * Parses a text with expressions, such as `Bearer ${jwt.subject}`, into the tree of `'Bearer ' + string(jwt.subject)`.
 * All positions are those of the text. Total: every text has a tree.
 */
export function parseText(source: string, whole: WholeHole = 'value'): ParsedText {
  const parts = partsOf(source);
  const found = parts.filter((part): part is HolePart => 'tokens' in part);
  const tokens = found.flatMap((part) => part.tokens);
  const unclosed = found.find(({ isClosed }) => !isClosed);
  const scanned = unclosed === undefined ? found.flatMap((part) => part.problems) : [];
  const parser = parserOf(source, tokens.length > 0 ? tokens : [END], scanned);
  const isWhole = parts.length === 1 && found.length === 1;
  const holes: Hole[] = [];
  let root: Node | undefined;
  for (const part of parts) {
    let node: Node;
    if ('value' in part) {
      node = parser.make({ kind: 'literal', value: part.value, start: part.start, end: part.end });
    } else {
      const { start, end } = part;
      const inner = parseAll(parser);
      parser.resume();
      const call = isWhole ? wholeCall(inner, part, whole, parser) : stringOf(inner, part, parser);
      holes.push({ start, end, node: inner, call });
      node = call ?? inner;
    }
    const range = { start: root?.start ?? part.start, end: part.end };
    root =
      root === undefined
        ? node
        : parser.make({ kind: 'operator', operator: '+', operands: [root, node], ...range });
  }
  root ??= parser.make({ kind: 'literal', value: '', start: 0, end: 0 });
  return { root, size: parser.size, problems: problemsOf(source, found, parser.problems), holes, tokens };
}

function problemsOf(
  source: string,
  holes: readonly HolePart[],
  parsed: readonly Problem[],
): readonly Problem[] {
  const unclosed = holes.find(({ isClosed }) => !isClosed);
  if (unclosed !== undefined) return [unclosedProblem(source, unclosed)];
  const extra = holes[MAX_HOLES];
  if (extra !== undefined)
    return [problem('cel_limit', extra, `a text has at most ${MAX_HOLES} expressions`)];
  const empty = holes.find(({ tokens }) => tokens.length === 1);
  if (empty === undefined) return parsed;
  const written = source.slice(empty.start, empty.end);
  const help = `write an expression, or \`$${written}\` for the text \`${written}\``;
  return [problem('cel_syntax', empty, `\`${written}\` has no expression`, help)];
}

/** A name right after `${`, such as in `${jwt.subject and more`, is probably the whole expression. */
function unclosedProblem(source: string, { start }: Range): Problem {
  const [name] = /^\$\{\s*[A-Za-z_][\w.]*/.exec(source.slice(start)) ?? [];
  const range = { start, end: start + (name ?? OPEN).length };
  const help =
    name === undefined
      ? `close it with \`}\`, or write \`${ESCAPED}\` for the text \`${OPEN}\``
      : `write \`${name}}\`, or \`${ESCAPED}\` for the text \`${OPEN}\``;
  const edit = name === undefined ? undefined : { ...range, text: `${name}}` };
  return problem('cel_syntax', range, `\`${OPEN}\` is not closed`, { help, edit });
}

function stringOf(inner: Node, { start, end }: Range, parser: Parser): Node {
  const nameAt = { start, end: start + OPEN.length };
  return parser.make({
    kind: 'call',
    name: 'string',
    nameAt,
    isRooted: true,
    receiver: undefined,
    args: [inner],
    isSpread: false,
    start,
    end,
  });
}

/** No expression can read a variable with this name. */
const VALUE = '${}';

function wholeCall(inner: Node, range: Range, whole: WholeHole, parser: Parser): Node | undefined {
  if (whole === 'value') return undefined;
  if (whole === 'string') return stringOf(inner, range, parser);
  const { start, end } = range;
  const value = parser.make({
    kind: 'name',
    name: VALUE,
    isRooted: false,
    start: inner.start,
    end: inner.end,
  });
  const body = stringOf(value, range, parser);
  return parser.make({
    kind: 'optional_map',
    isFlat: false,
    operand: inner,
    variable: VALUE,
    body,
    start,
    end,
  });
}

interface LiteralPart extends Range {
  readonly value: string;
}

interface HolePart extends Range {
  /** The last one is the end of the expression. */
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
  readonly isClosed: boolean;
}

const END: Token = { kind: 'end', text: '', value: undefined, start: 0, end: 0 };

/** The parts of a text in order. `$${` is the text `${`; a `$` before anything else is a `$`. */
function partsOf(source: string): readonly (LiteralPart | HolePart)[] {
  const parts: (LiteralPart | HolePart)[] = [];
  let literal = '';
  let start = 0;
  let at = 0;
  const endLiteral = (): void => {
    if (literal !== '') parts.push({ value: literal, start, end: at });
    literal = '';
  };
  while (at < source.length) {
    const open = source.indexOf(OPEN, at);
    if (open > at && source[open - 1] === '$') {
      literal += source.slice(at, open - 1) + OPEN;
      at = open + OPEN.length;
      continue;
    }
    const end = open === -1 ? source.length : open;
    literal += source.slice(at, end);
    at = end;
    if (open === -1) break;
    endLiteral();
    const scanned = scan(source, { from: open + OPEN.length, untilBrace: true });
    at = scanned.isClosed ? scanned.end + 1 : source.length;
    const { tokens, problems, isClosed } = scanned;
    parts.push({ tokens, problems, isClosed, start: open, end: at });
    start = at;
  }
  endLiteral();
  return parts;
}
