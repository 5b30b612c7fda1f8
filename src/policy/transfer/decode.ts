import { makeOf, valueNamed } from '../../recipe/recipe.ts';
import { BYTE_CLASSES, type Chunk, KIND, type Node, type Token } from './nodes.ts';

/** A function from the source of its body, and V8's compiled form of it if there is one. */
export type CompileCode = (
  parameters: readonly string[],
  body: string,
  compiledForm: Uint8Array | undefined,
) => object;

/** The value of all of its chunks, at once. */
export function decoded(chunks: readonly Chunk[], compile: CompileCode): unknown {
  const decoder = new Decoder(compile);
  for (const chunk of chunks) for (const _ of decoder.add(chunk));
  return decoder.finish();
}

/** Maker of a value from its chunks, which must be added in order. */
export class Decoder {
  /** Short functions of the value, by their source. */
  readonly code = new Map<string, object>();
  readonly #compile: CompileCode;
  readonly #known: ReadonlyMap<string, object>;
  #values: unknown[] = [];
  #root: unknown;

  /** `known` is the `code` of a value before: what is equal in both is compiled, and optimized, already. */
  constructor(compile: CompileCode, known: ReadonlyMap<string, object> = new Map()) {
    this.#compile = compile;
    this.#known = known;
  }

  /** Adds a chunk in steps, one for each node. */
  *add({ nodes, bytes }: Chunk): Generator<undefined, void> {
    for (const node of JSON.parse(nodes) as Node[]) {
      this.#add(node, bytes);
      yield;
    }
  }

  /** The value, once all chunks are added. */
  finish(): unknown {
    this.#values = [];
    return Array.isArray(this.#root) ? (this.#root as unknown[])[0] : undefined;
  }

  #add(node: Node, bytes: readonly Uint8Array[]): void {
    const [kind, first] = node;
    if (kind === KIND.extend) return this.#extend(this.#values[first as number], node);
    if (kind === KIND.assign) return this.#assign(this.#values[first as number] as object, node);
    this.#root = this.#make(node, bytes);
    this.#values.push(this.#root);
  }

  #make(node: Node, bytes: readonly Uint8Array[]): unknown {
    const [kind, first, second] = node;
    switch (kind) {
      case KIND.shape:
        return node.slice(1);
      case KIND.object:
        return this.#object({}, node);
      case KIND.bare:
        return this.#object(Object.create(null) as object, node);
      case KIND.list:
        return this.#parts(node, 1);
      case KIND.map:
        return this.#fillMap(new Map(), node, 1);
      case KIND.set:
        return new Set(this.#parts(node, 1));
      case KIND.named:
        return valueNamed(first as string);
      case KIND.made:
        return makeOf(first as string, this.#parts(node, 2));
      case KIND.code:
        return this.#code(node as readonly (string | number)[], bytes);
      case KIND.bytes:
        return view(bytes[first as number], second as keyof typeof BYTE_CLASSES);
      default:
        throw new TypeError(`unknown node ${kind}`);
    }
  }

  #object(object: object, node: Node): object {
    const names = this.#values[node[1] as number] as readonly string[];
    for (let at = 0; at < names.length; at++) {
      setField(object, names[at] ?? '', this.#value(node[at + 2] as Token));
    }
    return object;
  }

  #code([, form, count, ...rest]: readonly (string | number)[], bytes: readonly Uint8Array[]): object {
    const parameters = rest.slice(0, Number(count)).map(String);
    const body = String(rest[Number(count)]);
    const compiled = bytes[Number(form)];
    // Long functions come compiled, and their sources would be held twice.
    if (compiled !== undefined) return this.#compile(parameters, body, compiled);
    const key = `${parameters.join(', ')}\n${body}`;
    const made = this.#known.get(key) ?? this.#compile(parameters, body, undefined);
    this.code.set(key, made);
    return made;
  }

  #extend(target: unknown, node: Node): void {
    if (target instanceof Map) this.#fillMap(target, node, 2);
    else if (target instanceof Set) for (const part of this.#parts(node, 2)) target.add(part);
    else (target as unknown[]).push(...this.#parts(node, 2));
  }

  #assign(target: object, node: Node): void {
    for (let at = 2; at < node.length; at += 2) {
      setField(target, node[at] as string, this.#value(node[at + 1] as Token));
    }
  }

  #fillMap(map: Map<unknown, unknown>, node: Node, from: number): Map<unknown, unknown> {
    for (let at = from; at < node.length; at += 2) {
      map.set(this.#value(node[at] as Token), this.#value(node[at + 1] as Token));
    }
    return map;
  }

  #parts(node: Node, from: number): unknown[] {
    const parts: unknown[] = [];
    for (let at = from; at < node.length; at++) parts.push(this.#value(node[at] as Token));
    return parts;
  }

  #value(token: Token): unknown {
    if (typeof token !== 'object' || token === null) return token;
    if (!isList(token)) return 'bigint' in token ? BigInt(token.bigint) : Number(token.number);
    const [number] = token;
    return number === undefined ? undefined : this.#values[number];
  }
}

function isList(token: Token): token is readonly [number] | readonly [] {
  return Array.isArray(token);
}

/** `__proto__` is a field like any other. */
function setField(object: object, name: string, value: unknown): void {
  if (name !== '__proto__') (object as Record<string, unknown>)[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function view(bytes: Uint8Array | undefined, name: keyof typeof BYTE_CLASSES): ArrayBufferView {
  // A copy of its own: a class of wider elements needs an offset that is a multiple of their size.
  const { buffer } = new Uint8Array(bytes ?? []);
  return new BYTE_CLASSES[name](buffer);
}
