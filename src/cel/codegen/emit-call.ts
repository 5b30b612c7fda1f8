import { type FunctionReference, functionOf } from '../check/checked.ts';
import type { PreparedLiteral } from '../check/literals.ts';
import {
  candidatesOf,
  dispatcher,
  likelyOverload,
  runFor,
  sizesOf,
  staticOverload,
} from '../interpret/dispatch.ts';
import { isLazy } from '../interpret/semantics.ts';
import type { Overload } from '../library/function.ts';
import type { CallNode } from '../syntax/tree.ts';
import { fail } from '../value/failure.ts';
import { certainType } from './certain.ts';
import { emitLazy } from './emit-bind.ts';
import { allTotal, computed, type Emitted, type Emitter, type Locals } from './emitted.ts';

interface Call {
  readonly reference: FunctionReference;
  readonly isMethod: boolean;
  readonly arity: number;
  readonly sizes: readonly number[];
}

/**
 * Emits a call: of the overload for the types; if they do not determine it, of the overload for strings if the values
 * are strings, and otherwise of the overload for the values.
 */
export function emitCall(
  emitter: Emitter,
  prepared: PreparedLiteral | undefined,
  node: CallNode,
  locals: Locals | undefined,
): Emitted {
  const { code } = emitter;
  const reference = functionOf(emitter.checked, node);
  const { receiver, args } = node;
  const isMethod = receiver !== undefined && reference?.isNamespaced !== true;
  if (isMethod && isLazy(node) && reference !== undefined) return emitLazy(emitter, node, receiver, locals);
  const operands = isMethod ? [receiver, ...args] : args;
  const types = operands.map((operand) => certainType(emitter.checked, operand));
  const parts = emitter.emitAll(operands, locals);
  const texts = parts.map(({ text }) => text);
  if (reference === undefined) {
    for (const text of texts) code.line(`${text};`);
    return computed(`${code.helper(fail)}(${code.constant('unknown_function')})`);
  }
  const overload = staticOverload(reference, types);
  const sizes = sizesOf(operands, types);
  if (overload !== undefined) {
    return computed(callOf(emitter, overload, prepared, texts, sizes), {
      isTotal: overload.isTotal && prepared?.overload !== overload && allTotal(parts),
      isBool: overload.result.kind === 'bool',
    });
  }
  const call = { reference, isMethod, arity: operands.length, sizes };
  const isBool = candidatesOf(reference, isMethod, operands.length).every(
    ({ result }) => result.kind === 'bool',
  );
  const likely = likelyOverload(reference, types);
  if (likely === undefined) return computed(dispatchOf(emitter, call, texts), { isBool });
  const names = parts.map(({ text, isStable }) => {
    if (isStable) return text;
    const name = code.fresh('t');
    code.line(`const ${name} = ${text};`);
    return name;
  });
  const areTexts = names
    .filter((_, at) => types[at]?.kind === 'dyn')
    .map((name) => `typeof ${name} === "string"`);
  const direct = callOf(emitter, likely, prepared, names, sizes);
  return computed(`(${areTexts.join(' && ')} ? ${direct} : ${dispatchOf(emitter, call, names)})`, { isBool });
}

/** Call of one overload. */
function callOf(
  emitter: Emitter,
  overload: Overload,
  prepared: PreparedLiteral | undefined,
  texts: readonly string[],
  sizes: readonly number[],
): string {
  const { code } = emitter;
  const { literal, cost } = overload;
  if (literal?.run !== undefined && prepared?.overload === overload) {
    emitter.isMetered ||= cost.payment !== 'never';
    const args = texts.with(literal.at, code.constant(prepared.value));
    return `${code.constant(literal.run)}(${args.join(', ')})`;
  }
  return `${code.constant(runOf(emitter, overload, sizes))}(${texts.join(', ')})`;
}

/** Call of the overload for the types of the values. */
export function dispatchOf(
  emitter: Emitter,
  { reference, isMethod, arity, sizes }: Call,
  texts: readonly string[],
): string {
  const forms = candidatesOf(reference, isMethod, arity).map((overload) => ({
    parameters: overload.parameters,
    run: runOf(emitter, overload, sizes),
  }));
  return `${emitter.code.constant(dispatcher(reference.declaration.name, forms))}(${texts.join(', ')})`;
}

/** Function of an overload, for operands no larger than `sizes`. */
export function runOf(emitter: Emitter, overload: Overload, sizes: readonly number[]): Overload['run'] {
  const run = runFor(overload, sizes, emitter.isInLoop);
  emitter.isMetered ||= run === overload.run && overload.cost.payment !== 'never';
  return run;
}
