import type { Diagnostics } from '../../diagnostic/collect.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';

/** A YAML value with aliases and merge keys resolved. The value of an alias is shared, not copied. */
export type Tree = ScalarTree | ListTree | MappingTree;

/** Origin of a value that a template or its parameters contribute. */
interface Origin {
  /** The file of the value; undefined if it is that of the containing value. */
  readonly context?: ReaderContext;
  /** Set on the value of a template's parameter. */
  readonly isParameter?: true;
  /** Set in place of a parameter without a value, which is reported. */
  readonly isUnfilled?: true;
  /** Set on a mapping or list that a short form stands for: in messages its parts have its own path. */
  readonly isImplied?: true;
}

export interface ScalarTree extends Origin {
  readonly kind: 'scalar';
  readonly range: Range;
  /** An integer beyond the safe range is a bigint of 64 bits. */
  readonly value: string | number | bigint | boolean | null;
  readonly style: 'plain' | 'single' | 'double' | 'block';
  /** The text of `value`, without quotes and block header. */
  readonly content: Range;
  /** The scalar that this one is a part of, such as the method in `GET /api`, with its offset in units of the value. */
  readonly within?: { readonly whole: ScalarTree; readonly start: number };
}

export interface ListTree extends Origin {
  readonly kind: 'list';
  readonly range: Range;
  readonly items: readonly Tree[];
  /** True if the list lacks an invalid item, which is reported. */
  readonly isPartial: boolean;
}

export interface MappingTree extends Origin {
  readonly kind: 'mapping';
  readonly range: Range;
  /** In order of writing, the entries of merge keys last. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys with an invalid value, which is reported and left out of `entries`. */
  readonly invalidKeys: ReadonlySet<string>;
}

export interface Entry {
  readonly key: Range;
  /** The file of the key; undefined if it is that of the mapping. */
  readonly context?: ReaderContext;
  readonly value: Tree;
  /** The key as written, in a short form that stands for this entry. */
  readonly writtenAs?: string;
}

/** The file of a value, and the receiver of its diagnostics. */
export interface ReaderContext {
  readonly path: string;
  readonly lines: Lines;
  readonly diagnostics: Diagnostics;
  /** For a template that is read for an adopting policy: the location of the adoption, `file:line`. */
  readonly adopter?: string;
  /** Called with every value that is read as an expression or as a text with expressions (`isText`), for tools. */
  readonly onExpression?: (at: Cursor, isText: boolean) => void;
}

/** A value of a document with its file and path, the input of a reader. */
export interface Cursor {
  readonly context: ReaderContext;
  readonly tree: Tree;
  /** Path from the `spec` of the document, such as `rules[2].when`; empty for the document and the `spec` itself. */
  readonly path: string;
  /** The key of the value; undefined in a list and for a document. */
  readonly key: Range | undefined;
}

/** The value at the end of a path of keys; undefined if a mapping on the way lacks its key. */
export function valueAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let at = tree;
  for (const name of path) at = at?.kind === 'mapping' ? at.entries.get(name)?.value : undefined;
  return at;
}

/** The value as plain JSON data; `__proto__` is an own key like any other. */
export function plainJson(tree: Tree): JsonValue {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(plainJson);
    case 'mapping':
      return Object.fromEntries([...tree.entries].map(([name, { value }]) => [name, plainJson(value)]));
  }
}

/**
 * The value at a JSON pointer (RFC 6901), for diagnostics, or the last existing value on its path. The range of a
 * member begins at its key.
 */
export function follow(tree: Tree, pointer: string): Tree {
  let at = tree;
  let start: number | undefined;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const entry = at.kind === 'mapping' ? at.entries.get(name) : undefined;
    const next = at.kind === 'list' ? at.items[Number(name)] : entry?.value;
    if (next === undefined) break;
    at = next;
    start = entry?.key.start;
  }
  return start === undefined ? at : { ...at, range: { start, end: at.range.end } };
}
