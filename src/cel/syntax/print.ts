import { isDouble, isInt, numberOf, Uint } from '../value/number.ts';
import { blockOf, printName } from './block.ts';
import { KEYWORDS } from './token.ts';
import type { Node } from './tree.ts';

/** Binding strength of an expression. An expression that is weaker than its place requires is put in parentheses. */
const LEVEL = { condition: 0, or: 1, and: 2, relation: 3, sum: 4, product: 5, unary: 6, member: 7 } as const;

const OPERATOR_LEVELS: Readonly<Record<string, number>> = {
  '+': LEVEL.sum,
  '-': LEVEL.sum,
  '*': LEVEL.product,
  '/': LEVEL.product,
  '%': LEVEL.product,
};

/** The expression on one line, with as few parentheses as possible. It parses to the same tree. */
export function print(node: Node): string {
  return write(node, LEVEL.condition);
}

function write(node: Node, least: number): string {
  const text = textOf(node);
  return levelOf(node) < least ? `(${text})` : text;
}

function levelOf(node: Node): number {
  switch (node.kind) {
    case 'condition':
      return LEVEL.condition;
    case 'logic':
      return node.operator === '||' ? LEVEL.or : LEVEL.and;
    case 'operator':
      if (node.operands.length === 1) return LEVEL.unary;
      return OPERATOR_LEVELS[node.operator] ?? LEVEL.relation;
    case 'literal':
      // In `-1.f` the sign would apply to `1.f`.
      return isNegative(node.value) ? LEVEL.unary : LEVEL.member;
    default:
      return LEVEL.member;
  }
}

function textOf(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node.value);
    case 'name':
      return (node.isRooted ? '.' : '') + printName(node.name);
    case 'select':
      return `${write(node.operand, LEVEL.member)}.${node.isOptional ? '?' : ''}${printField(node.field)}`;
    case 'has':
      return `has(${write(node.operand, LEVEL.member)}.${printField(node.field)})`;
    case 'index':
      return `${write(node.operand, LEVEL.member)}[${node.isOptional ? '?' : ''}${print(node.index)}]`;
    case 'call':
      return printCall(node);
    case 'operator':
      return printOperator(node);
    case 'logic': {
      const level = node.operator === '||' ? LEVEL.and : LEVEL.relation;
      return node.operands.map((operand) => write(operand, level)).join(` ${node.operator} `);
    }
    case 'condition':
      return `${write(node.test, LEVEL.or)} ? ${write(node.yes, LEVEL.or)} : ${write(node.no, LEVEL.condition)}`;
    case 'list':
      return `[${node.elements.map(({ value, isOptional }) => (isOptional ? '?' : '') + print(value)).join(', ')}]`;
    case 'map': {
      const entries = node.entries.map(
        ({ key, value, isOptional }) => `${isOptional ? '?' : ''}${print(key)}: ${print(value)}`,
      );
      return `{${entries.join(', ')}}`;
    }
    case 'message': {
      const fields = node.fields.map(
        ({ name, value, isOptional }) => `${isOptional ? '?' : ''}${printField(name)}: ${print(value)}`,
      );
      return `${node.name}{${fields.join(', ')}}`;
    }
    case 'loop': {
      const parts = [
        ...node.variables.map(printName),
        ...[node.filter, node.body].filter((part) => part !== undefined).map(print),
      ];
      return `${write(node.range, LEVEL.member)}.${node.name}(${parts.join(', ')})`;
    }
    case 'bind':
      return printBind(node);
    case 'optional_map': {
      const name = node.isFlat ? 'optFlatMap' : 'optMap';
      return `${write(node.operand, LEVEL.member)}.${name}(${printName(node.variable)}, ${print(node.body)})`;
    }
    case 'missing':
      return '';
  }
}

function printBind(node: Node & { kind: 'bind' }): string {
  const block = blockOf(node);
  return block === undefined
    ? `cel.bind(${printName(node.variable)}, ${print(node.value)}, ${print(node.body)})`
    : `cel.block([${block.values.map(print).join(', ')}], ${print(block.body)})`;
}

function printCall({ name, receiver, isRooted, isSpread, args }: Node & { kind: 'call' }): string {
  const [list] = args;
  const written = isSpread && list?.kind === 'list' ? list.elements.map(({ value }) => value) : args;
  const before = receiver === undefined ? (isRooted ? '.' : '') : `${write(receiver, LEVEL.member)}.`;
  return `${before}${name}(${written.map(print).join(', ')})`;
}

function printOperator({ operator, operands }: Node & { kind: 'operator' }): string {
  const [left, right] = operands;
  if (right === undefined) {
    const text = write(left, LEVEL.unary);
    // `-1` with everything after it, and `-` before `-1`, would be read as literals; `--x` is two signs.
    const isNumber = operator === '-' && /^-?[0-9]/.test(text);
    return operator + (isNumber ? `(${text})` : text);
  }
  const level = OPERATOR_LEVELS[operator] ?? LEVEL.relation;
  return `${write(left, level)} ${operator} ${write(right, level + 1)}`;
}

function printField(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) && !KEYWORDS.has(field) ? field : `\`${field}\``;
}

function isNegative(value: unknown): boolean {
  if (isDouble(value)) return numberOf(value) < 0 || Object.is(numberOf(value), -0);
  return isInt(value) && value < 0;
}

/** Literal with the given value. No expression has a literal of another type. */
function printLiteral(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (isInt(value)) return String(value);
  if (isDouble(value)) return printDouble(numberOf(value));
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${quoteBytes(value)}`;
  return String(value);
}

function printDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
  ["'", "\\'"],
]);

/** Single-quoted string, unless double quotes need fewer escapes. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  // oxlint-disable-next-line no-control-regex -- it looks for control characters
  const escaped = text.replace(/[\u0000-\u001f\u007f-\u009f\\']/g, (character) => {
    if (character === mark || character !== "'") return ESCAPES.get(character) ?? hexadecimal(character);
    return character;
  });
  return mark + escaped + mark;
}

function hexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function quoteBytes(bytes: Uint8Array): string {
  const pieces = [...bytes].map((byte) => {
    const character = String.fromCharCode(byte);
    const isPlain = byte >= 0x20 && byte < 0x7f;
    return ESCAPES.get(character) ?? (isPlain ? character : hexadecimal(character));
  });
  return `'${pieces.join('')}'`;
}
