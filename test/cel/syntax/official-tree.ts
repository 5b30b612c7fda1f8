import type { Node } from '../../../src/cel/syntax/tree.ts';
import { isDouble, isInt, numberOf, Uint } from '../../../src/cel/value/number.ts';
import { decodeUtf8 } from '../../../src/cel/value/text.ts';

/**
 * Tree as the reference implementation prints it: calls have the names of their functions, macros are expanded, long
 * chains of `&&` and `||` are balanced. Line breaks and indentation are omitted.
 */
export function officialTree(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return literal(node.value);
    case 'name':
      return (node.isRooted ? '.' : '') + node.name;
    case 'select':
      return node.isOptional
        ? call('_?._', officialTree(node.operand), JSON.stringify(node.field))
        : `${officialTree(node.operand)}.${node.field}`;
    case 'has':
      return `${officialTree(node.operand)}.${node.field}~test-only~`;
    case 'index':
      return call(node.isOptional ? '_[?_]' : '_[_]', officialTree(node.operand), officialTree(node.index));
    case 'call': {
      const [list] = node.args;
      const written =
        node.isSpread && list?.kind === 'list' ? list.elements.map(({ value }) => value) : node.args;
      return method(node.receiver, (node.isRooted ? '.' : '') + node.name, written.map(officialTree));
    }
    case 'operator':
      return operator(node);
    case 'logic':
      return balanced(`_${node.operator}_`, node.operands.map(officialTree));
    case 'condition':
      return call('_?_:_', officialTree(node.test), officialTree(node.yes), officialTree(node.no));
    case 'list':
      return `[${node.elements.map(({ value }) => officialTree(value)).join(',')}]`;
    case 'map':
      return `{${node.entries
        .map(
          ({ key, value, isOptional }) =>
            `${isOptional ? '?' : ''}${officialTree(key)}:${officialTree(value)}`,
        )
        .join(',')}}`;
    case 'message':
      return `${node.name}{${node.fields
        .map(({ name, value, isOptional }) => `${isOptional ? '?' : ''}${name}:${officialTree(value)}`)
        .join(',')}}`;
    case 'loop':
      return loop(node);
    case 'bind':
      return `cel.${call('bind', node.variable, officialTree(node.value), officialTree(node.body))}`;
    case 'optional_map':
      return method(node.operand, node.isFlat ? 'optFlatMap' : 'optMap', [
        node.variable,
        officialTree(node.body),
      ]);
    case 'missing':
      return '';
  }
}

function call(name: string, ...args: string[]): string {
  return `${name}(${args.join(',')})`;
}

function method(receiver: Node | undefined, name: string, args: readonly string[]): string {
  return `${receiver === undefined ? '' : `${officialTree(receiver)}.`}${call(name, ...args)}`;
}

/** An even number of adjacent signs cancels out. */
function operator(node: Node & { kind: 'operator' }): string {
  const [left, right] = node.operands;
  if (right !== undefined) {
    const name = node.operator === 'in' ? '@in' : `_${node.operator}_`;
    return call(name, officialTree(left), officialTree(right));
  }
  let signs = 1;
  let operand: Node = left;
  while (operand.kind === 'operator' && operand.operands.length === 1 && operand.operator === node.operator) {
    signs++;
    [operand] = operand.operands;
  }
  return signs % 2 === 0 ? officialTree(operand) : call(`${node.operator}_`, officialTree(operand));
}

function balanced(name: string, terms: readonly string[]): string {
  const tree = (low: number, high: number): string => {
    const middle = Math.floor((low + high + 1) / 2);
    const left = middle === low ? terms[middle] : tree(low, middle - 1);
    const right = middle === high ? terms[middle + 1] : tree(middle + 1, high);
    return call(name, left ?? '', right ?? '');
  };
  return tree(0, terms.length - 2);
}

const RESULT = '@result';

function loop(node: Node & { kind: 'loop' }): string {
  const [variable, second] = node.variables;
  const body = officialTree(node.body);
  const range = officialTree(node.range);
  const fold = (init: string, condition: string, step: string, result = RESULT): string =>
    `__comprehension__(${['Variable', 'Target', 'Accumulator', 'Init', 'LoopCondition', 'LoopStep', 'Result']
      .map((name, at) => `// ${name}${[variable, range, RESULT, init, condition, step, result][at] ?? ''}`)
      .join(',')})`;
  const filtered = (step: string, filter: string | undefined): string =>
    filter === undefined ? step : call('_?_:_', filter, step, RESULT);
  const unexpanded = [
    ...node.variables,
    ...(node.filter === undefined ? [] : [officialTree(node.filter)]),
    body,
  ];
  if (second !== undefined) return method(node.range, node.name, unexpanded);
  switch (node.loop) {
    case 'all':
      return fold('true', call('@not_strictly_false', RESULT), call('_&&_', RESULT, body));
    case 'exists':
      return fold('false', call('@not_strictly_false', call('!_', RESULT)), call('_||_', RESULT, body));
    case 'exists_one':
      return fold('0', 'true', filtered(call('_+_', RESULT, '1'), body), call('_==_', RESULT, '1'));
    case 'filter':
      return fold('[]', 'true', filtered(call('_+_', RESULT, `[${variable}]`), body));
    case 'map': {
      const filter = node.filter === undefined ? undefined : officialTree(node.filter);
      return fold('[]', 'true', filtered(call('_+_', RESULT, `[${body}]`), filter));
    }
    default:
      return method(node.range, node.name, unexpanded);
  }
}

function literal(value: unknown): string {
  if (isInt(value)) return String(value);
  if (isDouble(value)) return Object.is(numberOf(value), -0) ? '-0' : String(numberOf(value));
  if (value instanceof Uint) return `${value.value}u`;
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuoteBytes(value)}`;
  return String(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** Notation of Go's `strconv.Quote`. */
function goQuote(text: string): string {
  const escaped = [...text].map((character) => {
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

function goQuoteBytes(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return goQuote(text);
  return `"${[...bytes].map((byte) => (byte < 0x80 ? goQuote(String.fromCharCode(byte)).slice(1, -1) : `\\x${byte.toString(16)}`)).join('')}"`;
}
