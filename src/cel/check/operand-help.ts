import type { Node } from '../syntax/tree.ts';

const NUMBERS = ['int', 'uint', 'double'];
const ORDER = ['<', '<=', '>', '>='];

/** What leads to operands that fit an operator, by the types that they have. */
export function operandHelp(
  { operator, operands }: Node & { kind: 'operator' },
  types: readonly string[],
): string | undefined {
  const [left, right] = types;
  if (left === undefined || right === undefined) return undefined;
  const has = (...wanted: readonly string[]): boolean => wanted.every((type) => types.includes(type));
  if (left.startsWith('optional(') || right.startsWith('optional(')) {
    return 'give the optional a default: `.orValue(...)`';
  }
  if (operator === 'in') return inHelp(left, right);
  if (NUMBERS.includes(left) && NUMBERS.includes(right)) return numberHelp(operator, left, right);
  if (ORDER.includes(operator) && left === 'bool') return 'write each comparison by itself: `1 < x && x < 9`';
  if (has('null')) return 'whether something is there is told by `has(x.f)` or `k in x`';
  if (has('net.IP', 'string')) return 'convert the text with `ip()`';
  const isSum = operator === '+' || operator === '-';
  if (has('timestamp')) return isSum ? SPAN : has('string') ? INSTANT : undefined;
  if (has('duration')) return SPAN;
  if (left === 'string' && right.startsWith('list(')) return 'one of several is `x in [a, b]`';
  return textAndNumberHelp(operator, operands, types);
}

const SPAN = "a span of time is written `duration('1h30m')`";
const INSTANT = 'an instant is written `timestamp(...)`';

function inHelp(left: string, container: string): string | undefined {
  if (container === 'string') return 'a part of a text is found by `x.contains(y)`';
  if (container === 'net.CIDR') return 'an address is in a block by `cidr(...).containsIP(x)`';
  if (container.startsWith('list(') && left.startsWith('list(')) {
    return 'several elements are found by `sets.contains(list, [a, b])`, one of them by `sets.intersects`';
  }
  return container.startsWith('list(') ? 'the list has elements of another type' : undefined;
}

function numberHelp(operator: string, left: string, right: string): string | undefined {
  if (left !== right) return 'convert one with `int()` or `double()`';
  return operator === '%' ? 'a remainder is one of whole numbers' : undefined;
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
  // As text, `9` is more than `10`: numbers are compared as numbers.
  if (text?.kind !== 'literal' || typeof text.value !== 'string') return 'convert the text with `int()`';
  if (/^-?[0-9]{1,18}$/.test(text.value)) return `write \`${text.value}\` without quotes`;
  return 'a number is compared with a number';
}
