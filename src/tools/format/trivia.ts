import type { CST } from 'yaml';
import type { Comment, Gap, MapContent, Node, SeqContent } from './layout.ts';

interface Closed {
  readonly content: MapContent | SeqContent;
  readonly column: number;
}

/** Gathers what stands between values, and settles whose it is. */
export class Trivia {
  readonly #text: string;
  #comments: Comment[] = [];
  /** Line ends since whatever came last; the file begins as behind one. */
  #lineEnds = 1;
  /** Takes a comment on the line where it ends. */
  #last: Node | undefined;
  /** Block collections that ended since the last value, the innermost first. */
  #closed: Closed[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads a token that is white space or a comment. Anything else is left to the caller. */
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

  /** Something that is no value has been read: an indicator, or a property. */
  pass(node?: Node): void {
    this.#lineEnds = 0;
    this.#last = node;
  }

  /** A comma: a comment behind it belongs to what stands before it. */
  passComma(): void {
    this.#lineEnds = 0;
  }

  /** The value of a node ends here; `lineEnds` of them are part of it. */
  ended(node: Node, lineEnds = 0): void {
    this.#lineEnds = lineEnds;
    this.#last = lineEnds > 0 ? undefined : node;
  }

  closed(content: MapContent | SeqContent, column: number): void {
    this.#closed.push({ content, column });
  }

  /**
   * What stands before a value that begins in `column`. A comment that is indented deeper stays with the block that has
   * ended above it.
   */
  take(column: number): Gap {
    const left: Comment[] = [];
    let from = 0;
    for (const comment of this.#comments) {
      const home = left.length === 0 && comment.column > column ? this.#home(comment.column, from) : -1;
      const closed = this.#closed[home];
      if (closed === undefined) left.push(comment);
      else {
        closed.content.end.push(comment);
        from = home;
      }
    }
    const blank = this.#lineEnds > 1;
    this.#comments = [];
    this.#closed = [];
    return { comments: left, blank };
  }

  /** The innermost of the ended blocks that the column lies in; of two that began in one column the outer. */
  #home(column: number, from: number): number {
    const inner = this.#closed.findIndex((closed, index) => index >= from && closed.column <= column);
    const found = this.#closed[inner]?.column;
    return this.#closed.findLastIndex((closed, index) => index >= from && closed.column === found);
  }
}
