import type { Range } from '../../diagnostic/range.ts';
import { foreignCharacter } from './foreign.ts';
import { MAX_PROBLEMS, type Problem, problem } from './problem.ts';
import { describeToken, type Token } from './token.ts';
import { childrenOf, type Node } from './tree.ts';

/** How deep brackets may stand in one another: reading them recurses. */
export const MAX_NESTING = 64;

/** In nodes, from the root down: evaluating recurses, and the stack is finite. */
export const MAX_DEPTH = 500;

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Where reading stands, and what came out of it so far. */
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

  /** `parseExpression` reads what stands within brackets. */
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

  /** How many nodes there are; ids are below it. */
  get size(): number {
    return this.#depths.length;
  }

  get token(): Token {
    return this.tokenAt(0);
  }

  isAtEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** The token so many further. */
  tokenAt(offset: number): Token {
    const end = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#at + offset, end)] ?? END;
  }

  /** Where what was read last ends. */
  get end(): number {
    return this.#at === 0 ? 0 : (this.#tokens[this.#at - 1]?.end ?? 0);
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
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
   * Reads a mark that has to be here. Where it is not, goes on behind the next one before this bracket closes; false:
   * there is none. Where the expression ends, what is told is the bracket that was `opened`.
   */
  expect(mark: string, opened?: Range, advice?: string): boolean {
    if (this.accept(mark)) return true;
    const { token } = this;
    if (token.kind === 'end' && opened !== undefined) {
      const bracket = this.#source.slice(opened.start, opened.end);
      this.report(opened, `\`${bracket}\` is not closed`, `close it with \`${mark}\``);
      return false;
    }
    const help = foreignCharacter(token.text);
    this.report(token, `expected \`${mark}\`, found ${describeToken(token)}`, help ?? advice);
    if (help !== undefined) this.skipForeign();
    this.skipTo([mark]);
    return this.accept(mark);
  }

  /** Passes over a token; over the rest of the line where it begins a comment, over text where it is a quote. */
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

  /** Passes over tokens, and whole brackets, to one of the marks, to a bracket that closes, or to the end. */
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
      this.stop(this.#whole, `operations nest deeper than ${MAX_DEPTH}`, help);
    }
    return made;
  }

  get #whole(): Range {
    return { start: 0, end: this.#source.length };
  }

  /** Reads a whole expression, one bracket further in. */
  expression(): Node {
    this.#nesting++;
    // The expression itself stands in none.
    if (this.#nesting > MAX_NESTING + 1) {
      const { start } = this.token;
      this.stop({ start, end: start }, `brackets nest deeper than ${MAX_NESTING}`);
    }
    const node = this.#parseExpression(this);
    this.#nesting--;
    return node;
  }

  /** Tells a syntax mistake; of those at one place only the first. */
  report({ start, end }: Range, message: string, help?: string): void {
    if (this.#isStopped || start === this.#lastProblem) return;
    const isTold = this.#problems.some((told) => overlap(told, { start, end }));
    this.#lastProblem = start;
    if (isTold) return;
    this.#problems.push(problem('cel_syntax', { start, end }, message, help));
    this.#reported++;
    // Those that follow would not be shown.
    if (this.#reported >= MAX_PROBLEMS) this.#giveUp();
  }

  /** Tells of a limit, and reads nothing more. */
  stop(place: Range, message: string, help?: string): void {
    if (this.#isStopped) return;
    this.#problems.splice(0, this.#problems.length, problem('cel_limit', place, message, help));
    this.#giveUp();
  }

  #giveUp(): void {
    this.#isStopped = true;
    this.#at = this.#tokens.length - 1;
  }

  tell(told: Problem): void {
    if (!this.#isStopped) this.#problems.push(told);
  }
}

/** Whether two stretches share a character; an empty one is as wide as one. */
function overlap(a: Range, b: Range): boolean {
  return a.start < Math.max(b.end, b.start + 1) && b.start < Math.max(a.end, a.start + 1);
}

const END: Token = { kind: 'end', text: '', start: 0, end: 0 };
