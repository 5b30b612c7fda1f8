import type { Parser } from './parser.ts';
import type { CallNode, Node } from './tree.ts';

/** Names that no expression can declare: of the values of a block, and of the variables of its comprehensions. */
const VALUE = /^@index([0-9]+)$/;
const VARIABLE = /^@it:([0-9]+):([0-9]+)$/;

/**
 * `cel.block([a, b], x)`, in which `cel.index(1)` is the value of `b`, becomes bindings one in another;
 * `cel.iterVar(0, 0)` is the name of a variable. Undefined for any other call.
 */
export function expandBlock(parser: Parser, call: Omit<CallNode, 'kind' | 'id'>): Node | undefined {
  const { name, args, start, end } = call;
  const [first, body] = args;
  if (name === 'block' && first?.kind === 'list' && body !== undefined && args.length === 2) {
    if (first.elements.some(({ isOptional }) => isOptional)) return undefined;
    return first.elements.reduceRight<Node>(
      (inner, { value }, at) =>
        parser.make({ kind: 'bind', variable: `@index${at}`, value, body: inner, start, end }),
      body,
    );
  }
  const numbers = args.map((arg) =>
    arg.kind === 'literal' && typeof arg.value === 'number' ? arg.value : -1,
  );
  if (numbers.some((number) => number < 0)) return undefined;
  const isIndex = name === 'index' && numbers.length === 1;
  const isVariable = name === 'iterVar' && numbers.length === 2;
  if (!isIndex && !isVariable) return undefined;
  const made = isIndex ? `@index${numbers.join('')}` : `@it:${numbers.join(':')}`;
  return parser.make({ kind: 'name', name: made, isRooted: false, start, end });
}

/** The call that a name of a block was written as; any other name as it is. */
export function printName(name: string): string {
  const [, index] = VALUE.exec(name) ?? [];
  if (index !== undefined) return `cel.index(${index})`;
  const [, depth, position] = VARIABLE.exec(name) ?? [];
  return depth === undefined ? name : `cel.iterVar(${depth}, ${position ?? ''})`;
}

/** The values and the body of a block; undefined for any other binding. */
export function blockOf(
  node: Node & { kind: 'bind' },
): { readonly values: readonly Node[]; readonly body: Node } | undefined {
  if (node.variable !== '@index0') return undefined;
  const values: Node[] = [];
  let at: Node = node;
  while (at.kind === 'bind' && at.variable === `@index${values.length}`) {
    values.push(at.value);
    at = at.body;
  }
  return { values, body: at };
}
