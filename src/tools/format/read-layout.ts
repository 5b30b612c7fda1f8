import { type CST, Parser } from 'yaml';
import { quoted } from '../../policy/yaml/quote.ts';
import { type FormattableExpression, formattedText, readExpression } from './expression.ts';
import type { WrittenExpression } from './expression-places.ts';
import {
  type Content,
  emptyNode,
  type Gap,
  type Item,
  type MapContent,
  type Node,
  type Pair,
  type Part,
  type SeqContent,
  type Stream,
} from './layout.ts';
import { Trivia } from './trivia.ts';

/** CEL expressions of a file by the offset of their scalar. */
export type Expressions = ReadonlyMap<number, WrittenExpression>;

/** A token that the formatter does not support. */
class UnsupportedToken extends Error {}

/** Reads a text that is valid YAML. Throws for a token that the formatter does not support. */
export function readLayout(text: string, expressions: Expressions): Stream {
  return new LayoutReader(text, expressions).stream();
}

class LayoutReader {
  readonly #text: string;
  readonly #expressions: Expressions;
  readonly #trivia: Trivia;
  /** Number of enclosing values with an anchor. Their expressions are kept: an alias may repeat them as other text. */
  #anchored = 0;

  constructor(text: string, expressions: Expressions) {
    this.#text = text;
    this.#expressions = expressions;
    this.#trivia = new Trivia(text);
  }

  stream(): Stream {
    const parts: Part[] = [];
    for (const token of new Parser().parse(this.#text)) {
      switch (token.type) {
        case 'document':
          parts.push(this.#document(token));
          break;
        case 'directive': {
          parts.push({ kind: 'directive', before: this.#trivia.take(-1), source: token.source });
          this.#trivia.pass();
          break;
        }
        case 'doc-end': {
          const root = emptyNode();
          parts.push({ kind: 'end', before: this.#trivia.take(-1), root });
          this.#trivia.ended(root);
          this.#trivia.addAll(token.end);
          break;
        }
        case 'comment':
        case 'newline':
        case 'space':
        case 'byte-order-mark':
          this.#trivia.add(token);
          break;
        default:
          throw new UnsupportedToken(`a token of type ${token.type}`);
      }
    }
    return { parts, end: this.#trivia.take(-1) };
  }

  #document({ start, value, end }: CST.Document): Part {
    const root = emptyNode();
    let before: Gap | undefined;
    let hasMarker = false;
    for (const token of start) {
      if (this.#trivia.add(token)) continue;
      if (token.type === 'doc-start') {
        before = this.#trivia.take(-1);
        this.#trivia.pass(root);
        hasMarker = true;
        continue;
      }
      before ??= this.#trivia.take(-1);
      this.#property(token, root);
      this.#trivia.pass(root);
    }
    before ??= this.#trivia.take(-1);
    this.#value(value, root);
    this.#trivia.addAll(end);
    return { kind: 'document', before, hasMarker, root };
  }

  #property(token: CST.SourceToken, node: Node): void {
    if (token.type !== 'anchor' && token.type !== 'tag') throw new UnsupportedToken(`a ${token.type} here`);
    node.props.push(token.source);
    this.#trivia.passComma();
  }

  /** Reads the value of a node whose properties have been read. */
  #value(token: CST.Token | null | undefined, node: Node): void {
    if (token === undefined || token === null) return;
    if (token.type === 'scalar' && token.source === '') return this.#trivia.addAll(token.end);
    const { trail } = node;
    node.trail = undefined;
    const { comments, blank } = this.#trivia.take(Number.POSITIVE_INFINITY);
    const first = trail === undefined ? [] : [{ text: trail, column: 0, blankBefore: false, isAlone: false }];
    node.head = { comments: [...first, ...comments], blank };
    const isAnchored = node.props.some((prop) => prop.startsWith('&'));
    if (isAnchored) this.#anchored += 1;
    this.#trivia.pass();
    node.content = this.#content(token, node);
    if (isAnchored) this.#anchored -= 1;
  }

  #content(token: CST.Token, node: Node): Content {
    switch (token.type) {
      case 'alias':
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar': {
        this.#trivia.ended(node);
        this.#trivia.addAll(token.end);
        if (token.type === 'alias') return { kind: 'alias', source: token.source };
        return {
          kind: 'scalar',
          style: STYLES[token.type],
          source: this.#source(token),
          expression: this.#expression(token.offset),
        };
      }
      case 'block-scalar':
        return this.#blockScalar(token, node);
      case 'block-map': {
        const content: MapContent = { kind: 'map', isFlow: false, isBare: false, items: [], end: [] };
        for (const item of token.items) this.#pair(item, content.items);
        this.#trivia.closed(content, token.indent);
        return content;
      }
      case 'block-seq': {
        const content: SeqContent = { kind: 'seq', isFlow: false, items: [], end: [] };
        for (const item of token.items) this.#item(item, content.items);
        this.#trivia.closed(content, token.indent);
        return content;
      }
      case 'flow-collection':
        return this.#flow(token, node);
      default:
        throw new UnsupportedToken(`a value of type ${token.type}`);
    }
  }

  /** A scalar as written, or with the expressions in its text formatted, if it is on one line. */
  #source({ type, source, offset }: CST.FlowScalar): string {
    const written = this.#anchored > 0 ? undefined : this.#expressions.get(offset);
    if (type === 'alias' || written?.isText !== true || /[^\x20-\x7e]/.test(written.source)) return source;
    const text = formattedText(written.source);
    // In brackets, a text with `${` is always quoted.
    return text === written.source || source.includes('\n') ? source : quoted(text, STYLES[type], false);
  }

  #expression(offset: number): FormattableExpression | undefined {
    const written = this.#anchored > 0 ? undefined : this.#expressions.get(offset);
    return written === undefined || written.isText ? undefined : readExpression(written.source);
  }

  #blockScalar({ offset, indent, props, source }: CST.BlockScalar, node: Node): Content {
    let header = '';
    let comment: string | undefined;
    for (const token of props) {
      if ('source' in token && token.type === 'block-scalar-header') header = token.source;
      else if ('source' in token && token.type === 'comment') comment = token.source.trimEnd();
    }
    const lines = source.split('\n');
    const isEnded = lines.at(-1) === '';
    if (isEnded) lines.pop();
    let blank = 0;
    if (!header.includes('+')) {
      while (lines.length > 0 && lines.at(-1)?.trim() === '') {
        lines.pop();
        blank += 1;
      }
    }
    this.#trivia.ended(node, 1 + blank);
    return {
      kind: 'block',
      header,
      comment,
      lines,
      parentIndent: indent,
      expression: this.#expression(offset),
    };
  }

  #pair(item: CST.BlockMap['items'][number] | CST.FlowCollection['items'][number], pairs: Pair[]): void {
    const key = emptyNode();
    const value = emptyNode();
    let before: Gap | undefined;
    let isExplicit = false;
    for (const token of item.start) {
      if (this.#trivia.add(token)) continue;
      if (token.type === 'comma') {
        this.#trivia.passComma();
        continue;
      }
      before ??= this.#trivia.take(this.#trivia.columnOf(token.offset));
      if (token.type === 'explicit-key-ind') {
        isExplicit = true;
        this.#trivia.pass(key);
      } else this.#property(token, key);
    }
    const { sep = [] } = item;
    const first = item.key ?? sep.find(({ type }) => type === 'map-value-ind') ?? item.value;
    if (before === undefined && (first === undefined || first === null)) return;
    before ??= this.#trivia.take(this.#trivia.columnOf(first?.offset ?? 0));
    this.#value(item.key, key);
    let hasColon = false;
    for (const token of sep) {
      if (this.#trivia.add(token)) continue;
      if (token.type === 'map-value-ind') {
        hasColon = true;
        this.#trivia.pass(value);
      } else this.#property(token, value);
    }
    this.#value(item.value, value);
    pairs.push({ before, isExplicit, key, hasColon, value });
  }

  #item({ start, value: token }: CST.BlockSequence['items'][number], items: Item[]): void {
    const value = emptyNode();
    let before: Gap | undefined;
    for (const each of start) {
      if (this.#trivia.add(each)) continue;
      if (each.type === 'seq-item-ind') {
        before = this.#trivia.take(this.#trivia.columnOf(each.offset));
        this.#trivia.pass(value);
      } else this.#property(each, value);
    }
    if (before === undefined) return;
    this.#value(token, value);
    items.push({ before, value });
  }

  #flow({ start, items, end }: CST.FlowCollection, node: Node): Content {
    const content: MapContent | SeqContent =
      start.type === 'flow-map-start'
        ? { kind: 'map', isFlow: true, isBare: false, items: [], end: [] }
        : { kind: 'seq', isFlow: true, items: [], end: [] };
    this.#trivia.pass();
    for (const item of items) {
      if (content.kind === 'map') this.#pair(item, content.items);
      else this.#flowItem(item, content.items);
    }
    for (const token of end) {
      if (this.#trivia.add(token)) continue;
      content.end.push(...this.#trivia.take(Number.POSITIVE_INFINITY).comments);
      this.#trivia.ended(node);
    }
    return content;
  }

  #flowItem(item: CST.FlowCollection['items'][number], items: Item[]): void {
    const isExplicit = item.start.some(({ type }) => type === 'explicit-key-ind');
    if (isExplicit || item.sep !== undefined || item.key !== undefined) {
      const bare: MapContent = { kind: 'map', isFlow: true, isBare: true, items: [], end: [] };
      this.#pair(item, bare.items);
      const [pair] = bare.items;
      if (pair === undefined) return;
      bare.items[0] = { ...pair, before: { comments: [], blank: false } };
      items.push({ before: pair.before, value: { ...emptyNode(), content: bare } });
      return;
    }
    const value = emptyNode();
    let before: Gap | undefined;
    for (const token of item.start) {
      if (this.#trivia.add(token)) continue;
      if (token.type === 'comma') this.#trivia.passComma();
      else {
        before ??= this.#trivia.take(Number.POSITIVE_INFINITY);
        this.#property(token, value);
      }
    }
    if (before === undefined && (item.value === undefined || item.value === null)) return;
    before ??= this.#trivia.take(Number.POSITIVE_INFINITY);
    this.#value(item.value, value);
    items.push({ before, value });
  }
}

const STYLES = {
  scalar: 'plain',
  'single-quoted-scalar': 'single',
  'double-quoted-scalar': 'double',
} as const;
