import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { decodeOnce } from '../request/percent.ts';
import { nearTarget } from '../schema/near-target.ts';
import { escapeToken } from '../schema/pointer.ts';
import type { Place, Problems } from './problem.ts';

/** A value of a document, with its place. */
export interface Part extends Place {
  readonly value: JsonValue;
}

/** A text for the place of a part, as the key of a map. */
export function keyOf({ file, pointer }: Place): string {
  return `${file}#${pointer}`;
}

/** A part that is a mapping. */
export interface MappingPart extends Part {
  readonly value: JsonObject;
}

/** A file of a document. */
export interface LoadedFile {
  /** Path relative to the folder. */
  readonly file: string;
  readonly value: JsonValue;
}

/**
 * Reads a file that a reference names, relative to the file with the reference. Undefined after it has reported a
 * mistake, such as a file that does not exist.
 */
export type LoadFile = (reference: string, from: Place) => LoadedFile | undefined;

/** Most references that lead from one to the next. */
const MAX_STEPS = 32;

/** The files of a document, and the references between their parts. Files are read when a reference first needs them. */
export class Documents {
  readonly problems: Problems;
  /** The place of the whole document. */
  readonly root: Place;
  readonly #load: LoadFile;
  readonly #files = new Map<string, LoadedFile | undefined>();
  readonly #roots = new Map<string, JsonValue>();

  constructor(root: LoadedFile, load: LoadFile, problems: Problems) {
    this.#load = load;
    this.problems = problems;
    this.root = { file: root.file, pointer: '' };
    this.#roots.set(root.file, root.value);
  }

  /** The member of a mapping; undefined if it is not a mapping or does not have it. */
  member(part: Part, name: string): Part | undefined {
    const { file, pointer, value } = part;
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    const member = value[name];
    return member === undefined
      ? undefined
      : { file, pointer: `${pointer}/${escapeToken(name)}`, value: member };
  }

  /** The members of a mapping, with their names. */
  members(part: Part | undefined): readonly (readonly [string, Part])[] {
    if (part === undefined || !isJsonObject(part.value)) return [];
    const { file, pointer } = part;
    return Object.entries<JsonValue>(part.value).map(([name, value]) => [
      name,
      { file, pointer: `${pointer}/${escapeToken(name)}`, value },
    ]);
  }

  /** The elements of a list. */
  items(part: Part | undefined): readonly Part[] {
    if (part === undefined || !isJsonList(part.value)) return [];
    const { file, pointer } = part;
    return part.value.map((value, index) => ({ file, pointer: `${pointer}/${index}`, value }));
  }

  /** A mapping, or what its `$ref` leads to; undefined after a reported mistake. `what` names it in messages. */
  mapping(part: Part, what: string): MappingPart | undefined {
    const found = this.#followed(part);
    if (found === undefined) return undefined;
    const { value } = found;
    if (isJsonObject(value)) return { ...found, value };
    return this.problems.add(found, `${what} must be a mapping`);
  }

  #followed(part: Part): Part | undefined {
    let at = part;
    for (let step = 0; step < MAX_STEPS; step++) {
      const reference = this.member(at, '$ref');
      if (reference === undefined) return at;
      const target = this.follow(reference);
      if (target === undefined) return undefined;
      at = target;
    }
    return this.problems.add(part, 'the `$ref` leads back to itself');
  }

  /** The target of the text of a `$ref`; undefined after a reported mistake. */
  follow(reference: Part): Part | undefined {
    const { value: text } = reference;
    if (typeof text !== 'string') return this.problems.add(reference, '`$ref` must be text');
    const hash = text.indexOf('#');
    const file = hash === -1 ? text : text.slice(0, hash);
    const fragment = hash === -1 ? '' : text.slice(hash + 1);
    if (/^[a-z][a-z0-9+.-]*:/i.test(file) || file.startsWith('//')) {
      const help = 'copy the document into the policy folder, and name it by a relative path';
      return this.problems.add(reference, `\`${text}\` is a URL; no document is ever fetched`, help);
    }
    const root = file === '' ? this.#root(reference.file) : this.#open(file, reference);
    if (root === undefined) return undefined;
    if (fragment !== '' && !fragment.startsWith('/')) {
      return this.#anchor(root, fragment) ?? this.#missing(reference, text, root);
    }
    const pointer = decodeOnce(fragment);
    const value = valueAt(root.value, pointer);
    return value === undefined ? this.#missing(reference, text, root) : { file: root.file, pointer, value };
  }

  #root(file: string): LoadedFile | undefined {
    const value = this.#roots.get(file);
    return value === undefined ? undefined : { file, value };
  }

  #open(file: string, from: Part): LoadedFile | undefined {
    const key = `${from.file}\n${file}`;
    if (this.#files.has(key)) return this.#files.get(key);
    const path = decodeOnce(file);
    const loaded = this.#load(path, from);
    this.#files.set(key, loaded);
    if (loaded !== undefined) this.#roots.set(loaded.file, loaded.value);
    return loaded;
  }

  /** The schema with an `$anchor`. */
  #anchor({ file, value }: LoadedFile, name: string): Part | undefined {
    const pointer = pointerOfAnchor(value, name, '', 0);
    const found = pointer === undefined ? undefined : valueAt(value, pointer);
    return pointer === undefined || found === undefined ? undefined : { file, pointer, value: found };
  }

  #missing(reference: Part, text: string, root: LoadedFile): undefined {
    return this.problems.add(reference, `\`${text}\` has no target`, nearTarget(root.value, text));
  }
}

/** The value at a JSON pointer; undefined if there is none. */
function valueAt(root: JsonValue, pointer: string): JsonValue | undefined {
  let at: JsonValue | undefined = root;
  for (const token of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as { readonly [name: string]: JsonValue })[name];
  }
  return at;
}

/** Deepest value that is searched for an anchor. */
const MAX_DEPTH = 64;

function pointerOfAnchor(value: JsonValue, name: string, pointer: string, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  if (isJsonObject(value) && (value['$anchor'] === name || value['$dynamicAnchor'] === name)) return pointer;
  for (const [key, member] of Object.entries<JsonValue>(value)) {
    const found = pointerOfAnchor(member, name, `${pointer}/${escapeToken(key)}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
