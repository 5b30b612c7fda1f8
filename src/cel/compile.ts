import { type Budget, weigh } from './budget.ts';
import { prepare } from './engine.ts';
import type { Environment } from './environment.ts';
import { createProgram, type Expected, type Instance } from './evaluate.ts';
import { problemOf } from './mistake.ts';
import type { Compiled, Problem } from './program.ts';
import { resolve } from './resolve.ts';
import { isDeeperThan, treeOf } from './syntax-tree.ts';
import { formatType, type Type } from './type.ts';

/** In UTF-16 units. */
export const MAX_SOURCE = 16_384;

/** In nodes of the syntax tree: evaluation recurses, and the stack is finite. */
export const MAX_DEPTH = 500;

/**
 * Parses and checks `source` against `environment`. Never throws: mistakes come back as problems, in the order in
 * which they stand; several where names, literals or nesting are wrong, one where syntax or types are.
 */
export function compile(source: string, environment: Environment, expected: Expected): Compiled {
  if (source.length > MAX_SOURCE) {
    return fail({
      code: 'cel_limit',
      message: `an expression has at most ${MAX_SOURCE} characters`,
      start: 0,
      end: source.length,
    });
  }
  const first = instantiate(source, environment);
  if (first.problems !== undefined) return first;
  const mismatch = checkResult(source, first.instance.type, expected);
  if (mismatch !== undefined) return fail(mismatch);
  return {
    program: createProgram(source, first.instance, expected, () => instantiate(source, environment).instance),
  };
}

type Instantiated =
  | { readonly instance: Instance; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly instance?: undefined };

function instantiate(source: string, environment: Environment): Instantiated {
  const prepared = prepare(environment);
  try {
    const run = prepared.engine.parse(source);
    const tree = treeOf(run);
    if (isDeeperThan(tree, MAX_DEPTH)) return fail(tooDeep(source));
    const budget: Budget = { left: 0 };
    const { reads, problems } = resolve(source, tree, environment, prepared, budget);
    if (problems.length > 0) return { problems: problems.toSorted((a, b) => a.start - b.start) };
    const checked = run.check();
    if (!checked.valid) return fail(problemOf(checked.error, source, prepared));
    weigh(tree, budget);
    return {
      instance: { type: prepared.typeOf(tree.checkedType), reads, budget, run, roots: prepared.roots },
    };
  } catch (error) {
    return fail(problemOf(error, source, prepared));
  }
}

function fail(problem: Problem): { readonly problems: readonly Problem[] } {
  return { problems: [problem] };
}

function tooDeep(source: string): Problem {
  return {
    code: 'cel_limit',
    message: `the expression nests deeper than ${MAX_DEPTH}`,
    help: 'a long chain of `||` reads better as `x in [...]`',
    start: 0,
    end: source.length,
  };
}

function checkResult(source: string, type: Type, { result, allowOptional }: Expected): Problem | undefined {
  const admits = (given: Type): boolean =>
    result.includes('dyn') || given.kind === 'dyn' || result.some((kind) => kind === given.kind);
  if (type.kind === 'optional' ? allowOptional === true && admits(type.of) : admits(type)) return undefined;
  const wanted = result.map((kind) => `\`${kind}\``).join(' or ');
  const help = type.kind === 'optional' ? { help: 'give the optional a default: `.orValue(...)`' } : {};
  return {
    code: 'cel_result',
    message: `the expression gives \`${formatType(type)}\`, ${result.includes('dyn') ? 'a plain value' : wanted} is wanted`,
    ...help,
    start: 0,
    end: source.length,
  };
}
