import { parse } from '../../cel/syntax/parse.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { scan } from '../../cel/syntax/scan.ts';
import type { Token } from '../../cel/syntax/token.ts';
import { childrenOf, type LogicNode, type Node, type OperatorNode } from '../../cel/syntax/tree.ts';
import type { Range } from '../../diagnostic/range.ts';
import { locate } from '../../policy/yaml/scalar-offset.ts';
import type { ScalarTree } from '../../policy/yaml/tree.ts';
import type { Edit } from './edit.ts';

/** A change of an expression, as an edit of its file. */
export interface ExpressionChange {
  readonly edit: Edit;
  readonly what: string;
}

/** A change with offsets in the source of the expression. */
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

/** All changes of the expression, or of the text with expressions, in a scalar of `text`; empty if it has mistakes. */
export function mutateExpression(
  text: string,
  scalar: ScalarTree,
  form: 'expression' | 'text',
): readonly ExpressionChange[] {
  const source = typeof scalar.value === 'string' ? scalar.value : '';
  if (source === '') return [];
  const { root, problems, tokens } =
    form === 'text' ? parseText(source) : { ...parse(source), tokens: scan(source).tokens };
  if (problems.length > 0) return [];
  return changesWithin(root, tokens, source).map((change) => ({
    edit: requoted(scalar, change, source) ?? { ...rangeOf(text, scalar, change, source), text: change.text },
    what: change.what,
  }));
}

/** Edit that quotes the whole scalar, if the changed text cannot start a plain one; undefined if it can. */
function requoted(
  { style, range }: ScalarTree,
  { start, end, text }: Change,
  source: string,
): Edit | undefined {
  if (style !== 'plain' || start > 0) return undefined;
  const whole = `${text}${source.slice(end)}`;
  return /^[\w(]/.test(whole) ? undefined : { ...range, text: JSON.stringify(whole) };
}

/** Range of a change in the file. If it ends with a space, all white space that YAML folds into it is included. */
function rangeOf(text: string, scalar: ScalarTree, { start, end }: Change, source: string): Range {
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
  const operators: Token[] = [];
  for (const [index, operand] of operands.entries()) {
    const next = operands[index + 1];
    const token = next && between(tokens, operator, operand, next);
    if (token !== undefined) operators.push(token);
  }
  if (operators.length !== operands.length - 1) return [];
  const opposite = operator === '&&' ? '||' : '&&';
  const drops = operands.map((operand, index): Change => {
    const before = operators[index - 1];
    const after = operators[index];
    // The first operand is dropped with the operator after it, any other with the operator before it.
    const from = before === undefined ? start : skipBack(source, before.start);
    const to =
      after === undefined
        ? end
        : before === undefined
          ? skipSpace(source, after.end)
          : skipBack(source, after.start);
    return { start: from, end: to, text: '', what: `\`${shown(source, operand)}\` is dropped` };
  });
  return [...operators.map((token) => replaced(token, opposite)), ...drops];
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

/** Token of an operator between two operands, which may be in parentheses. */
function between(tokens: readonly Token[], text: string, left: Node, right: Node): Token | undefined {
  return tokens.find((token) => token.text === text && token.start >= left.end && token.end <= right.start);
}

function shown(source: string, { start, end }: Node): string {
  return source.slice(start, end).replaceAll(/\s+/g, ' ');
}
