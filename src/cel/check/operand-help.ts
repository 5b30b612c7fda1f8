import type { Node } from '../syntax/tree.ts';

const NUMBERS = ['int', 'uint', 'double'];
const ORDER = ['<', '<=', '>', '>='];

/** Help for an operator that does not take operands of these types. */
export function operandHelp(
  { operator, operands }: Node & { kind: 'operator' },
  types: readonly string[],
): string | undefined {
  const [left, right] = types;
  if (left === undefined || right === undefined) return undefined;
  const has = (...required: readonly string[]): boolean => required.every((type) => types.includes(type));
  if (left.startsWith('optional(') || right.startsWith('optional(')) {
    return 'give the optional a default: `.orValue(...)`';
  }
  if (operator === 'in') return inHelp(left, right, operands[1]);
  if (NUMBERS.includes(left) && NUMBERS.includes(right)) return numberHelp(operator, left, right);
  if (ORDER.includes(operator) && left === 'bool')
    return 'write each comparison separately: `1 < x && x < 9`';
  if (has('null')) return 'test for presence with `has(x.f)` or `k in x`';
  if (has('net.IP', 'string')) return 'convert the string with `ip()`';
  const isSum = operator === '+' || operator === '-';
  if (has('timestamp')) return isSum ? DURATION : has('string') ? TIMESTAMP : undefined;
  if (has('duration')) return DURATION;
  if (right === 'string' && left === 'list(string)')
    return 'to look for one of its elements, write `x in list`';
  if (left === 'string' && right.startsWith('list('))
    return 'to compare with several values, write `x in [a, b]`';
  return textAndNumberHelp(operator, operands, types);
}

const DURATION = "write a duration as `duration('1h30m')`";
const TIMESTAMP = 'write a timestamp as `timestamp(...)`';

function inHelp(left: string, container: string, operand: Node | undefined): string | undefined {
  if (container === 'net.CIDR' || isBlock(operand)) return IN_BLOCK;
  if (container === 'string') return 'test for a part of a string with `x.contains(y)`';
  if (container.startsWith('list(') && left.startsWith('list(')) {
    return 'test for all of several elements with `sets.contains(list, [a, b])`, for one of them with `sets.intersects`';
  }
  return container.startsWith('list(') ? 'the list has elements of another type' : undefined;
}

const IN_BLOCK = 'test for an address in a block with `cidr(...).containsIP(x)`';

/** True for a literal such as `'10.0.0.0/8'`. */
function isBlock(operand: Node | undefined): boolean {
  if (operand?.kind !== 'literal' || typeof operand.value !== 'string') return false;
  return /^[0-9a-f.:]+\/[0-9]{1,3}$/i.test(operand.value);
}

function numberHelp(operator: string, left: string, right: string): string | undefined {
  if (left !== right) return 'convert one with `int()` or `double()`';
  return operator === '%' ? 'only integers have a remainder' : undefined;
}

function textAndNumberHelp(
  operator: string,
  operands: readonly Node[],
  types: readonly string[],
): string | undefined {
  const isTextAndNumber = types.includes('string') && types.some((each) => NUMBERS.includes(each));
  if (!isTextAndNumber) return undefined;
  if (operator === '+') return 'convert the number with `string()`';
  if (!['==', '!=', ...ORDER].includes(operator)) return undefined;
  const text = types[0] === 'string' ? operands[0] : operands[1];
  // As a string, `9` is more than `10`: numbers are compared as numbers.
  if (text?.kind !== 'literal' || typeof text.value !== 'string') return 'convert the string with `int()`';
  if (/^-?[0-9]{1,18}$/.test(text.value)) return `write \`${text.value}\` without quotes`;
  return 'compare a number with a number';
}
