import { namedAll } from '../../recipe/recipe.ts';
import { functionOf, typeOf } from '../check/checked.ts';
import { sizesOf, staticOverload } from '../interpret/dispatch.ts';
import { contains } from '../library/operators.ts';
import type { Node } from '../syntax/tree.ts';
import { ELEMENTS_A_STEP, spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { lookup, type MapValue, normalKey } from '../value/map.ts';
import type { Type } from '../value/type.ts';
import { certainType } from './certain.ts';
import { dispatchOf, runOf } from './emit-call.ts';
import { emitComparison } from './emit-compare.ts';
import { allTotal, computed, type Emitted, type Emitter, type Locals } from './emitted.ts';

type OperatorNode = Node & { readonly kind: 'operator' };

/** Emits an operator, according to the types of its operands. */
export function emitOperator(emitter: Emitter, node: OperatorNode, locals: Locals | undefined): Emitted {
  const { operator, operands } = node;
  if (operator === '!') return emitNot(emitter, node, locals);
  const special = operator === 'in' ? emitIn(emitter, node, locals) : emitComparison(emitter, node, locals);
  if (special !== undefined) return special;
  const types = operands.map((operand) => certainType(emitter.checked, operand));
  return emitFunction(emitter, node, emitter.emitAll(operands, locals), types);
}

/** Any other operator is a call of its function. */
function emitFunction(
  emitter: Emitter,
  node: OperatorNode,
  parts: readonly Emitted[],
  types: readonly Type[],
): Emitted {
  const { checked, code } = emitter;
  const reference = functionOf(checked, node);
  if (reference === undefined) return computed(`${code.helper(fail)}(${code.constant('unknown_function')})`);
  const overload = staticOverload(reference, types);
  const texts = parts.map(({ text }) => text);
  const sizes = sizesOf(node.operands, types);
  const call =
    overload === undefined
      ? dispatchOf(emitter, { reference, isMethod: false, arity: parts.length, sizes }, texts)
      : `${code.constant(runOf(emitter, overload, sizes))}(${texts.join(', ')})`;
  return computed(call, {
    isTotal: overload?.isTotal === true && allTotal(parts),
    isBool: overload?.result.kind === 'bool',
  });
}

function emitNot(emitter: Emitter, node: OperatorNode, locals: Locals | undefined): Emitted {
  const [operand] = node.operands;
  if (typeOf(emitter.checked, operand).kind !== 'bool') {
    const part = emitter.emit(operand, locals);
    return emitFunction(emitter, node, [part], [typeOf(emitter.checked, operand)]);
  }
  const { text, isTotal } = emitter.emitBool(operand, locals);
  return computed(`!${text}`, { isTotal, isBool: true });
}

/** Maximum number of strings that are compared one by one; more become a set. */
const FEW = 4;

/** Emits `x in y`; undefined if the types do not determine the comparison. */
function emitIn(emitter: Emitter, node: OperatorNode, locals: Locals | undefined): Emitted | undefined {
  const [element, container] = node.operands;
  if (container === undefined) return undefined;
  const { checked, code } = emitter;
  const type = typeOf(checked, element);
  const constant = emitter.constantOf(container)?.value;
  if (Array.isArray(constant)) return emitInConstant(emitter, element, constant, locals);
  const containerType = typeOf(checked, container);
  const isText = type.kind === 'string';
  if (containerType.kind !== 'list' && containerType.kind !== 'map') return undefined;
  const [left, right] = emitter.emitAll([element, container], locals);
  if (left === undefined || right === undefined) return undefined;
  const isTotal = left.isTotal && right.isTotal;
  const options = { isTotal: isTotal && (isText || containerType.kind === 'map'), isBool: true };
  if (containerType.kind === 'map')
    return computed(`${code.helper(isKeyOf)}(${left.text}, ${right.text})`, options);
  // The value is evaluated before the container.
  if (isText && !emitter.isInLoop && (left.isTotal || right.isStable)) {
    return computed(`${right.text}.includes(${left.text})`, options);
  }
  emitter.isMetered = true;
  return computed(`${code.helper(isText ? isTextOf : isElementOf)}(${left.text}, ${right.text})`, options);
}

/** True if a map has the key. */
function isKeyOf(key: unknown, map: MapValue): boolean {
  return lookup(map, key) !== undefined;
}

/** True if a list has the string. Strings of the same length are compared to their end if they begin alike. */
function isTextOf(text: string, list: readonly unknown[]): boolean {
  spend(Math.floor((list.length * (1 + Math.floor(text.length / TEXT_A_STEP))) / ELEMENTS_A_STEP));
  return list.includes(text);
}

/** True if a list has an element that equals the value. */
function isElementOf(value: unknown, list: unknown): boolean {
  return contains(list, value);
}

function emitInConstant(
  emitter: Emitter,
  element: Node,
  list: readonly unknown[],
  locals: Locals | undefined,
): Emitted | undefined {
  const keys = list.map(normalKey);
  // An int beyond the safe range equals the nearest double as well.
  if (keys.some((key) => key === undefined || typeof key === 'bigint')) return undefined;
  const { code, checked } = emitter;
  let value = emitter.emit(element, locals);
  const options = { isTotal: value.isTotal, isBool: true };
  const areTexts = list.every((each) => typeof each === 'string');
  if (areTexts && list.length <= FEW) {
    if (list.length > 1 && !value.isStable) {
      const name = code.fresh('t');
      code.line(`const ${name} = ${value.text};`);
      value = { ...value, text: name };
    }
    const same = list.map((each) => `${value.text} === ${code.constant(each)}`);
    // The value is evaluated even for an empty list, since it may fail.
    return computed(list.length === 0 ? `(${value.text}, false)` : `(${same.join(' || ')})`, options);
  }
  const isKey = areTexts || ['string', 'bool', 'int'].includes(typeOf(checked, element).kind);
  const key = isKey ? value.text : `${code.helper(normalKey)}(${value.text})`;
  return computed(`${code.constant(new Set(keys))}.has(${key})`, options);
}

namedAll('cel', [isKeyOf, isTextOf, isElementOf]);
