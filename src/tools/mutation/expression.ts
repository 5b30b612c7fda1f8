import { parse } from '../../cel/syntax/parse.ts';
import { scan } from '../../cel/syntax/scan.ts';
import type { Token } from '../../cel/syntax/token.ts';
import { childrenOf, type LogicNode, type Node, type OperatorNode } from '../../cel/syntax/tree.ts';
import type { Range } from '../../diagnostic/range.ts';
import { locate } from '../../policy/yaml/scalar-offset.ts';
import type { ScalarTree } from '../../policy/yaml/tree.ts';
import type { Edit } from './edit.ts';

/** A change of an expression, in the file that holds it. */
export interface ExpressionChange {
  readonly edit: Edit;
  readonly what: string;
}

/** A change in units of the expression's own text. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly what: string;
}

const OPPOSITES: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
};

/** The small changes of the expression that a scalar of `text` holds. */
export function mutateExpression(text: string, scalar: ScalarTree): readonly ExpressionChange[] {
  const source = typeof scalar.value === 'string' ? scalar.value : '';
  if (source === '') return [];
  const { root, problems } = parse(source);
  if (problems.length > 0) return [];
  const { tokens } = scan(source);
  return changesWithin(root, tokens, source).map((change) => ({
    edit: requoted(scalar, change, source) ?? { ...placeOf(text, scalar, change, source), text: change.text },
    what: change.what,
  }));
}

/** Text without quotes may not begin with everything: then the whole of it gets some. */
function requoted(
  { style, range }: ScalarTree,
  { start, end, text }: Change,
  source: string,
): Edit | undefined {
  if (style !== 'plain' || start > 0) return undefined;
  const whole = `${text}${source.slice(end)}`;
  return /^[\w(]/.test(whole) ? undefined : { ...range, text: JSON.stringify(whole) };
}

/** What is taken out up to the next piece takes along whatever white space YAML made one blank of. */
function placeOf(text: string, scalar: ScalarTree, { start, end }: Change, source: string): Range {
  const range = locate(text, scalar, start, end);
  if (!/\s/.test(source[end - 1] ?? '')) return range;
  const space = /^\s*/.exec(text.slice(range.end))?.[0] ?? '';
  return { start: range.start, end: range.end + space.length };
}

function changesWithin(node: Node, tokens: readonly Token[], source: string): readonly Change[] {
  return [
    ...changesOf(node, tokens, source),
    ...childrenOf(node).flatMap((child) => changesWithin(child, tokens, source)),
  ];
}

function changesOf(node: Node, tokens: readonly Token[], source: string): readonly Change[] {
  switch (node.kind) {
    case 'operator':
      return operatorChanges(node, tokens);
    case 'logic':
      return logicChanges(node, tokens, source);
    case 'loop': {
      if (node.loop !== 'all' && node.loop !== 'exists') return [];
      const other = node.loop === 'all' ? 'exists' : 'all';
      const { start, end } = node.nameAt;
      return [{ start, end, text: other, what: `\`${node.name}\` becomes \`${other}\`` }];
    }
    default:
      return [];
  }
}

function operatorChanges(
  { operator, operands, start }: OperatorNode,
  tokens: readonly Token[],
): readonly Change[] {
  const [left, right] = operands;
  if (operator === '!') return [{ start, end: start + 1, text: '', what: 'the negation is dropped' }];
  const opposite = OPPOSITES[operator];
  if (right === undefined || opposite === undefined) return [];
  const token = between(tokens, operator, left, right);
  return token === undefined ? [] : [replaced(token, opposite)];
}

function logicChanges(
  { operator, operands, start, end }: LogicNode,
  tokens: readonly Token[],
  source: string,
): readonly Change[] {
  const marks: Token[] = [];
  for (const [index, operand] of operands.entries()) {
    const next = operands[index + 1];
    const token = next && between(tokens, operator, operand, next);
    if (token !== undefined) marks.push(token);
  }
  if (marks.length !== operands.length - 1) return [];
  const opposite = operator === '&&' ? '||' : '&&';
  const drops = operands.map((operand, index): Change => {
    const before = marks[index - 1];
    const after = marks[index];
    // The first goes with the operator behind it, any other with the one before.
    const from = before === undefined ? start : skipBack(source, before.start);
    const to =
      after === undefined
        ? end
        : before === undefined
          ? skipSpace(source, after.end)
          : skipBack(source, after.start);
    return { start: from, end: to, text: '', what: `\`${shown(source, operand)}\` is dropped` };
  });
  return [...marks.map((token) => replaced(token, opposite)), ...drops];
}

function skipSpace(source: string, from: number): number {
  let at = from;
  while (/\s/.test(source[at] ?? '')) at++;
  return at;
}

function skipBack(source: string, from: number): number {
  return source.slice(0, from).trimEnd().length;
}

function replaced({ start, end, text }: Token, by: string): Change {
  return { start, end, text: by, what: `\`${text}\` becomes \`${by}\`` };
}

/** The operator's own mark between two operands, around which there may be parentheses. */
function between(tokens: readonly Token[], text: string, left: Node, right: Node): Token | undefined {
  return tokens.find((token) => token.text === text && token.start >= left.end && token.end <= right.start);
}

function shown(source: string, { start, end }: Node): string {
  return source.slice(start, end).replaceAll(/\s+/g, ' ');
}
