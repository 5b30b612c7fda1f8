import type { Layable } from './expression.ts';

/**
 * A YAML file as its formatter sees it: what is said, with the comments and blank lines between, and without any other
 * white space.
 */
export interface Stream {
  readonly parts: readonly Part[];
  /** Comments behind the last document. */
  readonly end: Gap;
}

/** A document, a directive before one, or the mark `...` behind one. */
export type Part =
  | { readonly kind: 'document'; readonly before: Gap; readonly hasMarker: boolean; readonly root: Node }
  | { readonly kind: 'directive'; readonly before: Gap; readonly source: string }
  | { readonly kind: 'end'; readonly before: Gap; readonly root: Node };

export interface Comment {
  /** With its `#`. */
  readonly text: string;
  /** In which it begins, from 0. */
  readonly column: number;
  readonly blankBefore: boolean;
  /** It stands on a line of its own. */
  readonly isAlone: boolean;
}

/** What stands between two values, and whether a blank line follows the comments. */
export interface Gap {
  readonly comments: readonly Comment[];
  readonly blank: boolean;
}

/** A value with what belongs to it; the reading fills it in. */
export interface Node {
  /** Anchor and tag as written, in their order. */
  readonly props: string[];
  /** Between the `:` or `-` and the value. */
  head: Gap;
  content: Content;
  /** The comment behind the value on its last line. */
  trail: string | undefined;
}

export type Content = Empty | ScalarContent | AliasContent | BlockContent | MapContent | SeqContent;

export interface Empty {
  readonly kind: 'empty';
}

export interface AliasContent {
  readonly kind: 'alias';
  readonly source: string;
}

/** Text on a line, or on several that are folded. */
export interface ScalarContent {
  readonly kind: 'scalar';
  readonly style: 'plain' | 'single' | 'double';
  /** With its quotes. */
  readonly source: string;
  readonly expression: Layable | undefined;
}

/** A block scalar. */
export interface BlockContent {
  readonly kind: 'block';
  /** Such as `|`, `>-` or `|2+`. */
  readonly header: string;
  /** Behind the header. */
  readonly comment: string | undefined;
  /** The lines below the header with their indentation; without the line end of the last. */
  readonly lines: readonly string[];
  /** What an indentation in the header is counted from. */
  readonly parentIndent: number;
  readonly expression: Layable | undefined;
}

export interface MapContent {
  readonly kind: 'map';
  /** In braces. */
  readonly isFlow: boolean;
  /** One pair in a flow sequence that has no braces. */
  readonly isBare: boolean;
  readonly items: Pair[];
  /** Comments behind the last item. */
  readonly end: Comment[];
}

export interface SeqContent {
  readonly kind: 'seq';
  /** In brackets. */
  readonly isFlow: boolean;
  readonly items: Item[];
  readonly end: Comment[];
}

export interface Pair {
  readonly before: Gap;
  /** Written with `?`. */
  readonly isExplicit: boolean;
  readonly key: Node;
  /** False: a key alone, as flow mappings may have. */
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
