import { maker } from '../../recipe/recipe.ts';
import type { FunctionReference } from '../check/checked.ts';
import { type Cost, sizeOf } from '../library/cost.ts';
import type { Overload } from '../library/function.ts';
import type { Node } from '../syntax/tree.ts';
import { Opaque } from '../value/boxed.ts';
import { ELEMENTS_A_STEP, MAX_TEXT } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { type Kind, kindOf } from '../value/kind.ts';
import { Message } from '../value/message.ts';
import { ObjectValue } from '../value/object.ts';
import type { Type } from '../value/type.ts';

/** True if a value has the type of a parameter. Nested values are left to the function. */
function admits(type: Type, value: unknown, kind: Kind | undefined): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
      return true;
    case 'opaque':
      return value instanceof Opaque && value.type === type.name;
    case 'object':
      return value instanceof ObjectValue && value.type === type.name;
    case 'message':
      return value instanceof Message && value.type === type.name;
    default:
      return type.kind === kind;
  }
}

/** True if every value of a statically known type is admitted. */
function isAdmitted(parameter: Type, type: Type): boolean {
  if (parameter.kind === 'dyn' || parameter.kind === 'parameter') return true;
  if (parameter.kind !== type.kind) return false;
  return !('name' in parameter && 'name' in type) || type.name === parameter.name;
}

/** The only overload for arguments of these types; undefined if it depends on the values. */
export function staticOverload(
  { overloads }: FunctionReference,
  types: readonly Type[],
): Overload | undefined {
  const [only, ...others] = overloads;
  if (only === undefined || others.length > 0) return undefined;
  return only.parameters.every((parameter, at) => isAdmitted(parameter, types[at] ?? { kind: 'dyn' }))
    ? only
    : undefined;
}

/** The overload if all arguments of unknown type are strings; undefined if there is none, or if all types are known. */
export function likelyOverload(
  { overloads }: FunctionReference,
  types: readonly Type[],
): Overload | undefined {
  if (!types.some(({ kind }) => kind === 'dyn')) return undefined;
  return overloads.find(({ parameters }) =>
    parameters.every((parameter, at) => {
      const type = types[at] ?? { kind: 'dyn' };
      return type.kind === 'dyn' ? parameter.kind === 'string' : isAdmitted(parameter, type);
    }),
  );
}

/** Overloads among which the values decide. */
export function candidatesOf(
  { declaration, overloads }: FunctionReference,
  isMethod: boolean,
  arity: number,
): readonly Overload[] {
  return (overloads.length > 0 ? overloads : declaration.overloads).filter(
    (overload) => overload.isMethod === isMethod && overload.parameters.length === arity,
  );
}

/** Function that calls the overload of `name` for the types of its arguments. Fails if there is none. */
export const dispatcher = maker('cel.dispatcher', createDispatcher);

function createDispatcher(
  name: string,
  forms: readonly Pick<Overload, 'parameters' | 'run'>[],
): (...args: unknown[]) => unknown {
  const failure = /[_]/.test(name) ? 'no_such_operation' : 'no_such_overload';
  return (...args) => {
    const kinds = args.map(kindOf);
    for (const { parameters, run } of forms) {
      if (parameters.every((type, at) => admits(type, args[at], kinds[at]))) return run(...args);
    }
    return fail(failure);
  };
}

/** Sizes of literals; for other operands, the maximum. */
export function sizesOf(operands: readonly Node[], types: readonly Type[]): readonly number[] {
  return operands.map((operand, at) => {
    if (operand.kind === 'literal') return sizeOf(operand.value);
    return types[at]?.kind === 'int' ? 0 : MAX_TEXT;
  });
}

/**
 * Function of an overload, for operands no larger than `sizes`. A call that only reads its operands is free outside
 * of comprehensions, where the number of calls is limited by the source.
 */
export function runFor(
  { cost, run, runUnpaid }: Overload,
  sizes: readonly number[],
  isInLoop: boolean,
): Overload['run'] {
  return isLinear(cost, sizes) && !isInLoop ? runUnpaid : run;
}

/** A search for a literal costs no more than reading the string that is searched. */
function isLinear(
  { payment, steps }: Cost,
  [first = MAX_TEXT, second = MAX_TEXT, third = MAX_TEXT]: readonly number[],
): boolean {
  if (payment === 'before') return steps(first, second, third) <= (MAX_TEXT / ELEMENTS_A_STEP) * 2;
  return payment !== 'within';
}
