import type { Range } from '../../diagnostic/range.ts';
import { foreignCharacter } from './foreign.ts';
import { MAX_PROBLEMS, type Problem, problem } from './problem.ts';
import { describeToken, type Token } from './token.ts';
import { childrenOf, type Node } from './tree.ts';

/** Maximum nesting of brackets: parsing them is recursive. */
export const MAX_NESTING = 64;

/** Maximum depth of a tree, in nodes: evaluation is recursive, and the stack is finite. */
export const MAX_DEPTH = 500;

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** State of a parse: its position, and the problems so far. */
export class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #parseExpression: (parser: Parser) => Node;
  readonly #problems: Problem[] = [];
  readonly #depths: number[] = [];
  #at = 0;
  #nesting = 0;
  #isStopped = false;
  #lastProblem = -1;
  #reported = 0;

  /** `parseExpression` parses the content of brackets. */
  constructor(
    source: string,
    tokens: readonly Token[],
    problems: readonly Problem[],
    parseExpression: (parser: Parser) => Node,
  ) {
    this.#source = source;
    this.#tokens = tokens;
    this.#problems.push(...problems);
    this.#parseExpression = parseExpression;
  }

  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => a.start - b.start).slice(0, MAX_PROBLEMS);
  }

  /** Number of nodes; their ids are below it. */
  get size(): number {
    return this.#depths.length;
  }

  get token(): Token {
    return this.tokenAt(0);
  }

  isAtEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** The token at an offset from the current one. */
  tokenAt(offset: number): Token {
    const end = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#at + offset, end)] ?? END;
  }

  /** End of the last token that was read. */
  get end(): number {
    return this.#at === 0 ? 0 : (this.#tokens[this.#at - 1]?.end ?? 0);
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** Passes the end of an expression, if the tokens are those of several. */
  resume(): void {
    if (this.isAtEnd() && this.#at < this.#tokens.length - 1) this.#at++;
  }

  is(mark: string): boolean {
    const { kind, text } = this.token;
    return kind === 'mark' && text === mark;
  }

  accept(mark: string): boolean {
    if (!this.is(mark)) return false;
    this.#at++;
    return true;
  }

  /**
   * Reads a symbol that is required here. If it is missing, continues after its next occurrence in this bracket;
   * false if there is none. At the end of the expression, reports the bracket that was `opened`.
   */
  expect(mark: string, opened?: Range, help?: string): boolean {
    if (this.accept(mark)) return true;
    const { token } = this;
    if (token.kind === 'end' && opened !== undefined) {
      const bracket = this.#source.slice(opened.start, opened.end);
      this.report(opened, `\`${bracket}\` is not closed`, `close it with \`${mark}\``);
      return false;
    }
    const foreign = foreignCharacter(token.text);
    this.report(token, `expected \`${mark}\`, found ${describeToken(token)}`, foreign ?? help);
    if (foreign !== undefined) this.skipForeign();
    this.skipTo([mark]);
    return this.accept(mark);
  }

  /** Skips a token, with the rest of the line if it begins a comment, or the quoted text if it is a quote. */
  skipForeign(): void {
    const { text, end } = this.next();
    if (text === '#') {
      const line = this.#source.indexOf('\n', end);
      const lineEnd = line < 0 ? this.#source.length : line;
      while (!this.isAtEnd() && this.token.start < lineEnd) this.next();
    } else if (foreignCharacter(text) !== undefined) {
      while (!this.isAtEnd() && foreignCharacter(this.next().text) === undefined);
    }
  }

  /** Skips tokens, and whole brackets, up to one of the symbols, a closing bracket or the end. */
  skipTo(marks: readonly string[]): void {
    let depth = 0;
    for (; this.token.kind !== 'end'; this.#at++) {
      const { kind, text } = this.token;
      if (kind !== 'mark') continue;
      if (depth === 0 && (marks.includes(text) || ')]}'.includes(text))) return;
      if ('([{'.includes(text)) depth++;
      else if (')]}'.includes(text)) depth--;
    }
  }

  make<N extends WithoutId<Node>>(node: N): Extract<Node, { readonly kind: N['kind'] }> {
    const made = { ...node, id: this.#depths.length } as unknown as Extract<Node, { kind: N['kind'] }>;
    const below = childrenOf(made).map(({ id }) => this.#depths[id] ?? 0);
    const depth = 1 + Math.max(0, ...below);
    this.#depths.push(depth);
    if (depth > MAX_DEPTH) {
      const help = '`&&`, `||` and lists may have any number of operands: `x in [1, 2, 3]`';
      this.stop(this.#whole, `operations are nested deeper than ${MAX_DEPTH}`, help);
    }
    return made;
  }

  get #whole(): Range {
    return { start: 0, end: this.#source.length };
  }

  /** Parses a whole expression, one bracket deeper. */
  expression(): Node {
    this.#nesting++;
    // The outermost expression is in no bracket.
    if (this.#nesting > MAX_NESTING + 1) {
      const { start } = this.token;
      this.stop({ start, end: start }, `brackets are nested deeper than ${MAX_NESTING}`);
    }
    const node = this.#parseExpression(this);
    this.#nesting--;
    return node;
  }

  /** Reports a syntax mistake; only the first at each position. */
  report({ start, end }: Range, message: string, help?: string): void {
    if (this.#isStopped || start === this.#lastProblem) return;
    const isReported = this.#problems.some((each) => overlap(each, { start, end }));
    this.#lastProblem = start;
    if (isReported) return;
    this.#problems.push(problem('cel_syntax', { start, end }, message, help));
    this.#reported++;
    // Further problems would not be shown.
    if (this.#reported >= MAX_PROBLEMS) this.#giveUp();
  }

  /** Reports an exceeded limit, and stops the parse. */
  stop(range: Range, message: string, help?: string): void {
    if (this.#isStopped) return;
    this.#problems.splice(0, this.#problems.length, problem('cel_limit', range, message, help));
    this.#giveUp();
  }

  #giveUp(): void {
    this.#isStopped = true;
    this.#at = this.#tokens.length - 1;
  }

  addProblem(added: Problem): void {
    if (!this.#isStopped) this.#problems.push(added);
  }
}

/** True if two ranges share a character; an empty range counts as one character. */
function overlap(a: Range, b: Range): boolean {
  return a.start < Math.max(b.end, b.start + 1) && b.start < Math.max(a.end, a.start + 1);
}

const END: Token = { kind: 'end', text: '', start: 0, end: 0 };
