import { isIgnoreComment } from '../../policy/lint/ignore-comments.ts';
import { quoted } from '../../policy/yaml/quote.ts';
import { asBlock, withKeyComment } from './as-block.ts';
import { expressionLines, type FormattableExpression } from './expression.ts';
import { flat } from './flat.ts';
import {
  type BlockContent,
  type Comment,
  type Gap,
  type MapContent,
  NO_GAP,
  type Node,
  type Part,
  type ScalarContent,
  type SeqContent,
  type Stream,
} from './layout.ts';
import { blockLines, scalarLines } from './scalar.ts';

/** Maximum length of a line, in characters. Only lines that cannot be broken are longer. */
const WIDTH = 110;

/** A flow sequence of more than `MANY` items of at most `SHORT` characters each fills lines when it is broken. */
const MANY = 8;
const SHORT = 40;

/** Text of a file in the canonical layout. */
export function writeLayout(stream: Stream): string {
  const writer = new LayoutWriter();
  for (const part of stream.parts) writer.part(part);
  writer.gap(stream.end, '');
  return writer.text();
}

class LayoutWriter {
  readonly #lines: string[] = [];
  /** Number of lines up to the end of the last `|+` or `>+` scalar: its trailing blank lines are part of its value. */
  #kept = 0;

  text(): string {
    while (this.#lines.length > this.#kept && this.#lines.at(-1) === '') this.#lines.pop();
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  part(part: Part): void {
    this.gap(part.before, '');
    switch (part.kind) {
      case 'directive':
        this.#lines.push(part.source);
        return;
      case 'end':
        this.#lines.push(withTrail('...', part.root.trail));
        return;
      case 'document':
        this.#document(part);
    }
  }

  #document({ root, hasMarker }: Part & { readonly kind: 'document' }): void {
    const isInline = root.content.kind === 'block';
    if (!hasMarker) return this.#value(root, '', -2);
    const [first] = root.head.comments;
    if (isInline || (root.content.kind === 'empty' && root.props.length === 0)) {
      return this.#value(root, '---', -2);
    }
    const isTrailing = first !== undefined && !first.isAlone;
    this.#lines.push(withTrail('---', isTrailing ? first.text : undefined));
    const comments = isTrailing ? root.head.comments.slice(1) : root.head.comments;
    const blank = root.head.blank && comments.length > 0 && root.props.length === 0;
    this.gap({ comments, blank }, '');
    this.#value({ ...root, head: { comments: [], blank: false } }, '', -2);
  }

  /** Writes comments on lines of their own, and the blank line after them. */
  gap({ comments, blank }: Gap, pad: string, isFirst = false): void {
    this.#comments(comments, pad, isFirst);
    if (blank && !(isFirst && comments.length === 0)) this.#blank();
  }

  #comments(comments: readonly Comment[], pad: string, isFirst = false): void {
    for (const [index, { text, blankBefore }] of comments.entries()) {
      if (blankBefore && !(isFirst && index === 0)) this.#blank();
      this.#lines.push(pad + text);
    }
  }

  #blank(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
  }

  /**
   * Writes a value after its introduction: `key:`, `-`, or nothing at the root. `indent` is the indentation of the
   * introduction, -2 at the root.
   */
  #value(node: Node, intro: string, indent: number, before: Gap = NO_GAP): void {
    const { content, trail } = node;
    const props = [intro, ...node.props].filter((part) => part !== '').join(' ');
    const inner = ' '.repeat(Math.max(0, indent + 2));
    switch (content.kind) {
      case 'empty':
        if (props !== '' || trail !== undefined) this.#lines.push(withTrail(props, trail));
        return;
      case 'map':
      case 'seq':
        return this.#collection(node, content, props, indent, before);
      case 'alias':
        this.#lines.push(withTrail(this.#prefix(node, props, inner) + content.source, trail));
        return;
      case 'block':
        return this.#block(content, this.#prefix(node, props, inner), inner);
      case 'scalar':
        return this.#scalar(content, this.#prefix(node, props, inner), inner, trail);
    }
  }

  /** Text before a value on its line, after any comments before it have been written. */
  #prefix({ head }: Node, props: string, inner: string): string {
    const start = head.comments.length === 0 ? props : this.#headed(head, props, inner);
    return start === '' ? '' : `${start} `;
  }

  /** Writes the comments between an introduction and its value, which then begins on a line of its own. */
  #headed({ comments, blank }: Gap, props: string, pad: string): string {
    const [first] = comments;
    const isTrailing = first !== undefined && !first.isAlone;
    if (props !== '') this.#lines.push(withTrail(props, isTrailing ? first.text : undefined));
    else if (isTrailing) this.#lines.push(pad + first.text);
    const rest = isTrailing ? comments.slice(1) : comments;
    this.gap({ comments: rest, blank: blank && rest.length > 0 }, pad, true);
    return pad.slice(1);
  }

  #scalar(content: ScalarContent, before: string, inner: string, trail: string | undefined): void {
    const { expression, style } = content;
    if (expression !== undefined) return this.#expression(expression, style, before, inner, trail);
    const [first = '', ...rest] = scalarLines(content, WIDTH - before.length);
    const deeper = inner === '' ? '  ' : inner;
    this.#lines.push(before + first, ...rest.map((line) => (line === '' ? '' : deeper + line)));
    this.#lines.push(withTrail(this.#lines.pop() ?? '', trail));
  }

  #block(content: BlockContent, before: string, inner: string): void {
    const { expression, comment } = content;
    const isBroken = content.lines.filter((line) => line.trim() !== '').length > 1;
    if (expression !== undefined)
      return this.#expression(expression, 'plain', before, inner, comment, isBroken);
    const { header, lines } = blockLines(content);
    this.#lines.push(withTrail(before + header, comment));
    const deeper = inner === '' ? '  ' : inner;
    for (const line of lines) this.#lines.push(line === '' ? '' : deeper + line);
    if (header.endsWith('+')) this.#kept = this.#lines.length;
  }

  /** Writes an expression on one line or as a block scalar. */
  #expression(
    expression: FormattableExpression,
    style: 'plain' | 'single' | 'double',
    before: string,
    inner: string,
    comment: string | undefined,
    isBroken = false,
  ): void {
    const lines = expressionLines(expression, WIDTH - inner.length, true);
    if (!isBroken || lines.length === 1) {
      // It may fit without quotes, which is also the result for an expression that was a block.
      const text = [style, 'plain' as const]
        .values()
        .map((quotes) => before + quoted(expression.line, quotes, false))
        .find(({ length }) => length <= WIDTH);
      if (text !== undefined) {
        this.#lines.push(withTrail(text, comment));
        return;
      }
    }
    // A folded block keeps the line ends of lines that are indented further, which `>-` would not suggest.
    const header = lines.some((line) => line.startsWith(' ')) ? '|-' : '>-';
    this.#lines.push(withTrail(before + header, comment), ...lines.map((line) => inner + line));
  }

  #collection(node: Node, content: MapContent | SeqContent, props: string, indent: number, gap: Gap): void {
    const inner = ' '.repeat(Math.max(0, indent + 2));
    const isBare = content.kind === 'map' && content.isBare;
    const isPinned = hasIgnoreComment(node, gap);
    if (content.isFlow && !isBare && this.#flow(node, content, props, indent, isPinned)) return;
    const block = asBlock(node, content);
    const isInline = /^ *[-?]$/.test(props);
    const [only, ...others] = block.node.head.comments;
    // The trailing comment of an item that becomes a block reads better above the item than after its dash.
    const isLifted = content.isFlow && isInline && only?.text === node.trail && others.length === 0;
    if (isLifted && only !== undefined) this.#lines.push(props.slice(0, -1) + only.text);
    const head = isLifted ? NO_GAP : block.node.head;
    const isAfterDash = isInline && head.comments.length === 0;
    if (!isAfterDash) this.#headed(head, props, inner);
    const from = this.#lines.length;
    if (block.content.kind === 'map') this.#pairs(block.content, inner);
    else this.#items(block.content, inner);
    this.#comments(block.content.end, inner);
    const first = this.#lines[from];
    if (isAfterDash && first !== undefined) this.#lines[from] = `${props} ${first.slice(inner.length)}`;
  }

  #pairs({ items }: MapContent, pad: string): void {
    for (const [index, { before, isExplicit, key, value }] of items.entries()) {
      this.gap(before, pad, index === 0);
      const name = flat(key, { isInFlow: false });
      const isPlainKey = name !== undefined && key.head.comments.length === 0;
      if (isPlainKey && (!isExplicit || (key.content.kind === 'scalar' && key.trail === undefined))) {
        const colon = key.content.kind === 'alias' ? ' :' : ':';
        this.#value(withKeyComment(value, key), `${pad}${name}${colon}`, pad.length, before);
      } else if (isExplicit) {
        this.#value(key, `${pad}?`, pad.length);
        this.#value(value, `${pad}:`, pad.length);
      } else {
        const bare = { ...key, trail: undefined, head: { comments: [], blank: false } };
        const text = flat(bare, { isInFlow: false }) ?? '';
        this.#value(withKeyComment(value, key), `${pad}${text}:`, pad.length, before);
      }
    }
  }

  #items({ items }: SeqContent, pad: string): void {
    for (const [index, { before, value }] of items.entries()) {
      this.gap(before, pad, index === 0);
      this.#value(value, `${pad}-`, pad.length, before);
    }
  }

  /** Writes a flow collection in flow style; false if it should be written as a block. */
  #flow(
    node: Node,
    content: MapContent | SeqContent,
    props: string,
    indent: number,
    isPinned: boolean,
  ): boolean {
    const inner = ' '.repeat(Math.max(0, indent + 2));
    const { head, trail } = node;
    const text = flat(
      { ...node, props: [], head: { comments: [], blank: false }, trail: undefined },
      { isInFlow: false },
    );
    const width = head.comments.length === 0 && props !== '' ? props.length + 1 : inner.length;
    const room = isPinned ? Number.POSITIVE_INFINITY : WIDTH - width;
    const isEmpty = content.items.length === 0;
    const filled =
      content.kind === 'seq' && text !== undefined && text.length > room ? fill(content, inner) : undefined;
    if (!isEmpty && filled === undefined && (text === undefined || text.length > room)) return false;
    const start = head.comments.length === 0 ? props : this.#headed(head, props, inner);
    const before = start === '' ? '' : `${start} `;
    if (filled === undefined && text !== undefined) {
      this.#lines.push(withTrail(before + text, trail));
      return true;
    }
    const [open, close] = content.kind === 'map' ? ['{', '}'] : ['[', ']'];
    const pad = /^ *[-?]$/.test(props) || start !== props ? inner : inner.slice(2);
    this.#lines.push(before + open);
    this.#comments(content.end, `${pad}  `, true);
    for (const line of filled ?? []) this.#lines.push(`${pad}  ${line}`);
    this.#lines.push(withTrail(pad + close, trail));
    return true;
  }
}

/**
 * True if an ignore comment of `lictor check` applies to the line on which a value begins. The value then stays on one
 * line, as the comment would apply only to the first line of a broken value.
 */
function hasIgnoreComment({ head, trail }: Node, before: Gap): boolean {
  const comments = [...before.comments, ...head.comments].map(({ text }) => text);
  return [...comments, trail ?? ''].some(isIgnoreComment);
}

/** Filled lines of a long sequence of short items; undefined for other sequences. */
function fill({ items }: SeqContent, pad: string): readonly string[] | undefined {
  const texts = items.map(({ value }) => flat(value, { isInFlow: true }) ?? '');
  if (texts.length <= MANY || texts.some((text) => text === '' || text.length > SHORT)) return undefined;
  const lines: string[] = [];
  for (const text of texts) {
    const line = lines.at(-1);
    const longer = `${line} ${text},`;
    if (line !== undefined && pad.length + 2 + longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`${text},`);
  }
  return lines;
}

function withTrail(line: string, comment: string | undefined): string {
  return comment === undefined ? line : `${line} ${comment}`;
}
