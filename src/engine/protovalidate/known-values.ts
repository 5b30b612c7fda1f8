import type { Parsed } from '../../cel/syntax/parse.ts';
import { type CallNode, type Node, type Operator, type OperatorNode } from '../../cel/syntax/tree.ts';
import { compare, equals } from '../../cel/value/compare.ts';
import { kindOf } from '../../cel/value/kind.ts';
import { Message } from '../../cel/value/message.ts';
import { Uint } from '../../cel/value/number.ts';
import type { Type } from '../../cel/value/type.ts';

/** Value of a name that is known when the rule is compiled. */
export interface KnownValue {
  readonly value: unknown;
  readonly type: Type;
}

type Literal = Node & { readonly kind: 'literal' };

/** Type of a field of a message. */
type FieldType = (message: string, field: string) => Type | undefined;

/**
 * The tree with values in the place of names, and without the branches that these values exclude: of
 * `has(rules.lt) && this > rules.gt` remains `this > 5`, or nothing. `x` and `getField(x, 'f')` are put in as well.
 */
export function withKnownValues(
  parsed: Parsed,
  values: ReadonlyMap<string, KnownValue>,
  fieldType: FieldType,
): Parsed {
  return { ...parsed, root: new Rewriting(values, fieldType).node(parsed.root, NO_VARIABLES) };
}

type Variables = ReadonlySet<string>;

const NO_VARIABLES: Variables = new Set();

class Rewriting {
  readonly #values: ReadonlyMap<string, KnownValue>;
  readonly #fieldType: FieldType;

  constructor(values: ReadonlyMap<string, KnownValue>, fieldType: FieldType) {
    this.#values = values;
    this.#fieldType = fieldType;
  }

  /** `hidden`: variables of enclosing comprehensions. */
  node(node: Node, hidden: Variables): Node {
    const each = (child: Node): Node => this.node(child, hidden);
    switch (node.kind) {
      case 'literal':
      case 'missing':
        return node;
      case 'name': {
        const known = hidden.has(node.name) ? undefined : this.#values.get(node.name);
        return known === undefined ? node : literal(node, known);
      }
      case 'select': {
        const operand = each(node.operand);
        const field = node.isOptional ? undefined : this.#field(operand, node.field);
        return field === undefined ? { ...node, operand } : literal(node, field);
      }
      case 'has': {
        const operand = each(node.operand);
        const message = messageIn(operand);
        return message === undefined || this.#fieldType(message.type, node.field) === undefined
          ? { ...node, operand }
          : bool(node, message.has(node.field));
      }
      case 'call':
        return this.#call(node, each);
      case 'operator':
        return compared(node, node.operands.map(each));
      case 'logic':
        return logic(node, node.operands.map(each));
      case 'condition': {
        const test = each(node.test);
        if (isBool(test)) return each(test.value ? node.yes : node.no);
        return { ...node, test, yes: each(node.yes), no: each(node.no) };
      }
      case 'index':
        return { ...node, operand: each(node.operand), index: each(node.index) };
      case 'list':
        return { ...node, elements: node.elements.map((one) => ({ ...one, value: each(one.value) })) };
      case 'map':
        return {
          ...node,
          entries: node.entries.map((one) => ({ ...one, key: each(one.key), value: each(one.value) })),
        };
      case 'message':
        return { ...node, fields: node.fields.map((one) => ({ ...one, value: each(one.value) })) };
      case 'loop': {
        const within = (child: Node): Node => this.node(child, hidden.union(new Set(node.variables)));
        const filter = node.filter && within(node.filter);
        return { ...node, range: each(node.range), filter, body: within(node.body) };
      }
      case 'bind':
        return {
          ...node,
          value: each(node.value),
          body: this.node(node.body, hidden.union(new Set([node.variable]))),
        };
      case 'optional_map':
        return {
          ...node,
          operand: each(node.operand),
          body: this.node(node.body, hidden.union(new Set([node.variable]))),
        };
    }
  }

  #call(node: CallNode, each: (child: Node) => Node): Node {
    const args = node.args.map(each);
    const receiver = node.receiver && each(node.receiver);
    const [message, name] = args;
    if (node.name === 'getField' && receiver === undefined && message !== undefined) {
      const field = name?.kind === 'literal' ? this.#field(message, String(name.value)) : undefined;
      if (field !== undefined) return literal(node, field);
    }
    return { ...node, receiver, args };
  }

  #field(operand: Node, field: string): KnownValue | undefined {
    const message = messageIn(operand);
    const type = message && this.#fieldType(message.type, field);
    return message === undefined || type === undefined ? undefined : { value: message.read(field), type };
  }
}

function messageIn(node: Node): Message | undefined {
  return node.kind === 'literal' && node.value instanceof Message ? node.value : undefined;
}

function literal({ id, start, end }: Node, { value, type }: KnownValue): Literal {
  return { kind: 'literal', id, start, end, value, type };
}

function bool(node: Node, value: boolean): Literal {
  return literal(node, { value, type: { kind: 'bool' } });
}

function isBool(node: Node): node is Literal & { readonly value: boolean } {
  return node.kind === 'literal' && typeof node.value === 'boolean';
}

/** `&&` and `||`: one operand can decide, and others make no difference. */
function logic(node: Node & { readonly kind: 'logic' }, operands: readonly Node[]): Node {
  const decisive = node.operator === '||';
  if (operands.some((operand) => isBool(operand) && operand.value === decisive)) return bool(node, decisive);
  const open = operands.filter((operand) => !isBool(operand));
  const [only] = open;
  if (only === undefined) return bool(node, !decisive);
  // An operand that is certainly a bool may stand alone.
  return open.length === 1 && CONDITIONS.has(only.kind)
    ? only
    : { ...node, operands: open.length === 1 ? operands : open };
}

const CONDITIONS: ReadonlySet<string> = new Set<Node['kind']>(['logic', 'has', 'operator']);

/** Types whose order is known. */
const ORDERED: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'timestamp', 'duration', 'string']);

const ORDERS: Readonly<Partial<Record<Operator, (order: number) => boolean>>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compared(node: OperatorNode, [left, right]: readonly Node[]): Node {
  if (left === undefined) return node;
  if (right === undefined) {
    return node.operator === '!' && isBool(left) ? bool(node, !left.value) : { ...node, operands: [left] };
  }
  if (left.kind !== 'literal' || right.kind !== 'literal') return beside(node, left, right);
  const { operator } = node;
  if (operator === '==' || operator === '!=') {
    return bool(node, equals(left.value, right.value) === (operator === '=='));
  }
  const holds = ORDERS[operator];
  const kind = kindOf(left.value);
  if (holds === undefined || kind !== kindOf(right.value) || !ORDERED.has(kind))
    return { ...node, operands: [left, right] };
  return bool(node, holds(compare(left.value, right.value)));
}

/** `uint(x.size()) < 5u` as `x.size() < 5`: a size is never negative, and ints are faster. */
function beside(node: OperatorNode, left: Node, right: Node): Node {
  const size =
    left.kind === 'call' && left.name === 'uint' && left.receiver === undefined ? left.args[0] : left;
  const isSize = size?.kind === 'call' && size.name === 'size';
  const isPair = size !== left && isSize && ORDERED_OR_EQUAL.has(node.operator);
  if (!isPair || right.kind !== 'literal' || !(right.value instanceof Uint)) {
    return { ...node, operands: [left, right] };
  }
  const limit = Number(right.value.value);
  if (!Number.isSafeInteger(limit)) return { ...node, operands: [left, right] };
  return { ...node, operands: [size, literal(right, { value: limit, type: { kind: 'int' } })] };
}

const ORDERED_OR_EQUAL: ReadonlySet<Operator> = new Set(['==', '!=', '<', '<=', '>', '>=']);
