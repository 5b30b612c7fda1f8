import type { Range } from '../../diagnostic/range.ts';
import type { Type } from '../value/type.ts';

/**
 * Expression as it was written: macros are not expanded. `start` and `end` are UTF-16 offsets, without surrounding
 * parentheses.
 */
export type Node =
  | LiteralNode
  | NameNode
  | SelectNode
  | HasNode
  | IndexNode
  | CallNode
  | OperatorNode
  | LogicNode
  | ConditionNode
  | ListNode
  | MapNode
  | MessageNode
  | LoopNode
  | BindNode
  | OptionalMapNode
  | MissingNode;

interface Base extends Range {
  /** From 0, in no particular order, unique in a tree. */
  readonly id: number;
}

interface LiteralNode extends Base {
  readonly kind: 'literal';
  /** In the form of values in an evaluation. */
  readonly value: unknown;
  /** Type of a value that is not written, but was put in the place of a name. */
  readonly type?: Type;
}

/** `x`. With a dot before it (`isRooted`) it is never the variable of a comprehension. */
interface NameNode extends Base {
  readonly kind: 'name';
  readonly name: string;
  readonly isRooted: boolean;
}

/** `x.f`, or `x.?f`. */
export interface SelectNode extends Base {
  readonly kind: 'select';
  readonly operand: Node;
  readonly field: string;
  readonly fieldAt: Range;
  readonly isOptional: boolean;
}

/** `has(x.f)`. */
interface HasNode extends Base {
  readonly kind: 'has';
  readonly operand: Node;
  readonly field: string;
  readonly fieldAt: Range;
}

/** `x[y]`, or `x[?y]`. */
interface IndexNode extends Base {
  readonly kind: 'index';
  readonly operand: Node;
  readonly index: Node;
  readonly isOptional: boolean;
}

/** `f(x)`, or `r.f(x)`. */
export interface CallNode extends Base {
  readonly kind: 'call';
  readonly name: string;
  readonly nameAt: Range;
  readonly isRooted: boolean;
  readonly receiver: Node | undefined;
  readonly args: readonly Node[];
  /** True if all written arguments were collected into a list, the only argument. */
  readonly isSpread: boolean;
}

export type Operator = '!' | '-' | '+' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

/** Operator before its only operand, or between two. */
export interface OperatorNode extends Base {
  readonly kind: 'operator';
  readonly operator: Operator;
  readonly operands: readonly [Node] | readonly [Node, Node];
}

/** `a && b && c`, with two or more operands. */
export interface LogicNode extends Base {
  readonly kind: 'logic';
  readonly operator: '&&' | '||';
  readonly operands: readonly Node[];
}

/** `test ? yes : no`. */
interface ConditionNode extends Base {
  readonly kind: 'condition';
  readonly test: Node;
  readonly yes: Node;
  readonly no: Node;
}

export interface ListNode extends Base {
  readonly kind: 'list';
  readonly elements: readonly Element[];
}

export interface Element {
  readonly value: Node;
  /** `[?x]`: left out if the optional is empty. */
  readonly isOptional: boolean;
}

export interface MapNode extends Base {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: Node;
  readonly value: Node;
  readonly isOptional: boolean;
}

/** `a.b.Message{field: x}`. */
export interface MessageNode extends Base {
  readonly kind: 'message';
  /** Includes a leading dot. */
  readonly name: string;
  readonly nameAt: Range;
  readonly fields: readonly MessageField[];
}

export interface MessageField {
  readonly name: string;
  readonly nameAt: Range;
  readonly value: Node;
  readonly isOptional: boolean;
}

export type Loop =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'sortBy';

/** `range.all(x, body)` and other loops; the first of two variables is the index or the key. */
export interface LoopNode extends Base {
  readonly kind: 'loop';
  readonly loop: Loop;
  /** Name as written: `exists_one` may be `existsOne`. */
  readonly name: string;
  readonly nameAt: Range;
  readonly range: Node;
  readonly variables: readonly [string] | readonly [string, string];
  /** Elements for which it is false are skipped. */
  readonly filter: Node | undefined;
  readonly body: Node;
}

/** `cel.bind(x, value, body)`. */
interface BindNode extends Base {
  readonly kind: 'bind';
  readonly variable: string;
  readonly value: Node;
  readonly body: Node;
}

/** `operand.optMap(x, body)`, or `optFlatMap` if `isFlat`. */
interface OptionalMapNode extends Base {
  readonly kind: 'optional_map';
  readonly isFlat: boolean;
  readonly operand: Node;
  readonly variable: string;
  readonly body: Node;
}

/** Placeholder for a missing expression that has been reported. */
interface MissingNode extends Base {
  readonly kind: 'missing';
}

/** Direct children, in the order in which they are written. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
    case 'missing':
      return [];
    case 'select':
    case 'has':
      return [node.operand];
    case 'index':
      return [node.operand, node.index];
    case 'call':
      return node.receiver === undefined ? node.args : [node.receiver, ...node.args];
    case 'operator':
    case 'logic':
      return node.operands;
    case 'condition':
      return [node.test, node.yes, node.no];
    case 'list':
      return node.elements.map(({ value }) => value);
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'message':
      return node.fields.map(({ value }) => value);
    case 'loop':
      return node.filter === undefined ? [node.range, node.body] : [node.range, node.filter, node.body];
    case 'bind':
      return [node.value, node.body];
    case 'optional_map':
      return [node.operand, node.body];
  }
}
