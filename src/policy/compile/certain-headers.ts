import type { Expression } from '../language/values.ts';
import { expressionsIn } from './expressions-in.ts';
import type { CompiledExpressions } from './policy-compiler.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * Headers (in lower case) that every request has for which an expression of the policy is evaluated: those of its
 * `requireHeaders`. The conditions of the policy's own `match`, and the variables that they read, are evaluated before
 * `requireHeaders` is checked, so none are certain there.
 */
export function certainHeaders({
  policy,
  valid,
  allReads,
}: CompiledExpressions): (expression: Expression) => ReadonlySet<string> {
  const { requireHeaders, match, variables } = policy.spec;
  if (requireHeaders === undefined) return () => NONE;
  const required = new Set(requireHeaders);
  const early = new Set(expressionsIn(match));
  const conditions = valid.filter(({ expression }) => early.has(expression));
  const read = new Set(conditions.flatMap(({ program }) => [...allReads(program)]));
  for (const [name, variable] of variables ?? []) if (read.has(`variables.${name}`)) early.add(variable);
  return (expression) => (early.has(expression) ? NONE : required);
}
