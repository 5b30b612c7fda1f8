import type { CST } from 'yaml';
import type { Comment, Gap, MapContent, Node, SeqContent } from './layout.ts';

/** A block collection that has ended, and the column of its items. */
interface ClosedBlock {
  readonly content: MapContent | SeqContent;
  readonly column: number;
}

/** Collects comments and line ends between values, and assigns each comment to a value, a gap or a block. */
export class Trivia {
  readonly #text: string;
  #comments: Comment[] = [];
  /** Line ends since the last token; 1 at the start, as the file begins on a new line. */
  #lineEnds = 1;
  /** Node that gets a comment on the same line as its trailing comment. */
  #last: Node | undefined;
  /** Block collections that ended since the last value, the innermost first. */
  #closed: ClosedBlock[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Adds a token that is white space or a comment; false for any other token, which the caller must read. */
  add({ type, source, offset }: CST.SourceToken): boolean {
    switch (type) {
      case 'comment':
        this.#comment(source, offset);
        return true;
      case 'newline':
        this.#lineEnds += 1;
        return true;
      case 'space':
      case 'byte-order-mark':
        return true;
      default:
        return false;
    }
  }

  addAll(tokens: readonly CST.SourceToken[] | undefined): void {
    for (const token of tokens ?? []) this.add(token);
  }

  #comment(source: string, offset: number): void {
    const text = source.trimEnd();
    const isAlone = this.#lineEnds > 0;
    if (
      !isAlone &&
      this.#last !== undefined &&
      this.#last.trail === undefined &&
      this.#comments.length === 0
    ) {
      this.#last.trail = text;
      return;
    }
    const blankBefore = this.#lineEnds > 1;
    this.#comments.push({ text, column: this.columnOf(offset), blankBefore, isAlone });
    this.#lineEnds = 0;
  }

  columnOf(offset: number): number {
    return offset - (this.#text.lastIndexOf('\n', offset - 1) + 1);
  }

  /** Called after an indicator or a property. `node` gets a comment on the same line. */
  pass(node?: Node): void {
    this.#lineEnds = 0;
    this.#last = node;
  }

  /** Called after a comma. A comment on the same line still belongs to the value before the comma. */
  passComma(): void {
    this.#lineEnds = 0;
  }

  /** Called after the value of a node. `lineEnds` is the number of line ends at its end that are part of it. */
  ended(node: Node, lineEnds = 0): void {
    this.#lineEnds = lineEnds;
    this.#last = lineEnds > 0 ? undefined : node;
  }

  closed(content: MapContent | SeqContent, column: number): void {
    this.#closed.push({ content, column });
  }

  /**
   * Takes the gap before a value that begins in `column`. A comment that is indented deeper belongs to the end of the
   * block above it.
   */
  take(column: number): Gap {
    const left: Comment[] = [];
    let from = 0;
    for (const comment of this.#comments) {
      const index = left.length === 0 && comment.column > column ? this.#blockAt(comment.column, from) : -1;
      const closed = this.#closed[index];
      if (closed === undefined) left.push(comment);
      else {
        closed.content.end.push(comment);
        from = index;
      }
    }
    const blank = this.#lineEnds > 1;
    this.#comments = [];
    this.#closed = [];
    return { comments: left, blank };
  }

  /** Index of the innermost ended block that contains the column; of two blocks in the same column, the outer one. */
  #blockAt(column: number, from: number): number {
    const inner = this.#closed.findIndex((closed, index) => index >= from && closed.column <= column);
    const found = this.#closed[inner]?.column;
    return this.#closed.findLastIndex((closed, index) => index >= from && closed.column === found);
  }
}
