import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Type } from '../value/type.ts';
import type { Checked } from './checked.ts';
import { nameOf } from './key-reads.ts';

/** Keys of a declared map that an expression reads. */
export interface KeysRead {
  /** Keys whose values it reads. */
  readonly values: ReadonlySet<string>;
  /** Keys that it tests for presence. */
  readonly presence: ReadonlySet<string>;
  /** True if it reads the value of a key that is only known at evaluation time, or the whole map. */
  readonly isOpen: boolean;
}

/** Value of a part that is known before the evaluation. */
type ConstantOf = (node: Node) => { readonly value: unknown } | undefined;

/**
 * Keys that an expression reads, by the declared name of the map. Maps of which it reads no value and tests no key are
 * left out: `size(m)` and the keys of a loop with one variable.
 */
export function keysReadIn(checked: Checked, constantOf: ConstantOf): ReadonlyMap<string, KeysRead> {
  const collector = new Collector(checked, constantOf);
  collector.visit(checked.root);
  return collector.read;
}

interface Keys extends KeysRead {
  readonly values: Set<string>;
  readonly presence: Set<string>;
  isOpen: boolean;
}

class Collector {
  readonly read = new Map<string, Keys>();
  readonly #checked: Checked;
  readonly #constantOf: ConstantOf;

  constructor(checked: Checked, constantOf: ConstantOf) {
    this.#checked = checked;
    this.#constantOf = constantOf;
  }

  visit(node: Node): void {
    const reference = this.#checked.references[node.id];
    if (reference?.kind === 'type' || reference?.kind === 'constant') return;
    if (reference?.kind === 'variable') {
      // `has(m)` tests for the map itself.
      if (node.kind !== 'has') this.#open(reference.path.join('.'), reference.type);
      return;
    }
    const map = this.#access(node);
    for (const child of childrenOf(node)) if (child !== map) this.visit(child);
  }

  /** The declared map of which a node reads less than the whole; undefined for any other node. */
  #access(node: Node): Node | undefined {
    switch (node.kind) {
      case 'select':
        return this.#value(node.operand, node.field);
      case 'index':
        return this.#value(node.operand, this.#textOf(node.index));
      case 'has':
        return this.#presence(node.operand, node.field);
      case 'operator': {
        const [element, map] = node.operands;
        if (node.operator !== 'in' || map === undefined) return undefined;
        return this.#presence(map, this.#textOf(element));
      }
      case 'loop':
        return node.variables.length === 1 ? this.#keysOf(node.range)?.map : undefined;
      case 'call': {
        const [only] = node.receiver === undefined ? node.args : [node.receiver];
        return node.name === 'size' && only !== undefined ? this.#keysOf(only)?.map : undefined;
      }
      default:
        return undefined;
    }
  }

  #value(node: Node, key: string | undefined): Node | undefined {
    const found = this.#keysOf(node);
    if (found === undefined) return undefined;
    const keys = this.#keys(found.name);
    if (key === undefined) keys.isOpen = true;
    else keys.values.add(key);
    return found.map;
  }

  #presence(node: Node, key: string | undefined): Node | undefined {
    const found = this.#keysOf(node);
    if (found !== undefined && key !== undefined) this.#keys(found.name).presence.add(key);
    return found?.map;
  }

  /** The declared map that a node is. */
  #keysOf(node: Node): { readonly name: string; readonly map: Node } | undefined {
    const reference = this.#checked.references[node.id];
    const name = nameOf(this.#checked, node);
    const isMap = reference?.kind === 'variable' && reference.type.kind === 'map';
    return isMap && name !== undefined ? { name, map: node } : undefined;
  }

  #open(name: string, type: Type): void {
    if (type.kind === 'map') this.#keys(name).isOpen = true;
    if (type.kind !== 'object') return;
    for (const [field, below] of type.fields) this.#open(`${name}.${field}`, below);
  }

  #keys(name: string): Keys {
    const known = this.read.get(name);
    if (known !== undefined) return known;
    const keys: Keys = { values: new Set(), presence: new Set(), isOpen: false };
    this.read.set(name, keys);
    return keys;
  }

  #textOf(node: Node | undefined): string | undefined {
    const value = node === undefined ? undefined : this.#constantOf(node)?.value;
    return typeof value === 'string' ? value : undefined;
  }
}
