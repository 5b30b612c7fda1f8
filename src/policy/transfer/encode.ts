import { type Recipe, recipeOf } from '../../recipe/recipe.ts';
import { BYTE_CLASSES, type Chunk, KIND, MAX_VALUES, type Node, type Token } from './nodes.ts';

export interface EncodeOptions {
  /** V8's compiled form of long code, which is installed faster than it is compiled. */
  readonly compiledForm?: (parameters: readonly string[], body: string) => Uint8Array | undefined;
  /** Characters and bytes of all chunks; more is a `TooLarge`. Default: unlimited. */
  readonly limit?: number;
}

/** A value that takes more than the limit. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Characters of the nodes of a chunk, and bytes beside them. One node may be longer. */
const CHUNK_CHARACTERS = 32_768;
const CHUNK_BYTES = 131_072;
/** Characters of the longest node that is compared with others: long ones are seldom equal. */
const LONGEST_COMPARED = 512;

/** The chunks of a value, of which `decode` makes an equal one. The last node of the last chunk is the value itself. */
export function encode(value: unknown, options: EncodeOptions = {}): Chunk[] {
  return new Encoder(options).encode(value);
}

class Encoder {
  readonly #options: EncodeOptions;
  readonly #chunks: Chunk[] = [];
  #nodes: string[] = [];
  #characters = 0;
  #bytes: Uint8Array[] = [];
  #byteLength = 0;
  #total = 0;
  #count = 0;
  readonly #numbers = new Map<object, number>();
  /** Shapes, and parts that nothing tells apart from others with equal content, by their text. */
  readonly #known = new Map<string, number>();
  /** Generated functions, by parameters and body: most programs differ in their constants only. */
  readonly #codes = new Map<string, number>();
  /** True within parts that nothing tells apart from others with equal content. */
  #hasValues = false;
  readonly #open = new Set<object>();
  /** Fields that refer to an object that is not finished yet, by that object. */
  readonly #later = new Map<object, { readonly holder: number; readonly name: string }[]>();

  constructor(options: EncodeOptions) {
    this.#options = options;
  }

  encode(value: unknown): Chunk[] {
    this.#make([KIND.list, this.#token(value)]);
    this.#cut();
    return this.#chunks;
  }

  #token(value: unknown): Token {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { number: Object.is(value, -0) ? '-0' : String(value) };
      case 'bigint':
        return { bigint: String(value) };
      case 'undefined':
        return [];
      case 'object':
      case 'function':
        return value === null ? null : [this.#reference(value)];
      default:
        throw new TypeError(`a ${typeof value} cannot be sent`);
    }
  }

  #reference(value: object): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    if (this.#open.has(value)) throw new TypeError('a value that contains itself cannot be sent');
    this.#open.add(value);
    const number = this.#value(value);
    this.#open.delete(value);
    this.#numbers.set(value, number);
    for (const { holder, name } of this.#later.get(value) ?? []) {
      this.#add([KIND.assign, holder, name, [number]]);
    }
    this.#later.delete(value);
    return number;
  }

  #value(value: object): number {
    const recipe = recipeOf(value);
    if (recipe !== undefined) return this.#recipe(recipe);
    if (Array.isArray(value)) return this.#long(KIND.list, value);
    if (value instanceof Map) return this.#long(KIND.map, [...value].flat());
    if (value instanceof Set) return this.#long(KIND.set, [...value]);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#object(KIND.object, value);
    if (prototype === null) return this.#object(KIND.bare, value);
    throw new TypeError(`${nameOf(value)} cannot be sent`);
  }

  #recipe(recipe: Recipe): number {
    switch (recipe.kind) {
      case 'named':
        return this.#make([KIND.named, recipe.name]);
      case 'made': {
        const outer = this.#hasValues;
        this.#hasValues ||= recipe.hasValues === true;
        const number = this.#makeValue([
          KIND.made,
          recipe.maker,
          ...recipe.parts.map((part) => this.#token(part)),
        ]);
        this.#hasValues = outer;
        return number;
      }
      case 'code':
        return this.#code(recipe.parameters, recipe.body);
      case 'same':
        return this.#reference(recipe.value);
    }
  }

  #code(parameters: readonly string[], body: string): number {
    const key = JSON.stringify([parameters, body]);
    let number = this.#codes.get(key);
    if (number === undefined) {
      const compiled = this.#options.compiledForm?.(parameters, body);
      const form = compiled === undefined ? -1 : this.#attach(compiled, body.length);
      number = this.#make([KIND.code, form, parameters.length, ...parameters, body]);
      this.#codes.set(key, number);
    }
    return number;
  }

  /** A list, map or set; `values` are its elements, or its keys and values in turns. */
  #long(kind: number, values: readonly unknown[]): number {
    const node: Node = [kind, ...values.slice(0, MAX_VALUES).map((each) => this.#token(each))];
    const number = values.length > MAX_VALUES ? this.#make(node) : this.#makeValue(node);
    for (let at = MAX_VALUES; at < values.length; at += MAX_VALUES) {
      const more = values.slice(at, at + MAX_VALUES).map((each) => this.#token(each));
      this.#add([KIND.extend, number, ...more]);
    }
    return number;
  }

  #object(kind: number, value: object): number {
    const entries = Object.entries(value);
    const late = entries.filter(([, field]) => this.#isOpen(field));
    const ready = late.length === 0 ? entries : entries.filter(([, field]) => !this.#isOpen(field));
    const first = ready.slice(0, MAX_VALUES);
    const tokens = first.map(([, field]) => this.#token(field));
    const node: Node = [kind, this.#shape(first.map(([name]) => name)), ...tokens];
    const number = entries.length > first.length ? this.#make(node) : this.#makeValue(node);
    for (let at = MAX_VALUES; at < ready.length; at += MAX_VALUES) {
      const more = ready.slice(at, at + MAX_VALUES).flatMap(([name, field]) => [name, this.#token(field)]);
      this.#add([KIND.assign, number, ...more]);
    }
    for (const [name, field] of late) {
      const all = this.#later.get(field as object) ?? [];
      this.#later.set(field as object, [...all, { holder: number, name }]);
    }
    return number;
  }

  #isOpen(value: unknown): boolean {
    return (
      (typeof value === 'object' || typeof value === 'function') && value !== null && this.#open.has(value)
    );
  }

  #shape(names: readonly string[]): number {
    return this.#makeOnce([KIND.shape, ...names]);
  }

  #view(value: ArrayBufferView): number {
    const name = Object.entries(BYTE_CLASSES).find(([, each]) => value instanceof each)?.[0];
    if (name === undefined) throw new TypeError(`${nameOf(value)} cannot be sent`);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return this.#make([KIND.bytes, this.#attach(bytes, 0), name]);
  }

  /** Number of bytes in the chunk of the node that is added next, which has `characters` of its own. */
  #attach(bytes: Uint8Array, characters: number): number {
    if (this.#byteLength + bytes.length > CHUNK_BYTES || this.#characters + characters > CHUNK_CHARACTERS) {
      this.#cut();
    }
    this.#byteLength += bytes.length;
    this.#spend(bytes.length);
    return this.#bytes.push(bytes.slice()) - 1;
  }

  /** Number of a node whose value is complete with it. */
  #makeValue(node: Node): number {
    return this.#hasValues ? this.#makeOnce(node) : this.#make(node);
  }

  #makeOnce(node: Node): number {
    const text = JSON.stringify(node);
    if (text.length > LONGEST_COMPARED) return this.#make(node);
    let number = this.#known.get(text);
    if (number === undefined) {
      number = this.#make(node);
      this.#known.set(text, number);
    }
    return number;
  }

  #make(node: Node): number {
    this.#add(node);
    return this.#count++;
  }

  #add(node: Node): void {
    const text = JSON.stringify(node);
    // The bytes of a node are in its chunk.
    const isAlone = node[0] !== KIND.code && node[0] !== KIND.bytes;
    if (isAlone && this.#characters + text.length > CHUNK_CHARACTERS) this.#cut();
    this.#nodes.push(text);
    this.#characters += text.length;
    this.#spend(text.length);
    if (this.#characters > CHUNK_CHARACTERS || this.#byteLength > CHUNK_BYTES) this.#cut();
  }

  #cut(): void {
    if (this.#nodes.length > 0)
      this.#chunks.push({ nodes: `[${this.#nodes.join(',')}]`, bytes: this.#bytes });
    this.#nodes = [];
    this.#bytes = [];
    this.#characters = 0;
    this.#byteLength = 0;
  }

  #spend(size: number): void {
    this.#total += size;
    if (this.#total > (this.#options.limit ?? Number.POSITIVE_INFINITY)) throw new TooLarge();
  }
}

function nameOf(value: object): string {
  return typeof value === 'function' ? `the function ${value.name}` : `a ${value.constructor.name}`;
}
