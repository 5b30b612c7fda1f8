import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, YAMLMap } from 'yaml';
import type { Advice } from '../../diagnostic/advice.ts';
import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import type { Range } from '../../diagnostic/range.ts';
import { readNumber, UNFIT_NUMBER } from '../../engine/request/json-number.ts';
import { spaceAfterDash, spaceBefore } from './layout-mistake.ts';
import { MOST_VALUES } from './parse-yaml.ts';
import type { Entry, ScalarTree, Tree } from './tree.ts';

/** Most aliases of a file. */
const MOST_ALIASES = 100;
/** Most levels of nesting. */
const DEEPEST = 100;

/** Mistakes of a file that are reported; further ones would not be corrected in one go. */
const MOST_MISTAKES = 200;

type Report = (code: DiagnosticCode, range: Range, message: string, help?: string | Advice) => void;

/** Collector of the mistakes in one file. */
export class YamlMistakes {
  aliases = 0;
  readonly #report: Report;
  #count = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Number of mistakes so far. */
  get count(): number {
    return this.#count;
  }

  add(code: DiagnosticCode, range: Range, message: string, help?: string | Advice): void {
    this.#count += 1;
    if (this.#count <= MOST_MISTAKES) this.#report(code, range, message, help);
  }
}

/**
 * A parsed document as trees with ranges; none if it is empty. Invalid parts are reported and left out. A document
 * in which a second one begins without `---`, which is reported, has two trees.
 */
export function toTrees(contents: unknown, text: string, mistakes: YamlMistakes): readonly Tree[] {
  if (!isMap(contents) && !isSeq(contents) && !isScalar(contents) && !isAlias(contents)) return [];
  if (isScalar(contents) && contents.value === null && contents.source === '') return [];
  const builder = new TreeBuilder(text, mistakes);
  const parts = isMap(contents) ? partsOf(contents, mistakes) : [contents];
  return parts.map((part) => builder.build(part, 0)).filter((tree) => tree !== undefined);
}

/** Keys of which a document has one. A second one begins another document. */
const FIRST_KEYS: ReadonlySet<unknown> = new Set(['apiVersion', 'kind']);
/** Keys that follow in a document. */
const LATER_KEYS: readonly unknown[] = ['kind', 'metadata', 'spec'];
/** Documents without `---` in one that are told apart. */
const MOST_PARTS = 100;

/** The documents in a mapping: each begins at a key that the one before has already. */
function partsOf(map: YAMLMap, mistakes: YamlMistakes): readonly YAMLMap[] {
  const parts: (typeof map.items)[] = [[]];
  for (const [index, item] of map.items.entries()) {
    const { key } = item;
    const part = parts.at(-1) ?? [];
    const isRepeated =
      isScalar(key) &&
      FIRST_KEYS.has(key.value) &&
      hasKey(part, [key.value]) &&
      hasKey(map.items.slice(index + 1, index + 4), LATER_KEYS);
    if (!isRepeated || parts.length >= MOST_PARTS) {
      part.push(item);
      continue;
    }
    const { start, end } = rangeOf(key);
    const edit = { start, end: start, text: '---\n' };
    mistakes.add('yaml_duplicate_key', { start, end }, 'a second document begins here', {
      help: 'put `---` on the line before it',
      edit,
    });
    parts.push([item]);
  }
  return parts.length === 1 ? [map] : parts.map((items) => partOf(map, items));
}

function hasKey(items: YAMLMap['items'], names: readonly unknown[]): boolean {
  return items.some(({ key }) => isScalar(key) && names.includes(key.value));
}

function partOf(map: YAMLMap, items: YAMLMap['items']): YAMLMap {
  const part = new YAMLMap();
  part.items = items;
  const first = items[0]?.key;
  const last = items.at(-1);
  const [start = 0] = (isScalar(first) ? first.range : map.range) ?? [];
  const end =
    (isEmpty(last?.value) ? undefined : (last?.value as Node | undefined)?.range?.[1]) ??
    map.range?.[1] ??
    start;
  part.range = [start, end, end];
  return part;
}

class TreeBuilder {
  readonly #text: string;
  readonly #mistakes: YamlMistakes;
  readonly #anchors = new Map<string, Tree | 'open'>();
  /** Number of values in each tree, itself included, after its aliases are resolved. */
  readonly #sizes = new WeakMap<Tree, number>();

  constructor(text: string, mistakes: YamlMistakes) {
    this.#text = text;
    this.#mistakes = mistakes;
  }

  build(node: unknown, depth: number): Tree | undefined {
    if (isAlias(node)) return this.#alias(node);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return undefined;
    const isRejected = this.#rejectTag(node);
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const tree = this.#value(node, depth);
    if (anchor !== undefined && tree !== undefined) this.#anchors.set(anchor, tree);
    return isRejected ? undefined : tree;
  }

  #value(node: Node, depth: number): Tree | undefined {
    const range = rangeOf(node);
    if (depth > DEEPEST) {
      this.#mistakes.add('yaml_syntax', range, `values are nested more than ${DEEPEST} levels deep`);
      return undefined;
    }
    if (isScalar(node)) return this.#scalar(scalarTree(node, this.#text));
    if (isMap(node)) return this.#mapping(node, range, depth);
    if (!isSeq(node)) return undefined;
    const items: Tree[] = [];
    for (const item of node.items) {
      const tree = this.build(item, depth + 1);
      if (tree !== undefined) items.push(tree);
    }
    return this.#sized({ kind: 'list', range, items, isPartial: items.length < node.items.length }, items);
  }

  /** Numbers are read as in JSON. */
  #scalar(tree: ScalarTree): ScalarTree {
    const { value, range } = tree;
    const written = this.#text.slice(range.start, range.end);
    if (typeof value !== 'bigint' && (Number.isSafeInteger(value) || !isJsonNumber(value, written)))
      return tree;
    const read = typeof value === 'bigint' ? toInt(value) : readNumber(written);
    if (typeof read === 'number' || typeof read === 'bigint') return { ...tree, value: read };
    const message = `the number \`${written}\` is ${UNFIT_NUMBER[read]}`;
    this.#mistakes.add('wrong_type', range, message, 'put it in quotes to make it text');
    return tree;
  }

  #mapping(node: YAMLMap, range: Range, depth: number): Tree | undefined {
    const entries = new Map<string, Entry>();
    const merged: Tree[] = [];
    const invalidKeys = new Set<string>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        this.#mistakes.add(
          'wrong_type',
          isAlias(key) || isMap(key) || isSeq(key) ? rangeOf(key) : range,
          'expected text as a key',
          isMap(key) ? 'a template such as `{{ }}` is not evaluated: write `{cel: ...}`' : undefined,
        );
        continue;
      }
      this.#rejectTag(key);
      const keyRange = rangeOf(key);
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const space = key.type === 'PLAIN' ? spaceBefore(this.#text, keyRange.start) : undefined;
      if (space !== undefined) {
        this.#mistakes.add('yaml_syntax', space.range, space.message, space.help);
        return undefined;
      }
      if (key.type === 'PLAIN' && /^-[A-Za-z_]\w*$/.test(name)) {
        const { range: dash, message, help } = spaceAfterDash(keyRange.start, `${name.slice(1)}:`);
        this.#mistakes.add('yaml_syntax', dash, message, help);
        return undefined;
      }
      const tree = isEmpty(value) ? missing(keyRange) : this.build(value, depth + 1);
      if (tree === undefined) invalidKeys.add(name);
      else if (name === '<<' && key.type === 'PLAIN') merged.push(tree);
      else if (entries.has(name)) {
        this.#mistakes.add(
          'yaml_duplicate_key',
          keyRange,
          `the key \`${name}\` is used twice in one mapping`,
          'keep one of them',
        );
      } else entries.set(name, { key: keyRange, value: tree });
    }
    for (const tree of merged) this.#merge(tree, entries);
    return this.#sized(
      { kind: 'mapping', range, entries, invalidKeys },
      [...entries.values()].map(({ value }) => value),
    );
  }

  /** Adds the entries of a merge key. Existing keys are kept, so of a list the first mapping with a key wins. */
  #merge(tree: Tree, entries: Map<string, Entry>): void {
    for (const source of tree.kind === 'list' ? tree.items : [tree]) {
      if (source.kind !== 'mapping') {
        this.#mistakes.add(
          'wrong_type',
          source.range,
          'expected an alias of a mapping, or a list of them, after the merge key `<<`',
        );
        continue;
      }
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  #alias(alias: Alias): Tree | undefined {
    const range = rangeOf(alias);
    this.#mistakes.aliases++;
    if (this.#mistakes.aliases === MOST_ALIASES + 1) {
      this.#mistakes.add('yaml_alias', range, `the file has more than ${MOST_ALIASES} aliases`);
    }
    if (this.#mistakes.aliases > MOST_ALIASES) return undefined;
    const tree = this.#anchors.get(alias.source);
    if (tree === undefined) {
      const help = 'put text that starts with `*` in quotes';
      this.#mistakes.add(
        'yaml_alias',
        range,
        `no anchor \`&${alias.source}\` is defined before this alias`,
        help,
      );
    }
    if (tree === 'open') {
      this.#mistakes.add('yaml_alias', range, `the alias \`*${alias.source}\` is part of its own value`);
      return undefined;
    }
    return tree;
  }

  #sized<T extends Tree>(tree: T, children: readonly Tree[]): T | undefined {
    let size = 1;
    for (const child of children) size += this.#sizes.get(child) ?? 1;
    if (size > MOST_VALUES) {
      this.#mistakes.add(
        'yaml_alias',
        tree.range,
        `with its aliases resolved, this has more than ${MOST_VALUES} values`,
      );
      return undefined;
    }
    this.#sizes.set(tree, size);
    return tree;
  }

  #rejectTag(node: Node): boolean {
    const { tag } = node;
    if (tag === undefined || CORE_TAGS.has(tag)) return false;
    const shown = tag.startsWith(YAML_TAGS) ? `!!${tag.slice(YAML_TAGS.length)}` : tag;
    const range = tagRange(this.#text, rangeOf(node));
    // YAML reads an unquoted expression such as `!(a in b)` as a tag.
    const help = shown.startsWith('!!')
      ? 'remove the tag'
      : 'in YAML, `!` starts a tag: put the whole value in quotes, or remove the tag';
    this.#mistakes.add('yaml_tag', range, `the tag \`${shown}\` is not accepted`, help);
    return true;
  }
}

/** The meaning of `!!`, and the tags of the core schema (YAML 1.2, section 10). */
const YAML_TAGS = 'tag:yaml.org,2002:';
const CORE_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `${YAML_TAGS}${name}`),
);

/** The range of the tag before a value. */
function tagRange(text: string, value: Range): Range {
  const last = text.lastIndexOf('!', value.start);
  if (last === -1) return value;
  const start = text[last - 1] === '!' ? last - 1 : last;
  const length = text.slice(last).search(/[\s,\]}]/);
  return { start, end: length === -1 ? value.end : last + length };
}

function scalarTree(node: Scalar, text: string): ScalarTree {
  const range = rangeOf(node);
  const { value } = node;
  const known =
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean';
  const style = STYLES.get(node.type ?? 'PLAIN') ?? 'plain';
  return {
    kind: 'scalar',
    range,
    value: known ? narrow(value) : null,
    style,
    content: contentOf(range, style, text),
  };
}

/** An integer in its only form: a number in the safe range, a bigint beyond it. */
function narrow<T>(value: T): T | number {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function toInt(value: bigint): bigint | 'integer' {
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : 'integer';
}

/** True for a number in the notation of JSON; `.inf`, `0x10` and the like are not. */
function isJsonNumber(value: unknown, written: string): boolean {
  return typeof value === 'number' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(written);
}

const STYLES: ReadonlyMap<string, ScalarTree['style']> = new Map([
  ['QUOTE_SINGLE', 'single'],
  ['QUOTE_DOUBLE', 'double'],
  ['BLOCK_LITERAL', 'block'],
  ['BLOCK_FOLDED', 'block'],
]);

function contentOf({ start, end }: Range, style: ScalarTree['style'], text: string): Range {
  if (style === 'single' || style === 'double')
    return { start: start + 1, end: Math.max(start + 1, end - 1) };
  if (style === 'plain') return { start, end };
  // The header of a block scalar is the rest of its first line.
  const header = text.indexOf('\n', start);
  return header === -1 || header >= end ? { start: end, end } : { start: header + 1, end };
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}

/** A key without a value: null, placed at the key. */
function missing(key: Range): ScalarTree {
  return { kind: 'scalar', range: key, value: null, style: 'plain', content: key };
}

function rangeOf(node: Node): Range {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}
