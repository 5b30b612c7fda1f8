import type { Environment } from '../../cel/check/environment.ts';
import type { Problem } from '../../cel/syntax/problem.ts';
import { type Advice, describedEdit } from '../../diagnostic/advice.ts';
import type { Edit, Range } from '../../diagnostic/range.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { editScalar } from '../yaml/edit-scalar.ts';
import { locate } from '../yaml/scalar-offset.ts';
import { foreignNameHelp } from './foreign-names.ts';

/** Roots that exist only if the policy or folder declares names below them, with the cause and help of a diagnostic. */
const DECLARED: ReadonlyMap<string, readonly [why: string, help: string | undefined]> = new Map([
  ['variables', ['the policy has no `variables`', undefined]],
  ['data', ['the folder has no Dataset', undefined]],
  ['env', ['the folder has no Environment', undefined]],
  ['params', ['the policy uses no template with parameters', 'path parameters are in `request.params`']],
] as const);

/** Reports a mistake in an expression at its place in the file. */
export function reportProblem(expression: Expression, problem: Problem, { names }: Environment): void {
  const range = rangeIn(expression, problem.start, problem.end);
  const root = /^\w+/.exec(expression.source.slice(problem.start, problem.end))?.[0] ?? '';
  const [why, help] = (problem.code === 'cel_unknown_name' ? DECLARED.get(root) : undefined) ?? [];
  const message = why === undefined ? problem.message : `unknown name \`${root}\`: ${why}`;
  const told = why === undefined ? adviceOn(expression.source, problem, names) : help && { help };
  const advice = told && { help: told.help, edit: editFor(expression, problem, message, told) };
  report(expression.at, problem.code, message, advice, range);
}

/** Help for a problem. The meaning of a name in another product comes before names that are similar in spelling. */
function adviceOn(source: string, problem: Problem, names: Environment['names']): Advice | undefined {
  const { help, edit } = problem;
  const own = help === undefined ? undefined : { help, edit };
  if (!problem.message.startsWith('unknown name `')) return own;
  return foreignNameHelp(source, problem, (name) => names.has(name)) ?? claimHelp(source, problem) ?? own;
}

/** Help for `jwt.tenant`, which is a claim if no field of `jwt` is similar. */
function claimHelp(source: string, { message, help = '', start, end }: Problem): Advice | undefined {
  const [, claim] = /^unknown name `jwt\.(\w+)`$/.exec(message) ?? [];
  if (claim === undefined || help.includes('`jwt.')) return undefined;
  const isField = source.slice(start, end) === claim;
  const edit = isField ? { start, end, text: `claims.${claim}` } : undefined;
  return { help: `did you mean \`jwt.claims.${claim}\`?`, edit };
}

/** The edit in the file that the help of a problem describes. */
function editFor(
  { at, source }: Expression,
  { start, end }: Problem,
  message: string,
  { help, edit = withOffset(start, describedEdit(message, help, source.slice(start, end))) }: Advice,
): Edit | undefined {
  const { tree, context } = at;
  return tree.kind === 'scalar' && edit !== undefined
    ? editScalar(context.lines.text, tree, edit)
    : undefined;
}

function withOffset(offset: number, edit: Edit | undefined): Edit | undefined {
  return edit && { start: offset + edit.start, end: offset + edit.end, text: edit.text };
}

/** Help that says to write `text` in place of a part of an expression, with the edit. */
export function replacePart(
  { at: { context, tree } }: Expression,
  { start, end }: Range,
  text: string,
): Advice {
  const edit =
    tree.kind === 'scalar' ? editScalar(context.lines.text, tree, { start, end, text }) : undefined;
  return { help: `write \`${text}\``, edit };
}

/** The range in the file of a part of an expression. */
export function rangeIn({ at }: Expression, start: number, end: number): Range {
  const { tree, context } = at;
  return tree.kind === 'scalar' ? locate(context.lines.text, tree, start, end) : tree.range;
}
