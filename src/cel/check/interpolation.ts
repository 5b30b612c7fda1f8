import type { Advice } from '../../diagnostic/advice.ts';
import type { Parsed } from '../syntax/parse.ts';
import { type Hole, type ParsedText, parseText } from '../syntax/parse-text.ts';
import { type Problem, problem } from '../syntax/problem.ts';
import type { Node } from '../syntax/tree.ts';
import { formatType, type Simple, type Type } from '../value/type.ts';
import { check } from './check.ts';
import { type Checked, functionOf, typeOf } from './checked.ts';
import type { Environment } from './environment.ts';

/**
 * Parser of a text with expressions. An expression that is the whole text keeps its value if that is allowed, and is
 * else made a string, within an optional as well.
 */
export function textParser(
  source: string,
  environment: Environment,
  { result, allowOptional = false }: { readonly result: readonly Simple[]; readonly allowOptional?: boolean },
): () => ParsedText {
  const plain = parseText(source);
  const [hole] = plain.holes;
  const keeps = hole === undefined || hole.call !== undefined || plain.problems.length > 0;
  if (keeps || result.includes('dyn')) return () => parseText(source);
  const type = typeOf(check(source, plain, environment), plain.root);
  const given = type.kind === 'optional' ? type.of : type;
  if (given.kind === 'string' || given.kind === 'error') return () => parseText(source);
  const mode = type.kind === 'optional' ? 'optional' : 'string';
  if (mode === 'optional' && !allowOptional) return () => parseText(source);
  const isText = check(source, parseText(source, mode), environment).problems.length === 0;
  return () => parseText(source, isText ? mode : 'value');
}

/** The problems of a checked text; those of a value that has no text are told in the words of the author. */
export function withTextProblems(parsed: Parsed, checked: Checked): Checked {
  if (!isText(parsed)) return checked;
  const own = parsed.holes.flatMap((hole) => holeProblem(hole, checked) ?? []);
  if (own.length === 0) return checked;
  const others = checked.problems.filter(
    ({ start, end }) => !own.some((each) => start <= each.start && end >= each.start + 2),
  );
  return { ...checked, problems: [...others, ...own].toSorted((a, b) => a.start - b.start) };
}

function isText(parsed: Parsed): parsed is ParsedText {
  return 'holes' in parsed;
}

/** The problem of a hole in a longer text whose value has no text. */
function holeProblem({ node, call, start, end }: Hole, checked: Checked): Problem | undefined {
  const type = typeOf(checked, node);
  const isFound = call?.kind !== 'call' || (functionOf(checked, call)?.overloads.length ?? 0) > 0;
  if (isFound || type.kind === 'error') return undefined;
  const message =
    type.kind === 'optional'
      ? `an optional of the type \`${formatType(type)}\` may have no value, and this text needs one`
      : `a value of the type \`${formatType(type)}\` has no text`;
  const meant = expressionFor(node, type, checked);
  if (meant === undefined) return problem('cel_type', { start, end }, message, GIVE_DEFAULT[type.kind]);
  const text = `\${${meant}}`;
  return problem('cel_type', { start, end }, message, {
    help: `write \`${text}\``,
    edit: { start, end, text },
  });
}

/** Help for a text that is only a list or map, for which a string is required. */
export function wholeTextHelp(parsed: Parsed, checked: Checked): Advice | undefined {
  const [hole, other] = isText(parsed) ? parsed.holes : [];
  if (hole === undefined || other !== undefined) return undefined;
  const type = typeOf(checked, hole.node);
  const meant = type.kind === 'optional' ? undefined : expressionFor(hole.node, type, checked);
  if (meant === undefined) return undefined;
  const { start, end } = hole;
  const text = `\${${meant}}`;
  return { help: `write \`${text}\``, edit: { start, end, text } };
}

/** The expression to write instead, if there is one. */
function expressionFor(node: Node, type: Type, { source }: Checked): string | undefined {
  const written = source.slice(node.start, node.end);
  const isOperator = ['operator', 'logic', 'condition'].includes(node.kind);
  const operand = isOperator ? `(${written})` : written;
  switch (type.kind) {
    case 'optional': {
      const value = DEFAULTS[type.of.kind];
      return value && `${operand}.orValue(${value})`;
    }
    case 'list':
      return type.element.kind === 'string' ? `${operand}.join(', ')` : `json.encode(${written})`;
    case 'map':
      return `json.encode(${written})`;
    default:
      return undefined;
  }
}

const GIVE_DEFAULT: Readonly<Record<string, string>> = {
  optional: 'give it a default: `.orValue(...)`',
};

const DEFAULTS: Readonly<Record<string, string>> = {
  string: "''",
  dyn: "''",
  int: '0',
  uint: '0u',
  double: '0.0',
  bool: 'false',
};
