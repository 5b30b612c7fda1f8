import { namedAll } from '../../recipe/recipe.ts';
import { typeOf } from '../check/checked.ts';
import { staticOverload } from '../interpret/dispatch.ts';
import type { Node } from '../syntax/tree.ts';
import { spendText } from '../value/budget.ts';
import { compare, comparePaid, compareTimes, equals } from '../value/compare.ts';
import type { Duration } from '../value/duration.ts';
import { isInt, numberOf, Whole } from '../value/number.ts';
import { compareText, lengthOf } from '../value/text.ts';
import { between, type Instant } from '../value/timestamp.ts';
import type { Type } from '../value/type.ts';
import { certainType } from './certain.ts';
import { computed, type Emitted, type Emitter, type Locals } from './emitted.ts';

type OperatorNode = Node & { readonly kind: 'operator' };

const EQUALITIES: ReadonlySet<string> = new Set(['==', '!=']);
const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/**
 * Emits `==`, `<` and other comparisons; undefined for another operator, or if the types do not determine the
 * comparison.
 */
export function emitComparison(
  emitter: Emitter,
  node: OperatorNode,
  locals: Locals | undefined,
): Emitted | undefined {
  const { operator, operands } = node;
  const [left, right] = operands;
  const isEquality = EQUALITIES.has(operator);
  if (right === undefined || !(isEquality || COMPARISONS.has(operator))) return undefined;
  const special =
    emitSpanComparison(emitter, node, locals) ??
    emitSizeComparison(emitter, node, locals) ??
    emitNumberComparison(emitter, node, locals);
  if (special !== undefined) return special;
  const [leftType, rightType] = [left, right].map((each) => certainType(emitter.checked, each));
  if (leftType === undefined || rightType === undefined) return undefined;
  const areTimes = [leftType, rightType].every(({ kind }) => kind === 'timestamp' || kind === 'duration');
  const [first, second] = emitter.emitAll([left, right], locals, (operand, around) =>
    areTimes ? emitter.emitInstant(operand, around) : emitter.emit(operand, around),
  );
  if (first === undefined || second === undefined) return undefined;
  // A comparison with a literal costs no more than its length.
  const isShort = operands.some(({ kind }) => kind === 'literal');
  const compared = isEquality
    ? emitEquality(emitter, operator, [first.text, second.text], [leftType, rightType], isShort)
    : emitOrder(emitter, operator, [first.text, second.text], [leftType, rightType]);
  return { ...compared, isTotal: compared.isTotal && first.isTotal && second.isTotal };
}

/** Types whose values are equal in JavaScript if they are equal in CEL. */
const PLAIN: ReadonlySet<string> = new Set(['string', 'bool', 'null', 'int']);
/** Types of these whose values equal no value of another type. */
const LONE: ReadonlySet<string> = new Set(['string', 'bool', 'null']);
/** Types whose values are not nested, so that their comparison is bounded. */
const FLAT: ReadonlySet<string> = new Set([
  ...PLAIN,
  'uint',
  'double',
  'bytes',
  'timestamp',
  'duration',
  'type',
]);

function emitEquality(
  emitter: Emitter,
  operator: string,
  [left, right]: readonly [string, string],
  [leftType, rightType]: readonly [Type, Type],
  isShort: boolean,
): Emitted {
  const { code, isInLoop } = emitter;
  const is = `${operator}=`;
  const not = operator === '==' ? '' : '!';
  const both = leftType.kind === rightType.kind ? leftType.kind : undefined;
  const total = { isTotal: true, isBool: true };
  const mayBeLong = isInLoop && !isShort && (leftType.kind === 'string' || rightType.kind === 'string');
  if (mayBeLong) return computed(`${not}${code.helper(sameText)}(${left}, ${right})`, total);
  const isPlain =
    (both !== undefined && PLAIN.has(both)) || LONE.has(leftType.kind) || LONE.has(rightType.kind);
  if (isPlain) return computed(`(${left} ${is} ${right})`, total);
  if (both === 'timestamp' || both === 'duration') {
    return computed(`(${timeOrder(code)}(${left}, ${right}) ${is} 0)`, total);
  }
  const isFlat = FLAT.has(leftType.kind) || FLAT.has(rightType.kind);
  emitter.isMetered ||= !isFlat;
  return computed(`${not}${code.helper(equals)}(${left}, ${right})`, { isTotal: isFlat, isBool: true });
}

/** True if two values, one of them a string, are equal. Pays, because it is used in loops. */
function sameText(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) spendText(a);
  return a === b;
}

function emitOrder(
  { code, isInLoop }: Emitter,
  operator: string,
  [left, right]: readonly [string, string],
  [leftType, rightType]: readonly [Type, Type],
): Emitted {
  const kind = leftType.kind === rightType.kind ? leftType.kind : 'dyn';
  const total = { isTotal: true, isBool: true };
  switch (kind) {
    case 'int':
      return computed(`(${left} ${operator} ${right})`, total);
    case 'timestamp':
    case 'duration':
      return computed(`(${timeOrder(code)}(${left}, ${right}) ${operator} 0)`, total);
    case 'string':
      return computed(
        `(${code.helper(isInLoop ? comparePaid : compareText)}(${left}, ${right}) ${operator} 0)`,
        total,
      );
    default:
      return computed(`(${code.helper(isInLoop ? comparePaid : compare)}(${left}, ${right}) ${operator} 0)`, {
        isTotal: NUMBERS.has(leftType.kind) && NUMBERS.has(rightType.kind),
        isBool: true,
      });
  }
}

/** Compares a value of unknown type with a literal number: as numbers if both are. */
function emitNumberComparison(
  emitter: Emitter,
  { operator: written, operands: [left, right] }: OperatorNode,
  locals: Locals | undefined,
): Emitted | undefined {
  if (right === undefined) return undefined;
  const isExchanged = left.kind === 'literal';
  const [value, literal] = isExchanged ? [right, left] : [left, right];
  const operator = isExchanged ? (EXCHANGED[written] ?? written) : written;
  const number = literal.kind === 'literal' ? smallNumber(literal.value) : undefined;
  if (number === undefined || typeOf(emitter.checked, value).kind !== 'dyn') return undefined;
  const { code } = emitter;
  const part = emitter.emit(value, locals);
  const name = code.fresh('t');
  code.line(`const ${name} = ${part.text};`);
  const other = emitter.emit(literal, locals).text;
  const isEquality = EQUALITIES.has(operator);
  const fast = `${name} ${isEquality ? `${operator}=` : operator} ${code.constant(number)}`;
  const slow = isEquality
    ? `${operator === '==' ? '' : '!'}${code.helper(equals)}(${name}, ${other})`
    : `${code.helper(emitter.isInLoop ? comparePaid : compare)}(${name}, ${other}) ${operator} 0`;
  return computed(`(typeof ${name} === "number" ? ${fast} : ${slow})`, {
    isTotal: isEquality && part.isTotal,
    isBool: true,
  });
}

/** Operator with exchanged operands. */
const EXCHANGED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** An int or double in the form in which JavaScript compares it with other numbers; undefined if it has none. */
function smallNumber(value: unknown): number | undefined {
  if (value instanceof Whole) return numberOf(value);
  return typeof value === 'number' ? value : undefined;
}

/** Maximum count that is free. */
const MAX_LIMIT = 1024;

/** Emits `size(text) < 100`: characters are only counted if the number of UTF-16 units does not decide. */
function emitSizeComparison(
  emitter: Emitter,
  { operator, operands: [call, literal] }: OperatorNode,
  locals: Locals | undefined,
): Emitted | undefined {
  if (call.kind !== 'call' || call.name !== 'size' || literal?.kind !== 'literal') return undefined;
  const limit = literal.value;
  const text = call.receiver ?? call.args[0];
  const reference = emitter.checked.references[call.id];
  if (!isInt(limit) || typeof limit !== 'number' || limit < 0 || limit > MAX_LIMIT) return undefined;
  if (text === undefined || reference?.kind !== 'function' || reference.isNamespaced) return undefined;
  if (certainType(emitter.checked, text).kind !== 'string' || emitter.constantOf(text) !== undefined)
    return undefined;
  if (staticOverload(reference, [{ kind: 'string' }]) === undefined) return undefined;
  const { code } = emitter;
  const part = emitter.emit(text, locals);
  const is = EQUALITIES.has(operator) ? `${operator}=` : operator;
  return computed(`(${code.helper(sizeBeside)}(${part.text}, ${limit}) ${is} ${limit})`, {
    isTotal: part.isTotal,
    isBool: true,
  });
}

/** A number that is below, at or above `limit` if the number of characters is. */
function sizeBeside(text: string, limit: number): number {
  const units = text.length;
  // A character has one unit or two.
  return units < limit || units > 2 * limit ? units : lengthOf(text);
}

/** Order of two timestamps, or of two durations, as `compareTimes`. */
function timeOrder(code: Emitter['code']): string {
  return code.local('timeOrder', '(x, y) => x.seconds - y.seconds || x.nanos - y.nanos');
}

/** Emits `later - earlier < span` without creating the difference. */
function emitSpanComparison(
  emitter: Emitter,
  node: OperatorNode,
  locals: Locals | undefined,
): Emitted | undefined {
  const { checked, code } = emitter;
  const [difference, span] = node.operands;
  if (!COMPARISONS.has(node.operator) || span === undefined) return undefined;
  if (difference.kind !== 'operator' || difference.operator !== '-') return undefined;
  const nodes = [...difference.operands, span];
  const kinds = nodes.map((each) => certainType(checked, each).kind).join(' ');
  if (kinds !== 'timestamp timestamp duration') return undefined;
  const parts = emitter.emitAll(nodes, locals, (each, around) => emitter.emitInstant(each, around));
  // If the seconds are far apart, they decide; if the difference is not a valid duration, creating it fails.
  const order = code.local(
    'spanOrder',
    `(x, y, z) => {
const s = x.seconds - y.seconds;
if (s > 9e9 || s < -9e9) return ${code.helper(compareSpan)}(x, y, z);
const d = s - z.seconds;
return d > 2 || d < -2 ? d : d * 1e9 + (x.nanos - y.nanos - z.nanos);
}`,
  );
  return computed(`(${order}(${parts.map(({ text }) => text).join(', ')}) ${node.operator} 0)`, {
    isBool: true,
  });
}

function compareSpan(later: Instant, earlier: Instant, span: Duration): number {
  return compareTimes(between(later, earlier), span);
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'uint', 'double']);

namedAll('cel', [sameText, sizeBeside, compareSpan]);
