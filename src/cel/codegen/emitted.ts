import type { Checked } from '../check/checked.ts';
import type { Node } from '../syntax/tree.ts';
import type { Code } from './code.ts';

/** An expression in JavaScript. What had to be said before it stands in the lines of the block. */
export interface Emitted {
  readonly text: string;
  /** Never fails. */
  readonly isTotal: boolean;
  /** A name or a number: reading it again costs nothing and gives the same. */
  readonly isStable: boolean;
  /** Always `true` or `false`; a value of type bool out of a container could be anything. */
  readonly isBool: boolean;
}

/** The variables of comprehensions and bindings around. */
export interface Locals {
  readonly name: string;
  readonly value: Emitted;
  readonly outer: Locals | undefined;
}

/** What writes an expression, for those that write one kind of it. */
export interface Emitter {
  readonly checked: Checked;
  readonly code: Code;
  /** Whether steps are counted in it; set by who writes what counts them. */
  isMetered: boolean;
  /** Whether this is evaluated more often than once, so that long values have to be paid for. */
  readonly isInLoop: boolean;
  emit(node: Node, locals: Locals | undefined): Emitted;
  /** As they are evaluated, one after the other. */
  emitAll(
    nodes: readonly Node[],
    locals: Locals | undefined,
    emitOne?: (node: Node, locals: Locals | undefined) => Emitted,
  ): readonly Emitted[];
  /** As `emit`; an instant that is read may be the object that came in, for those who look at its parts only. */
  emitInstant(node: Node, locals: Locals | undefined): Emitted;
  /** As a condition; fails on what is no bool. */
  emitBool(node: Node, locals: Locals | undefined, check?: (value: unknown) => boolean): Emitted;
  /** Its value, when it reads nothing of the request. */
  constantOf(node: Node): { readonly value: unknown } | undefined;
  /** Writes what is in the body of a loop. */
  inLoop<T>(write: () => T): T;
}

/** An expression that has to be computed where it stands. */
export function computed(text: string, { isTotal = false, isBool = false } = {}): Emitted {
  return { text, isTotal, isStable: false, isBool };
}

/** A variable that holds a value. */
export function held(text: string, { isBool = false } = {}): Emitted {
  return { text, isTotal: true, isStable: true, isBool };
}

export function allTotal(parts: readonly Emitted[]): boolean {
  return parts.every(({ isTotal }) => isTotal);
}
