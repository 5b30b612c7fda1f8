import type { Checked } from '../check/checked.ts';
import type { Node } from '../syntax/tree.ts';
import type { Code } from './code.ts';

/** Expression in JavaScript. Statements before it are in the lines of the block. */
export interface Emitted {
  readonly text: string;
  /** Never fails. */
  readonly isTotal: boolean;
  /** Name or number: another read costs nothing and gives the same value. */
  readonly isStable: boolean;
  /** Always `true` or `false`; a value of type bool from a container could be anything. */
  readonly isBool: boolean;
}

/** Variables of enclosing comprehensions and bindings. */
export interface Locals {
  readonly name: string;
  readonly value: Emitted;
  readonly outer: Locals | undefined;
}

/** Interface of the emitter for code that emits one kind of expression. */
export interface Emitter {
  readonly checked: Checked;
  readonly code: Code;
  /** True if the code counts steps; set by the code that emits the counting. */
  isMetered: boolean;
  /** True if the code runs more than once, so that long values must be paid for. */
  readonly isInLoop: boolean;
  emit(node: Node, locals: Locals | undefined): Emitted;
  /** Emits expressions that are evaluated one after another. */
  emitAll(
    nodes: readonly Node[],
    locals: Locals | undefined,
    emitOne?: (node: Node, locals: Locals | undefined) => Emitted,
  ): readonly Emitted[];
  /** As `emit`; a timestamp may be the object of the activation, for code that only reads its parts. */
  emitInstant(node: Node, locals: Locals | undefined): Emitted;
  /** Emits a condition, which fails if it is not a bool. */
  emitBool(node: Node, locals: Locals | undefined, check?: (value: unknown) => boolean): Emitted;
  /** Value of an expression that reads nothing of the request; otherwise undefined. */
  constantOf(node: Node): { readonly value: unknown } | undefined;
  /** Calls `write` for the body of a loop. */
  inLoop<T>(write: () => T): T;
}

/** Expression that must be computed where it is used. */
export function computed(text: string, { isTotal = false, isBool = false } = {}): Emitted {
  return { text, isTotal, isStable: false, isBool };
}

/** Variable that holds a value. */
export function held(text: string, { isBool = false } = {}): Emitted {
  return { text, isTotal: true, isStable: true, isBool };
}

export function allTotal(parts: readonly Emitted[]): boolean {
  return parts.every(({ isTotal }) => isTotal);
}
