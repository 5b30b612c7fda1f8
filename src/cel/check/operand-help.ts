import type { Advice } from '../../diagnostic/advice.ts';
import { bytesOf } from '../syntax/byte-count.ts';
import type { Node, OperatorNode } from '../syntax/tree.ts';
import { around, textOf, writeInstead } from './rewrite.ts';

const NUMBERS = ['int', 'uint', 'double'];
const ORDER = ['<', '<=', '>', '>='];

/** An operator that does not take its operands, with their types and the expression around it. */
export interface BadOperation {
  readonly source: string;
  readonly root: Node;
  readonly node: OperatorNode;
  readonly types: readonly string[];
  /** The full name of the value of an enum with this short name. */
  readonly constantOf?: (name: string) => string | undefined;
}

/** Help for an operator that does not take operands of these types. */
export function operandHelp(bad: BadOperation): Advice | string | undefined {
  const { source, node, types } = bad;
  const [left, right] = node.operands;
  const [leftType, rightType] = types;
  if (node.operator === '!' && leftType === 'string')
    return negatedMember(bad, left) ?? absence(source, node);
  if (left === undefined || right === undefined || leftType === undefined || rightType === undefined)
    return undefined;
  const has = (...required: readonly string[]): boolean => required.every((type) => types.includes(type));
  const { operator } = node;
  const optional = [left, right].find((_, index) => types[index]?.startsWith('optional('));
  if (optional !== undefined) return withDefault(source, optional, leftType, rightType);
  if (operator === 'in') return inHelp(bad, leftType, rightType);
  if (NUMBERS.includes(leftType) && NUMBERS.includes(rightType)) return numberHelp(bad, leftType, rightType);
  if (ORDER.includes(operator) && leftType === 'bool') return chained(source, node);
  if (has('null')) return presence(source, node);
  if (has('net.IP', 'string'))
    return wrapped(source, node, types, 'string', 'ip') ?? 'convert the string with `ip()`';
  const isSum = operator === '+' || operator === '-';
  if (has('timestamp'))
    return isSum ? duration(bad) : has('string') ? timestamp(bad) : timestampOfNumber(bad);
  if (has('duration')) return duration(bad);
  if (rightType === 'string' && leftType === 'list(string)') return member(source, node, right, left);
  if (leftType === 'string' && rightType.startsWith('list(')) return member(source, node, left, right);
  return has('string', 'bool') ? textOfBool(bad) : textAndNumberHelp(bad);
}

/** Help for a text that is compared with `true`. */
function textOfBool({ source, node, types }: BadOperation): Advice | undefined {
  const operand = node.operands[types.indexOf('bool')];
  if (operand?.kind !== 'literal' || !['==', '!='].includes(node.operator)) return undefined;
  return writeInstead(source, operand, `'${source.slice(operand.start, operand.end)}'`);
}

/** Help for `!'a' in list`, where `!` belongs to the text. */
function negatedMember({ source, root, node }: BadOperation, operand: Node): Advice | undefined {
  const whole = around(root, node, (each) => each.kind === 'operator' && each.operator === 'in');
  if (whole?.kind !== 'operator' || whole.operands[0].id !== node.id) return undefined;
  const [, list] = whole.operands;
  if (list === undefined) return undefined;
  return writeInstead(source, whole, `!(${textOf(source, operand)} in ${textOf(source, list)})`);
}

/** Help for `!request.headers['x']`, which asks for the absence of a key. */
function absence(source: string, node: OperatorNode): Advice | undefined {
  const test = presenceOf(source, node.operands[0]);
  return test === undefined ? undefined : writeInstead(source, node, `!(${test})`);
}

/** Default for a missing value, by the type of the value that it is compared with. */
const EMPTY: ReadonlyMap<string, string> = new Map([
  ['string', "''"],
  ['int', '0'],
  ['double', '0.0'],
  ['bool', 'false'],
  ['list(string)', '[]'],
  ['dyn', "''"],
]);

function withDefault(source: string, optional: Node, left: string, right: string): Advice | string {
  const empty = EMPTY.get(left.startsWith('optional(') ? right : left);
  const text = `${textOf(source, optional)}.orValue(${empty})`;
  return (
    (empty === undefined ? undefined : writeInstead(source, optional, text)) ??
    'give the optional a default: `.orValue(...)`'
  );
}

function member(source: string, node: OperatorNode, element: Node, list: Node): Advice | undefined {
  const test = `${textOf(source, element)} in ${textOf(source, list)}`;
  if (node.operator === '==') return writeInstead(source, node, test, { isOperation: true });
  return node.operator === '!=' ? writeInstead(source, node, `!(${test})`) : undefined;
}

function inHelp(
  { source, node, types }: BadOperation,
  left: string,
  container: string,
): Advice | string | undefined {
  const [element, operand] = node.operands;
  if (operand === undefined) return undefined;
  const text = textOf(source, element);
  const given = textOf(source, operand);
  if (container === 'net.CIDR' || container === 'net.CIDRs')
    return writeInstead(source, node, `${given}.containsIP(${text})`);
  if (isBlock(operand)) return writeInstead(source, node, `cidr(${given}).containsIP(${text})`);
  if (container === 'string') {
    if (left === 'string') return writeInstead(source, node, `${given}.contains(${text})`);
    return types.includes('list(string)') ? SEVERAL : undefined;
  }
  if (container.startsWith('list(') && left.startsWith('list(')) return SEVERAL;
  return container.startsWith('list(') ? 'the list has elements of another type' : undefined;
}

const SEVERAL =
  'test for all of several elements with `sets.contains(list, [a, b])`, for one of them with `sets.intersects`';

/** True for a literal such as `'10.0.0.0/8'`. */
function isBlock(operand: Node): boolean {
  if (operand.kind !== 'literal' || typeof operand.value !== 'string') return false;
  return /^[0-9a-f.:]+\/[0-9]{1,3}$/i.test(operand.value);
}

function numberHelp(
  { source, node, types }: BadOperation,
  left: string,
  right: string,
): Advice | string | undefined {
  if (left === right) return node.operator === '%' ? 'only integers have a remainder' : undefined;
  const unsigned = unsignedLiteral(source, node, types);
  if (unsigned !== undefined) return unsigned;
  const other = left === 'double' ? right : left;
  const advice = types.includes('double') ? wrapped(source, node, types, other, 'double') : undefined;
  return advice ?? 'convert one with `int()` or `double()`';
}

/** Help for `x == 1` if `x` is a uint. A difference of uints fails if it is negative, so that it may need ints. */
function unsignedLiteral(
  source: string,
  { operator, operands }: OperatorNode,
  types: readonly string[],
): Advice | undefined {
  const literal = operands[types.indexOf('int')];
  if (!types.includes('uint') || literal?.kind !== 'literal' || operator === '-') return undefined;
  const text = source.slice(literal.start, literal.end);
  return text.startsWith('-') ? undefined : writeInstead(source, literal, `${text}u`);
}

/** Help that converts the operand of a type. */
function wrapped(
  source: string,
  { operands }: OperatorNode,
  types: readonly string[],
  type: string,
  conversion: string,
): Advice | undefined {
  const operand = operands[types.indexOf(type)];
  if (operand === undefined) return undefined;
  const text = source.slice(operand.start, operand.end);
  return writeInstead(source, operand, `${conversion}(${text})`);
}

/** Help for `1 < x < 9`. */
function chained(source: string, { operator, operands: [first, last] }: OperatorNode): Advice | string {
  const general = 'write each comparison separately: `1 < x && x < 9`';
  const middle = first.kind === 'operator' && ORDER.includes(first.operator) ? first.operands[1] : undefined;
  if (middle === undefined || last === undefined) return general;
  const before = source.slice(first.start, first.end);
  const text = `${before} && ${textOf(source, middle)} ${operator} ${textOf(source, last)}`;
  const range = { start: first.start, end: last.end };
  return writeInstead(source, range, text, { isOperation: true }) ?? general;
}

/** Help for a comparison with `null` of a value that is never null. */
function presence(source: string, { operator, operands }: OperatorNode): Advice | string {
  const general = 'test for presence with `has(x.f)` or `k in x`';
  const value = operands.find((operand) => operand?.kind === 'select' || operand?.kind === 'index');
  const test = value && presenceOf(source, value);
  const start = operands[0].start;
  const end = operands[1]?.end ?? start;
  if (test === undefined) return general;
  return (
    writeInstead(source, { start, end }, operator === '==' ? `!(${test})` : test, {
      isOperation: operator !== '==',
    }) ?? general
  );
}

function presenceOf(source: string, value: Node): string | undefined {
  if (value.kind !== 'index' || value.isOptional) return undefined;
  return `${textOf(source, value.index)} in ${textOf(source, value.operand)}`;
}

/** Help for `now - 300` and `now + '5m'`. */
function duration({ source, node, types }: BadOperation): Advice | string {
  const general = "write a duration as `duration('1h30m')`";
  const index = types.findIndex((type) => type === 'int' || type === 'string');
  const operand = node.operands[index];
  if (operand?.kind !== 'literal') return general;
  const text =
    typeof operand.value === 'string' ? operand.value : `${source.slice(operand.start, operand.end)}s`;
  return /^-?[0-9hms]+$/.test(text)
    ? (writeInstead(source, operand, `duration('${text}')`) ?? general)
    : general;
}

function timestamp({ source, node, types }: BadOperation): Advice | string {
  const operand = node.operands[types.indexOf('string')];
  const isTime =
    operand?.kind === 'literal' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[-+]\d\d:\d\d)$/.test(String(operand.value));
  const advice = isTime ? wrapped(source, node, types, 'string', 'timestamp') : undefined;
  return advice ?? 'write a timestamp as `timestamp(...)`';
}

/** Help for a comparison of a time with seconds since 1970. */
function timestampOfNumber({ source, node, types }: BadOperation): Advice | undefined {
  return wrapped(source, node, types, 'int', 'timestamp');
}

function textAndNumberHelp({ source, node, types, constantOf }: BadOperation): Advice | string | undefined {
  const { operator } = node;
  const number = types.findIndex((each) => NUMBERS.includes(each));
  if (!types.includes('string') || number === -1) return undefined;
  if (operator === '+') return wrapped(source, node, types, types[number] ?? '', 'string');
  if (!['==', '!=', ...ORDER].includes(operator)) return undefined;
  const text = node.operands[types.indexOf('string')];
  // As a string, `9` is more than `10`: numbers are compared as numbers.
  if (text?.kind !== 'literal' || typeof text.value !== 'string')
    return wrapped(source, node, types, 'string', 'int');
  const bytes = bytesOf(text.value);
  if (bytes !== undefined) return writeInstead(source, text, bytes);
  const constant = types.includes('int') ? constantOf?.(text.value) : undefined;
  if (constant !== undefined) return writeInstead(source, text, constant);
  if (!/^-?[0-9]{1,18}$/.test(text.value)) return 'compare a number with a number';
  const { start, end } = text;
  return { help: `write \`${text.value}\` without quotes`, edit: { start, end, text: text.value } };
}
