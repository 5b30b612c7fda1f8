import type { FormattableExpression } from './expression.ts';

/**
 * A YAML file as the formatter reads it: values, comments and blank lines, without any other white space.
 */
export interface Stream {
  readonly parts: readonly Part[];
  /** Comments after the last document. */
  readonly end: Gap;
}

/** A document, a directive before a document, or the marker `...` after a document. */
export type Part =
  | { readonly kind: 'document'; readonly before: Gap; readonly hasMarker: boolean; readonly root: Node }
  | { readonly kind: 'directive'; readonly before: Gap; readonly source: string }
  | { readonly kind: 'end'; readonly before: Gap; readonly root: Node };

export interface Comment {
  /** With its `#`. */
  readonly text: string;
  /** Column of its `#`, from 0. */
  readonly column: number;
  /** A blank line precedes the comment. */
  readonly blankBefore: boolean;
  /** The comment has a line of its own. */
  readonly isAlone: boolean;
}

/** Comments and blank line between two values. */
export interface Gap {
  readonly comments: readonly Comment[];
  /** A blank line follows the comments. */
  readonly blank: boolean;
}

/** A value with its properties and comments. Mutable, as the reader fills it in step by step. */
export interface Node {
  /** Anchor and tag as written, in the order of the file. */
  readonly props: string[];
  /** Gap between the `:` or `-` and the value. */
  head: Gap;
  content: Content;
  /** Comment after the value on its last line. */
  trail: string | undefined;
}

export type Content = Empty | ScalarContent | AliasContent | BlockContent | MapContent | SeqContent;

interface Empty {
  readonly kind: 'empty';
}

interface AliasContent {
  readonly kind: 'alias';
  readonly source: string;
}

/** A plain or quoted scalar, on one line or on several that are folded. */
export interface ScalarContent {
  readonly kind: 'scalar';
  readonly style: 'plain' | 'single' | 'double';
  /** With its quotes. */
  readonly source: string;
  readonly expression: FormattableExpression | undefined;
}

/** A literal or folded block scalar. */
export interface BlockContent {
  readonly kind: 'block';
  /** Such as `|`, `>-` or `|2+`. */
  readonly header: string;
  /** Comment after the header. */
  readonly comment: string | undefined;
  /** Lines after the header with their indentation. */
  readonly lines: readonly string[];
  /** Indentation of the parent, in columns. The indentation indicator of the header is relative to it. */
  readonly parentIndent: number;
  readonly expression: FormattableExpression | undefined;
}

export interface MapContent {
  readonly kind: 'map';
  /** Written in braces. */
  readonly isFlow: boolean;
  /** A single pair without braces, as an item of a flow sequence. */
  readonly isBare: boolean;
  readonly items: Pair[];
  /** Comments after the last item. */
  readonly end: Comment[];
}

export interface SeqContent {
  readonly kind: 'seq';
  /** Written in brackets. */
  readonly isFlow: boolean;
  readonly items: Item[];
  /** Comments after the last item. */
  readonly end: Comment[];
}

export interface Pair {
  readonly before: Gap;
  /** Written with `?`. */
  readonly isExplicit: boolean;
  readonly key: Node;
  /** False for a key without `:`, as flow mappings may have. */
  readonly hasColon: boolean;
  readonly value: Node;
}

export interface Item {
  readonly before: Gap;
  readonly value: Node;
}

export const NO_GAP: Gap = { comments: [], blank: false };

export function emptyNode(): Node {
  return { props: [], head: NO_GAP, content: { kind: 'empty' }, trail: undefined };
}
