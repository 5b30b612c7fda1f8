import type { Range } from '../../diagnostic/range.ts';
import { expandBlock } from './block.ts';
import { qualifiedName } from './names.ts';
import type { Parser } from './parser.ts';
import type { CallNode, Loop, LoopNode, Node } from './tree.ts';

type Call = Omit<CallNode, 'kind' | 'id'>;

/** Arguments of a loop, by their number: the number of variables, and true if a condition follows them. */
type Forms = Readonly<Record<number, readonly [variables: 1 | 2, hasFilter: boolean]>>;

const ONE_OR_TWO: Forms = { 2: [1, false], 3: [2, false] };
const TWO: Forms = { 3: [2, false], 4: [2, true] };

const LOOPS: ReadonlyMap<string, readonly [Loop, Forms]> = new Map<string, readonly [Loop, Forms]>([
  ['all', ['all', ONE_OR_TWO]],
  ['exists', ['exists', ONE_OR_TWO]],
  ['exists_one', ['exists_one', ONE_OR_TWO]],
  ['existsOne', ['exists_one', ONE_OR_TWO]],
  ['map', ['map', { 2: [1, false], 3: [1, true] }]],
  ['filter', ['filter', { 2: [1, false] }]],
  ['sortBy', ['sortBy', { 2: [1, false] }]],
  ['transformList', ['transformList', TWO]],
  ['transformMap', ['transformMap', TWO]],
  ['transformMapEntry', ['transformMapEntry', TWO]],
]);

/** The node that a macro call becomes; undefined if the call is not a macro. */
export function expandMacro(parser: Parser, call: Call): Node | undefined {
  const { name, receiver, args } = call;
  if (receiver === undefined) return name === 'has' && args.length === 1 ? has(parser, call) : undefined;
  const namespace = receiver.kind === 'name' ? receiver.name : '';
  if (namespace === 'cel' && name === 'bind') return bind(parser, call);
  const written = namespace === 'cel' ? expandBlock(parser, call) : undefined;
  if (written !== undefined) return written;
  if (namespace === 'proto' && EXTENSION_MACROS.has(name)) return extension(parser, call);
  if (namespace === 'math' && (name === 'greatest' || name === 'least')) return extreme(parser, call);
  if (name === 'optMap' || name === 'optFlatMap') return optionalMap(parser, call, receiver);
  const [loop, forms] = LOOPS.get(name) ?? [];
  const form = forms?.[args.length];
  return loop && form && makeLoop(parser, call, receiver, loop, form);
}

function has(parser: Parser, { args, start, end }: Call): Node {
  const [operand] = args;
  if (operand?.kind === 'select' && !operand.isOptional) {
    const { operand: of, field, fieldAt } = operand;
    return parser.make({ kind: 'has', operand: of, field, fieldAt, start, end });
  }
  const range = operand ?? { start, end };
  const isReported = operand?.kind === 'missing';
  if (!isReported) {
    parser.report(
      range,
      '`has` takes a field access',
      'write it as in `has(jwt.claims.tenant)`; test for a key that is not a name with `in`',
    );
  }
  return parser.make({ kind: 'missing', start, end });
}

function bind(parser: Parser, { args, start, end }: Call): Node | undefined {
  const [name, value, body] = args;
  if (value === undefined || body === undefined || args.length > 3) return undefined;
  const variable = variableOf(parser, name, 'write it as in `cel.bind(x, 1, x + x)`');
  return parser.make({ kind: 'bind', variable, value, body, start, end });
}

const EXTENSION_MACROS: ReadonlySet<string> = new Set(['getExt', 'hasExt']);

/** `proto.getExt(message, a.b.c)` is the access of a field with that name, and `hasExt` the test for it. */
function extension(parser: Parser, { name, args, start, end }: Call): Node | undefined {
  const [operand, extended] = args;
  const isTest = name === 'hasExt';
  if (operand === undefined || extended === undefined || args.length > 2) return undefined;
  const field = qualifiedName(extended);
  if (field === undefined) {
    parser.report(
      extended,
      'expected the full name of an extension',
      `write it as in \`proto.${name}(x, a.b.c)\``,
    );
    return parser.make({ kind: 'missing', start, end });
  }
  const access = { operand, field, fieldAt: { start: extended.start, end: extended.end }, start, end };
  return isTest
    ? parser.make({ kind: 'has', ...access })
    : parser.make({ kind: 'select', isOptional: false, ...access });
}

function optionalMap(parser: Parser, { name, args, start, end }: Call, operand: Node): Node | undefined {
  const [of, body] = args;
  if (body === undefined || args.length > 2) return undefined;
  const variable = variableOf(parser, of, `write it as in \`x.${name}(y, y + 1)\``);
  return parser.make({
    kind: 'optional_map',
    isFlat: name === 'optFlatMap',
    operand,
    variable,
    body,
    start,
    end,
  });
}

/** More than two numbers are collected into a list. */
function extreme(parser: Parser, call: Call): Node | undefined {
  const [first, , third] = call.args;
  if (first === undefined || third === undefined) return undefined;
  const elements = call.args.map((value) => ({ value, isOptional: false }));
  const list = parser.make({ kind: 'list', elements, start: first.start, end: call.end - 1 });
  return parser.make({ kind: 'call', ...call, args: [list], isSpread: true });
}

function makeLoop(
  parser: Parser,
  { name, nameAt, args, start, end }: Call,
  range: Node,
  loop: Loop,
  [count, hasFilter]: readonly [1 | 2, boolean],
): Node {
  const help = `write it as in \`list.${name}(${count === 1 ? 'x' : 'i, x'}, ...)\``;
  const first = variableOf(parser, args[0], help);
  const second = count === 2 ? variableOf(parser, args[1], help) : undefined;
  if (first === second) parser.report(args[1] ?? { start, end }, 'both variables have the same name', help);
  const variables: LoopNode['variables'] = second === undefined ? [first] : [first, second];
  const filter = hasFilter ? args[count] : undefined;
  const body = args.at(-1) ?? range;
  return parser.make({ kind: 'loop', loop, name, nameAt, range, variables, filter, body, start, end });
}

function variableOf(parser: Parser, node: Node | undefined, help: string): string {
  if (node?.kind === 'name' && !node.isRooted) return node.name;
  const range: Range = node ?? parser.token;
  if (node?.kind !== 'missing') parser.report(range, 'expected the name of a variable', help);
  return '';
}
