import type { ParseResult } from '@marcbachmann/cel-js';

/**
 * A node of the engine's syntax tree, as far as we read and rewrite it. Macros keep their arguments here and their
 * expansion in `meta.alternate`; both share the argument nodes, so that a change in place reaches both.
 */
export interface Node {
  readonly op: string;
  args: unknown;
  readonly start: number;
  readonly end: number;
  /** Of a field access: where the field's name starts, and `end` is where it ends. */
  readonly pos: number;
  /** Set by the engine's checker. */
  readonly checkedType?: EngineType;
  readonly meta: { readonly alternate?: Node };
}

/** The engine's type of a node. */
export interface EngineType {
  readonly kind: string;
  readonly name: string;
  readonly keyType?: EngineType;
  readonly valueType?: EngineType;
}

/** The tree of a parsed expression. The engine's own types declare less of it, and that as read-only. */
export function treeOf(parsed: ParseResult): Node {
  return parsed.ast as unknown as Node;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'start' in value;
}

/** The parts of `a.b` and `a[b]`, optional or not; `key` is undefined unless it is written out as text. */
export interface Access {
  readonly base: Node;
  readonly key: string | undefined;
  /** The index expression, of `a[b]` only. */
  readonly index: Node | undefined;
}

export function accessOf(node: Node): Access | undefined {
  if (!Array.isArray(node.args)) return undefined;
  const parts: readonly unknown[] = node.args;
  const [base, key] = parts;
  if (!isNode(base)) return undefined;
  switch (node.op) {
    case '.':
    case '.?':
      return typeof key === 'string' ? { base, key, index: undefined } : undefined;
    case '[]':
    case '[?]':
      if (!isNode(key)) return undefined;
      return {
        base,
        key: key.op === 'value' && typeof key.args === 'string' ? key.args : undefined,
        index: key,
      };
    default:
      return undefined;
  }
}

/** A call of a function, or of a method when it has a receiver. */
export interface Call {
  readonly name: string;
  readonly receiver: Node | undefined;
  readonly args: readonly Node[];
}

export function callOf(node: Node): Call | undefined {
  if (!Array.isArray(node.args) || (node.op !== 'call' && node.op !== 'rcall')) return undefined;
  const parts: unknown[] = node.args;
  const name = parts[0];
  const receiver = node.op === 'rcall' ? parts[1] : undefined;
  const args: unknown = parts.at(-1);
  if (typeof name !== 'string' || !Array.isArray(args)) return undefined;
  return { name, receiver: isNode(receiver) ? receiver : undefined, args: args.filter(isNode) };
}

/** Makes a call one of another function. */
export function renameCall(node: Node, name: string): void {
  if (Array.isArray(node.args)) node.args[0] = name;
}

/** The nodes directly below, in the order in which they are written. */
export function children(node: Node): readonly Node[] {
  const found: Node[] = [];
  const collect = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
  };
  if (node.op !== 'value') collect(node.args);
  return found;
}

/** Whether some path from the root is longer than `limit` nodes. Takes no stack of its own. */
export function isDeeperThan(root: Node, limit: number): boolean {
  let level: readonly Node[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    level = level.flatMap(children);
  }
  return false;
}

/** Where the method's name stands in a call with a receiver: behind the receiver, whatever blanks lie between. */
export function methodName(source: string, receiver: Node, name: string): { start: number; end: number } {
  let at = receiver.end;
  while (at < source.length && !source.startsWith(name, at)) {
    if (source.startsWith('//', at)) {
      const line = source.indexOf('\n', at);
      at = line < 0 ? source.length : line;
    }
    at++;
  }
  const start = Math.min(at, source.length);
  return { start, end: Math.min(start + name.length, source.length) };
}
