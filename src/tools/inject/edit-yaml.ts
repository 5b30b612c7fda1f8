import type { Edit, Range } from '../../diagnostic/range.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import type { Entry, ListTree, MappingTree, Tree } from '../../policy/yaml/tree.ts';
import type { Difference } from './difference.ts';
import { blockText, flowText, type Writing } from './write-yaml.ts';

type Changed<K extends Difference['kind']> = Extract<Difference, { readonly kind: K }>;

/** The edits of a text that make a change of a value in it. Everything else stays as it was written. */
export function yamlEdits(text: string, tree: Tree, change: Difference, writing: Writing): readonly Edit[] {
  const editor = new Editor(text, writing);
  editor.edit(tree, change, undefined);
  return editor.edits;
}

/** Applies edits that do not overlap. Insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: added } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, Math.max(at, start)), added);
    at = Math.max(at, end);
  }
  parts.push(text.slice(at));
  return parts.join('');
}

class Editor {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #writing: Writing;
  /** Entries of mappings in brackets that are on the way to a change: their values cannot be blocks. */
  readonly #inFlow = new Set<Entry>();

  constructor(text: string, writing: Writing) {
    this.#text = text;
    this.#writing = writing;
  }

  /** `entry` is that of the value in its mapping; undefined for an item of a list. */
  edit(tree: Tree, change: Difference, entry: Entry | undefined): void {
    if (change.kind === 'mapping' && tree.kind === 'mapping') this.#mapping(tree, change, entry);
    if (change.kind === 'list' && tree.kind === 'list') this.#list(tree, change, entry);
    if (change.kind === 'whole') this.#whole(tree, change.value, entry);
  }

  #mapping(tree: MappingTree, { changed, added }: Changed<'mapping'>, entry: Entry | undefined): void {
    for (const [name, each] of changed) {
      const old = tree.entries.get(name);
      if (old === undefined) continue;
      if (this.#isFlow(tree)) this.#inFlow.add(old);
      this.edit(old.value, each, old);
    }
    if (tree.entries.size === 0 && added.length > 0) {
      this.#whole(tree, Object.fromEntries(added.map(({ name, value }) => [name, value])), entry);
      return;
    }
    const first = [...tree.entries.values()][0]?.key.start ?? tree.range.start;
    for (const { after, name, value } of added) {
      const last = after === undefined ? undefined : tree.entries.get(after);
      const end = last && Math.max(last.key.end, last.value.range.end);
      if (this.#isFlow(tree)) this.#addToFlow({ first, end }, `${flowText(name)}: `, value);
      else this.#addLines(this.#placeOfNew(first, end, entry), first, { [name]: value });
    }
  }

  #list(tree: ListTree, { changed, removed, added }: Changed<'list'>, entry: Entry | undefined): void {
    for (const [index, each] of changed) {
      const item = tree.items[index];
      if (item !== undefined) this.edit(item, each, undefined);
    }
    for (const index of removed) this.#remove(tree, index);
    const first = tree.items[0]?.range.start ?? tree.range.start;
    for (const { after, value } of added) {
      const end = tree.items[after]?.range.end;
      if (this.#isFlow(tree)) this.#addToFlow({ first, end }, '', value);
      else this.#addLines(this.#placeOfNew(tree.range.start, end, entry), tree.range.start, [value]);
    }
  }

  #whole(tree: Tree, value: JsonValue, entry: Entry | undefined): void {
    const { range } = tree;
    const canBeBlock = isFilled(value) && entry !== undefined && !this.#inFlow.has(entry);
    // Brackets around nothing but a comment.
    if (this.#isFlow(tree) && /^.\s*#/.test(this.#text.slice(range.start, range.end)) && isFilled(value))
      this.#insert(range.start + 1, flowText(value).slice(1, -1));
    else if (canBeBlock && !this.#isBlockCollection(tree)) this.#replaceByBlock(tree, value, entry);
    else if (tree.kind === 'scalar' && isMissing(tree, entry))
      this.#insert(this.#afterColon(entry), ` ${flowText(value)}`);
    else if (!this.#isBlockCollection(tree)) this.#replace(this.#trimmed(range), flowText(value));
    else if (!isFilled(value)) this.#replaceByEmpty(tree, value, entry);
    else this.#replace(this.#trimmed(range), this.#block(value, range.start).trim());
  }

  /** A block after a key with nothing, `{}`, `[]` or null. Comments between the key and its value stay. */
  #replaceByBlock(tree: Tree, value: JsonValue, entry: Entry): void {
    const { start, end } = tree.range;
    const colon = this.#afterColon(entry);
    const hasNothing = isMissing(tree, entry);
    if (!hasNothing && this.#text.slice(colon, start).includes('\n')) {
      this.#replace({ start, end }, this.#block(value, start).trim());
      return;
    }
    const column =
      this.#columnOf(entry.key.start) + (isJsonList(value) && !this.#writing.indentsLists ? 0 : 2);
    const text = indented(blockText(value, this.#writing), column);
    this.#replace({ start: colon, end: hasNothing ? colon : end }, `\n${text.trimEnd()}`);
  }

  /** An empty list or mapping in place of a block: after its key, or further to the right than the key if a comment is between. */
  #replaceByEmpty({ range }: Tree, value: JsonValue, entry: Entry | undefined): void {
    const { start, end } = this.#trimmed(range);
    const colon = this.#afterColon(entry);
    const isNext = entry !== undefined && this.#text.slice(colon, start).trim() === '';
    this.#replace({ start: isNext ? colon : start, end }, `${isNext ? ' ' : '  '}${flowText(value)}`);
  }

  #block(value: JsonValue, start: number): string {
    return indented(blockText(value, this.#writing), this.#columnOf(start));
  }

  /** `first` is a place whose column the lines have. */
  #addLines(at: number, first: number, value: JsonValue): void {
    const lines = this.#block(value, first);
    const isAtEnd = at > 0 && this.#text[at - 1] !== '\n';
    this.#insert(at, isAtEnd ? `\n${lines.trimEnd()}` : lines);
  }

  /**
   * The begin of a line for a new part of a block: after the part that ends at `end`, or before the first part. Comments
   * before the first part belong to it, so the new one comes directly after the key of the whole.
   */
  #placeOfNew(first: number, end: number | undefined, entry: Entry | undefined): number {
    if (end !== undefined) return this.#nextLine(this.#trimmed({ start: 0, end }).end);
    const start = this.#lineStart(first);
    return entry === undefined ? start : Math.min(start, this.#nextLine(entry.key.end));
  }

  /** Adds to brackets, after the part that ends at `end`, or before the part that starts at `first`. */
  #addToFlow(
    { first, end }: { readonly first: number; readonly end: number | undefined },
    key: string,
    value: JsonValue,
  ): void {
    const isSpread = /^\s*$/.test(this.#text.slice(this.#lineStart(first), first));
    const column = this.#columnOf(first);
    const written = key + (isSpread ? indented(flowText(value, true), column).trimStart() : flowText(value));
    const space = isSpread ? `\n${' '.repeat(column)}` : ' ';
    if (end === undefined) this.#insert(first, `${written},${space}`);
    else this.#insert(end, `,${space}${written}`);
  }

  #remove(tree: ListTree, index: number): void {
    const item = tree.items[index];
    if (item === undefined) return;
    const { start, end } = this.#trimmed(item.range);
    const next = tree.items[index + 1]?.range.start;
    const last = tree.items[index - 1]?.range.end;
    if (!this.#isFlow(tree)) {
      const dash = this.#text.lastIndexOf('-', start - 1);
      this.#replace({ start: this.#lineStart(dash), end: this.#nextLine(end) }, '');
    } else if (next === undefined) this.#replace({ start: last ?? start, end }, '');
    else this.#replace({ start, end: next }, '');
  }

  #isFlow({ range }: Tree): boolean {
    return /[[{]/.test(this.#text.charAt(range.start));
  }

  #isBlockCollection(tree: Tree): boolean {
    return tree.kind !== 'scalar' && !this.#isFlow(tree);
  }

  #afterColon(entry: Entry | undefined): number {
    return this.#text.indexOf(':', entry?.key.end ?? 0) + 1;
  }

  /** A range without white space at its end. */
  #trimmed({ start, end }: Range): Range {
    return { start, end: start + this.#text.slice(start, end).trimEnd().length };
  }

  #lineStart(offset: number): number {
    return offset === 0 ? 0 : this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #nextLine(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    return end === -1 ? this.#text.length : end + 1;
  }

  #columnOf(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  #insert(at: number, text: string): void {
    this.#replace({ start: at, end: at }, text);
  }

  #replace({ start, end }: Range, text: string): void {
    this.edits.push({ start, end, text });
  }
}

/** True for a key without a value. */
function isMissing({ range }: Tree, entry: Entry | undefined): entry is Entry {
  return entry !== undefined && (range.start === range.end || range.start === entry.key.start);
}

function isFilled(value: JsonValue): boolean {
  return (isJsonObject(value) && Object.keys(value).length > 0) || (isJsonList(value) && value.length > 0);
}

function indented(lines: string, column: number): string {
  return lines.replaceAll(/^(?=.)/gm, ' '.repeat(column));
}
