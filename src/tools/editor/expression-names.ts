import { parse } from '../../cel/syntax/parse.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { childrenOf, type Node } from '../../cel/syntax/tree.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { Part } from './roles.ts';

/** A name of the author that an expression reads, with its range in the source. */
export interface ExpressionName {
  readonly of: Part | 'Dataset';
  readonly name: string;
  readonly at: Range;
}

const ROOTS: ReadonlyMap<string, ExpressionName['of']> = new Map([
  ['variables', 'variable'],
  ['params', 'parameter'],
  ['env', 'value'],
  ['data', 'Dataset'],
] as const);

/** All names in an expression, or a text with expressions, that documents declare. Parts with syntax errors are skipped. */
export function namesIn(source: string, form: 'expression' | 'text'): readonly ExpressionName[] {
  if (!/\b(?:variables|params|env|data)\b/.test(source)) return [];
  const names: ExpressionName[] = [];
  visit((form === 'text' ? parseText(source) : parse(source)).root, new Set(), names);
  return names;
}

/** `locals` are the variables of enclosing comprehensions, which hide declared names. */
function visit(node: Node, locals: ReadonlySet<string>, names: ExpressionName[]): void {
  if ((node.kind === 'select' || node.kind === 'has') && node.operand.kind === 'name') {
    const { name, isRooted } = node.operand;
    const of = isRooted || !locals.has(name) ? ROOTS.get(name) : undefined;
    if (of !== undefined) names.push({ of, name: node.field, at: node.fieldAt });
    return;
  }
  if ((node.kind === 'select' || node.kind === 'has') && isPathParameters(node.operand, locals)) {
    names.push({ of: 'segment', name: node.field, at: node.fieldAt });
    return;
  }
  const own = localsOf(node);
  // The first child is the range or the bound value, which cannot read the variables.
  for (const [index, child] of childrenOf(node).entries()) {
    visit(child, index === 0 || own.length === 0 ? locals : new Set([...locals, ...own]), names);
  }
}

/** `request.params`. */
function isPathParameters(node: Node, locals: ReadonlySet<string>): boolean {
  if (node.kind !== 'select' || node.field !== 'params' || node.operand.kind !== 'name') return false;
  return node.operand.name === 'request' && (node.operand.isRooted || !locals.has('request'));
}

/** Variables that a comprehension or binding declares; none for all other nodes. */
export function localsOf(node: Node): readonly string[] {
  switch (node.kind) {
    case 'loop':
      return node.variables;
    case 'bind':
    case 'optional_map':
      return [node.variable];
    default:
      return [];
  }
}
