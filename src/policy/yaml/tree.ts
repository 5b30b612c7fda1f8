import type { Diagnostics } from '../../diagnostic/collect.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';

/** A stretch of a file's text in UTF-16 offsets. */
export interface Mark {
  readonly start: number;
  readonly end: number;
}

/** A YAML value with aliases and merge keys resolved. One that an alias names is shared, not copied. */
export type Tree = ScalarTree | ListTree | MappingTree;

/** What a value has that did not come from where it now stands. */
interface Moved {
  /** The file that it stands in; undefined: that of what holds it. */
  readonly origin?: Origin;
  /** It is the value of a template's parameter. */
  readonly isParameter?: true;
  /** It waits for a parameter that nobody gives, which was reported. */
  readonly isUnfilled?: true;
}

export interface ScalarTree extends Moved {
  readonly kind: 'scalar';
  readonly mark: Mark;
  readonly value: string | number | bigint | boolean | null;
  readonly style: 'plain' | 'single' | 'double' | 'block';
  /** The text between which `value` was read, quotes and block header left out. */
  readonly content: Mark;
}

export interface ListTree extends Moved {
  readonly kind: 'list';
  readonly mark: Mark;
  readonly items: readonly Tree[];
  /** Some item could not be used and is left out, which was reported. */
  readonly isPartial: boolean;
}

export interface MappingTree extends Moved {
  readonly kind: 'mapping';
  readonly mark: Mark;
  /** As written, keys that a merge key brought behind the others. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys whose value could not be used and is left out, which was reported. */
  readonly refused: ReadonlySet<string>;
}

export interface Entry {
  readonly key: Mark;
  /** The file that the key stands in; undefined: that of the mapping. */
  readonly origin?: Origin;
  readonly value: Tree;
}

/** The file that a value stands in, and where its mistakes go. */
export interface Origin {
  readonly path: string;
  readonly lines: Lines;
  readonly diagnostics: Diagnostics;
  /** Where the template that stands here is adopted, `file:line`; undefined: it is read for itself. */
  readonly adopter?: string;
  /** Told of every value that is read as an expression, for tools that treat expressions as such. */
  readonly onExpression?: (at: Cursor) => void;
}

/** A value of a document on its way to be read. */
export interface Cursor {
  readonly origin: Origin;
  readonly tree: Tree;
  /** From the document's `spec` on, such as `rules[2].when`; empty for the document and the spec themselves. */
  readonly path: string;
  /** The key that holds the value; undefined in a list and at the top. */
  readonly key: Mark | undefined;
}

/** The value at the end of a path of keys; undefined if a mapping on the way lacks its key. */
export function valueAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let at = tree;
  for (const name of path) at = at?.kind === 'mapping' ? at.entries.get(name)?.value : undefined;
  return at;
}

/** The value as plain JSON data; `__proto__` is a plain own key. Integers beyond the safe range lose digits. */
export function plainJson(tree: Tree): JsonValue {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'bigint' ? Number(tree.value) : tree.value;
    case 'list':
      return tree.items.map(plainJson);
    case 'mapping':
      return Object.fromEntries([...tree.entries].map(([name, { value }]) => [name, plainJson(value)]));
  }
}

/**
 * Follows a JSON pointer (RFC 6901) as far as it leads, for pointing at what a message is about: the mark of a
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
  return start === undefined ? at : { ...at, mark: { start, end: at.mark.end } };
}
