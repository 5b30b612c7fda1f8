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

/** Reports a mistake in an expression at its place in the file. `previous` is the mistake before it. */
export function reportProblem(
  expression: Expression,
  problem: Problem,
  { names }: Environment,
  previous?: Problem,
): void {
  if (isRestOfName(expression.source, problem, previous)) return;
  const whole = dashedWhole(expression.source, problem);
  const range = rangeIn(expression, problem.start, whole?.length ?? problem.end);
  const root = /^\w+/.exec(expression.source.slice(problem.start, problem.end))?.[0] ?? '';
  const [why, help] = (problem.code === 'cel_unknown_name' ? DECLARED.get(root) : undefined) ?? [];
  const message =
    whole !== undefined
      ? `unknown name \`${whole}\``
      : why === undefined
        ? problem.message
        : `unknown name \`${root}\`: ${why}`;
  const told = why === undefined ? adviceOn(expression.source, problem, names) : help && { help };
  const advice = told && { help: told.help, edit: editFor(expression, problem, message, told) };
  report(expression.at, problem.code, message, advice, range);
}

/** Help for a problem. The meaning of a name in another product comes before names that are similar in spelling. */
function adviceOn(source: string, problem: Problem, names: Environment['names']): Advice | undefined {
  const { help, edit } = problem;
  const own = help === undefined ? undefined : { help, edit };
  const query = queryHelp(source, problem);
  if (query !== undefined) return query;
  if (!problem.message.startsWith('unknown name `')) return own;
  const dashed = dashedWhole(source, problem);
  if (dashed !== undefined)
    return {
      help: `a header is \`request.headers['${dashed.toLowerCase()}']\`, a text \`'${dashed}'\``,
    };
  const data = dashedData(source, problem, names);
  if (data !== undefined) return data;
  const key = keyHelp(source, problem);
  if (key !== undefined) return key;
  return foreignNameHelp(source, problem, (name) => names.has(name)) ?? claimHelp(source, problem) ?? own;
}

/** Help for `request.headers[User-Agent]`, where a key lacks its quotes. */
function keyHelp(source: string, { start }: Problem): Advice | undefined {
  const [, key] = source[start - 1] === '[' ? (/^([A-Za-z][\w-]*)\]/.exec(source.slice(start)) ?? []) : [];
  if (key === undefined) return undefined;
  const text = `'${source.slice(0, start).endsWith('headers[') ? key.toLowerCase() : key}'`;
  return { help: `write the key in quotes: \`[${text}]\``, edit: { start, end: start + key.length, text } };
}

/** A whole source such as `x-api-key`, which subtracts unknown names; undefined if it is another one. */
function dashedWhole(source: string, { code, start, end }: Problem): string | undefined {
  const [, whole] = /^([A-Za-z_]\w*(?:-[A-Za-z_]\w*)+)\s*$/.exec(source) ?? [];
  const isFirst = code === 'cel_unknown_name' && start === 0 && whole?.[end] === '-';
  return isFirst ? whole : undefined;
}

/** True for the rest of a name with `-`, such as `api` of `x-api-key`: it is told with the unknown name before it. */
function isRestOfName(source: string, { code, start }: Problem, previous: Problem | undefined): boolean {
  const isNext = previous?.code === 'cel_unknown_name' && previous.end === start - 1;
  if (code !== 'cel_unknown_name' || !isNext || source[start - 1] !== '-') return false;
  const before = source.slice(Math.max(0, start - 128), start);
  return /(?:^|\[|\b(?:data|env)\.)(?:[A-Za-z_]\w*-)+$/.test(before);
}

/** Help for `data.my-partners`: names of documents are read with `_`. */
function dashedData(
  source: string,
  { start, end }: Problem,
  names: Environment['names'],
): Advice | undefined {
  const [root] = /\b(?:data|env)\.$/.exec(source.slice(0, start)) ?? [];
  const [rest] = root === undefined ? [] : (/^(?:-\w+)+/.exec(source.slice(end)) ?? []);
  if (root === undefined || rest === undefined) return undefined;
  const text = (source.slice(start, end) + rest).replaceAll('-', '_');
  if (!names.has(root + text)) return undefined;
  return { help: `did you mean \`${root}${text}\`?`, edit: { start, end: end + rest.length, text } };
}

/** Help for `request.query.page`. */
function queryHelp(source: string, { message, start, end }: Problem): Advice | undefined {
  const name = source.slice(start, end);
  const [before] = /request\.query\.$/.exec(source.slice(0, start)) ?? [];
  if (before === undefined || !message.endsWith('has no fields') || !/^\w+$/.test(name)) return undefined;
  const text = `request.query_params.${name}`;
  return { help: `did you mean \`${text}\`?`, edit: { start: start - before.length, end, text } };
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
