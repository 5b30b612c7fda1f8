import { quoted } from '../../diagnostic/suggest.ts';
import { clausesOf, type Format } from '../library/format.ts';
import type { Overload } from '../library/function.ts';
import { type Problem, problem } from '../syntax/problem.ts';
import { type CallNode, childrenOf, type Node } from '../syntax/tree.ts';
import { equals } from '../value/compare.ts';
import { formatType } from '../value/type.ts';
import { type Checked, functionOf, typeOf } from './checked.ts';

/** Literal argument, parsed for one overload of the function. */
export interface PreparedLiteral {
  readonly overload: Overload;
  readonly value: unknown;
}

export type Prepared = ReadonlyMap<number, PreparedLiteral>;

export interface Literals {
  /** By the id of the call. */
  readonly prepared: Prepared;
  readonly problems: readonly Problem[];
}

/**
 * Parses string literals in arguments that have a syntax of their own (patterns, timestamps, CIDR blocks), and finds
 * accesses to a list or map literal that has no such element.
 */
export function readLiterals(checked: Checked): Literals {
  const prepared = new Map<number, PreparedLiteral>();
  const problems: Problem[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'call') readCall(node);
    const missing = missingElement(node);
    if (missing !== undefined) problems.push(missing);
    for (const child of childrenOf(node)) visit(child);
  };
  const readCall = (node: CallNode): void => {
    const reference = functionOf(checked, node);
    const forms = (reference?.overloads ?? []).flatMap((overload) =>
      overload.literal === undefined ? [] : [{ overload, literal: overload.literal }],
    );
    const [first] = forms;
    const argument = first && argumentsOf(node, reference?.isNamespaced === true)[first.literal.at];
    if (first === undefined || argument?.kind !== 'literal' || typeof argument.value !== 'string') return;
    const text = argument.value;
    // If several overloads are possible, the string must be valid for one of them.
    const read = forms.map(({ overload, literal }) => ({ overload, parsed: literal.parse(text) }));
    const { overload, parsed } = read.find((each) => each.parsed.problem === undefined) ?? read[0] ?? {};
    if (overload === undefined || parsed === undefined) return;
    if (parsed.problem !== undefined) {
      problems.push(problem('cel_literal', argument, parsed.problem, parsed.help));
      return;
    }
    prepared.set(node.id, { overload, value: parsed.value });
    if (node.name === 'format') problems.push(...formatProblems(checked, node, parsed.value as Format));
  };
  visit(checked.root);
  return { prepared, problems: problems.toSorted((a, b) => a.start - b.start) };
}

function argumentsOf({ receiver, args }: CallNode, isNamespaced: boolean): readonly Node[] {
  return receiver === undefined || isNamespaced ? args : [receiver, ...args];
}

/** A format and a list of values that are literals must have the same number of each, with matching types. */
function formatProblems(checked: Checked, { args }: CallNode, format: Format): Problem[] {
  const [values] = args;
  if (values?.kind !== 'list' || values.elements.some(({ isOptional }) => isOptional)) return [];
  const clauses = clausesOf(format);
  if (values.elements.length !== clauses.length) {
    const count = clauses.length === 1 ? '1 value' : `${clauses.length} values`;
    return [problem('cel_literal', values, `the format takes ${count}, not ${values.elements.length}`)];
  }
  return clauses.flatMap(({ verb, accepted }, at) => {
    const value = values.elements[at]?.value;
    const type = value && typeOf(checked, value);
    if (value === undefined || type === undefined || type.kind === 'dyn' || type.kind === 'error') return [];
    if (accepted.some((kind) => kind === type.kind)) return [];
    const help = `it takes ${quoted(accepted)}`;
    return [problem('cel_type', value, `\`%${verb}\` does not take \`${formatType(type)}\``, help)];
  });
}

/** The problem of an index or field that a list or map literal does not have. */
function missingElement(node: Node): Problem | undefined {
  if (node.kind === 'select' && !node.isOptional) {
    return missingKey(node.operand, node.field, node.fieldAt);
  }
  if (node.kind !== 'index' || node.isOptional || node.index.kind !== 'literal') return undefined;
  const { operand, index } = node;
  if (operand.kind === 'map') return missingKey(operand, index.value, index);
  if (operand.kind !== 'list' || operand.elements.some(({ isOptional }) => isOptional)) return undefined;
  const { length } = operand.elements;
  const isThere = typeof index.value === 'number' && index.value >= 0 && index.value < length;
  if (isThere || typeof index.value === 'object') return undefined;
  return problem('cel_literal', index, `the list has ${length === 1 ? '1 element' : `${length} elements`}`);
}

function missingKey(map: Node, key: unknown, range: { start: number; end: number }): Problem | undefined {
  if (map.kind !== 'map') return undefined;
  const isKnown = map.entries.every(({ key: each, isOptional }) => each.kind === 'literal' && !isOptional);
  const isThere = map.entries.some(({ key: each }) => each.kind === 'literal' && equals(each.value, key));
  return isKnown && !isThere ? problem('cel_literal', range, 'the map has no such key') : undefined;
}
