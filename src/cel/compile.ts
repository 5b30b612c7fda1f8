import { blockScans } from './check/block-scans.ts';
import { check } from './check/check.ts';
import { type Checked, typeOf } from './check/checked.ts';
import type { Environment } from './check/environment.ts';
import { estimateSteps } from './check/estimate.ts';
import { type PreparedPart, preparedParts } from './check/fixed-reads.ts';
import { textParser, wholeTextHelp, withTextProblems } from './check/interpolation.ts';
import { keysReadIn } from './check/keys-read.ts';
import { type Prepared, readLiterals } from './check/literals.ts';
import { readsOf } from './check/reads.ts';
import { createPart, createProgram } from './codegen/create-program.ts';
import type { PartFunction } from './codegen/load-program.ts';
import { Constants } from './interpret/fold.ts';
import type { Program } from './interpret/program.ts';
import { Pattern } from './regex/pattern.ts';
import { type Parsed, parse } from './syntax/parse.ts';
import { MAX_PROBLEMS, type Problem, problem } from './syntax/problem.ts';
import { childrenOf, type Node } from './syntax/tree.ts';
import { MAX_STEPS } from './value/budget.ts';
import type { Failure } from './value/failure.ts';
import { formatType, type Simple } from './value/type.ts';

/** Maximum length of an expression, in UTF-16 units. */
export const MAX_SOURCE = 16_384;

/** Requirements on the value of an expression. */
export interface Expected {
  /**
   * Allowed types; `dyn` allows every type. A value whose type is not known beforehand is checked after the
   * evaluation.
   */
  readonly result: readonly Simple[];
  /** True if an optional of these types is allowed as well; an empty one becomes undefined. */
  readonly allowOptional?: boolean;
  /** True if the value is for the activation of other expressions: it keeps its form in evaluations. */
  readonly isForActivation?: boolean;
  /** True if the source is a text with expressions in it: `Bearer ${jwt.subject}`. */
  readonly isText?: boolean;
}

export type Compiled =
  | {
      readonly program: Program;
      readonly warnings: readonly Problem[];
      /** Size of its regular expressions, in instructions of RE2. */
      readonly instructions: number;
      /** Parts of fixed values that functions read at load time. */
      readonly preparedParts: readonly PreparedPart[];
      readonly problems?: undefined;
    }
  | {
      readonly problems: readonly Problem[];
      readonly program?: undefined;
      readonly instructions?: undefined;
      readonly preparedParts?: undefined;
    };

/**
 * Parses and checks `source` against `environment`, and compiles it to a program. Never throws: mistakes are returned
 * as problems, in order of position. Syntax mistakes hide all others.
 */
export function compile(source: string, environment: Environment, expected: Expected): Compiled {
  return compileWith(source, environment, expected, ({ checked, prepared, constants, reads, again }) =>
    createProgram(checked, prepared, constants, reads, expected, environment, again),
  );
}

/** As `compile`, for a tool that evaluates few of its programs: their code is generated at the first evaluation. */
export function compileLater(source: string, environment: Environment, expected: Expected): Compiled {
  let generated: Program | undefined;
  const program = (): Program => {
    generated ??= compile(source, environment, expected).program;
    if (generated === undefined) throw new TypeError('the expression has no problems, but no program');
    return generated;
  };
  return compileWith(source, environment, expected, ({ checked, reads }) => ({
    source,
    type: typeOf(checked, checked.root),
    ...reads,
    evaluate: (activation) => program().evaluate(activation),
    get parts() {
      return program().parts;
    },
    trace: (activation, observe) => program().trace(activation, observe),
  }));
}

/** An expression that is evaluated as a part of an evaluation of the caller, from whose budget it takes its steps. */
type CompiledPart =
  | {
      /** Its value, if that is the same for every activation. */
      readonly constant: { readonly value: unknown } | undefined;
      /** Makes the function. Its activation holds values in the form of evaluations, of the declared types. */
      readonly create: () => PartFunction;
      /** Size of its regular expressions, in instructions of RE2. */
      readonly instructions: number;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly Problem[] };

/** As `compile`, for a part of an evaluation. `rewrite` changes the tree before it is checked. */
export function compilePart(
  source: string,
  environment: Environment,
  expected: Expected,
  rewrite: (parsed: Parsed) => Parsed,
): CompiledPart {
  const { analysis, problems } = analyze(source, environment, expected, rewrite);
  if (analysis === undefined) return { problems };
  const { checked, prepared, constants } = analysis;
  return {
    constant: constants.valueOf(checked.root),
    create: () => createPart(checked, prepared, constants),
    instructions: instructionsOf(prepared),
  };
}

/** An expression without mistakes. */
interface Analysis {
  readonly checked: Checked;
  readonly prepared: Prepared;
  readonly constants: Constants;
  /** Parses it again. */
  readonly again: () => Parsed;
}

interface Analyzed extends Analysis {
  readonly reads: Pick<Program, 'reads' | 'keys'>;
}

type AnalysisResult =
  | { readonly analysis: Analysis; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly analysis?: undefined };

function compileWith(
  source: string,
  environment: Environment,
  expected: Expected,
  create: (analyzed: Analyzed) => Program,
): Compiled {
  const { analysis, problems } = analyze(source, environment, expected);
  if (analysis === undefined) return { problems };
  const { checked, prepared, constants } = analysis;
  const reads = { reads: readsOf(checked), keys: keysReadIn(checked, (node) => constants.valueOf(node)) };
  return {
    program: create({ ...analysis, reads }),
    warnings: costWarnings(checked, prepared, environment),
    instructions: instructionsOf(prepared),
    preparedParts: preparedParts(checked, environment),
  };
}

function analyze(
  source: string,
  environment: Environment,
  expected: Expected,
  rewrite: (parsed: Parsed) => Parsed = (parsed) => parsed,
): AnalysisResult {
  const whole = { start: 0, end: source.length };
  if (source.length > MAX_SOURCE) {
    return { problems: [problem('cel_limit', whole, `an expression has at most ${MAX_SOURCE} characters`)] };
  }
  const again = expected.isText === true ? textParser(source, environment, expected) : () => parse(source);
  const written = again();
  if (written.problems.length > 0) return { problems: written.problems };
  const parsed = rewrite(written);
  const checked = withTextProblems(parsed, check(source, parsed, environment));
  const { prepared, problems: bad } = readLiterals(checked);
  const problems = [...checked.problems, ...bad].toSorted((a, b) => a.start - b.start);
  if (problems.length > 0) return { problems };
  const mismatch = resultProblem(parsed, checked, expected);
  if (mismatch !== undefined) return { problems: [mismatch] };
  const constants = new Constants(checked);
  const failing = constants.failing().map(({ node, failure }) => failureProblem(node, failure));
  if (failing.length > 0) return { problems: failing.slice(0, MAX_PROBLEMS) };
  return { analysis: { checked, prepared, constants, again } };
}

function instructionsOf(prepared: Prepared): number {
  const patterns = [...prepared.values()].map(({ value }) =>
    value instanceof Pattern ? value.instructions : 0,
  );
  return patterns.reduce((sum, each) => sum + each, 0);
}

function failureProblem(node: Node, { message }: Failure): Problem {
  return problem('cel_literal', node, `this fails for every request: ${message}`);
}

function resultProblem(
  parsed: Parsed,
  checked: Checked,
  { result, allowOptional }: Expected,
): Problem | undefined {
  const type = typeOf(checked, checked.root);
  const given = type.kind === 'optional' ? type.of : type;
  const isAdmitted =
    result.includes('dyn') || given.kind === 'dyn' || result.some((kind) => kind === given.kind);
  if (isAdmitted && (type.kind !== 'optional' || allowOptional === true)) return undefined;
  const required = result.includes('dyn')
    ? 'a value that is not an optional'
    : result.map((kind) => `\`${kind}\``).join(' or ');
  return problem(
    'cel_result',
    { start: 0, end: checked.source.length },
    `the expression has the type \`${formatType(type)}\`, ${required} is required`,
    type.kind === 'optional'
      ? 'give the optional a default: `.orValue(...)`'
      : wholeTextHelp(parsed, checked),
  );
}

/** Warnings for an expression that a request can make so costly that its evaluation is aborted, or that wastes time. */
function costWarnings(checked: Checked, prepared: Prepared, environment: Environment): readonly Problem[] {
  const scans = blockScans(checked, environment);
  const steps = estimateSteps(checked, prepared, environment);
  // A long scan is the likely cause.
  if (scans.length > 0 || steps <= MAX_STEPS) return scans;
  const most = steps > 1e15 ? 'more steps than can be counted' : `${format(steps)} steps`;
  const message = `this can take ${most}, at most ${format(MAX_STEPS)} are allowed`;
  const isNested = loopsIn(checked.root) > 1;
  const help = isNested
    ? 'a request for which it takes more is denied; look up values in a map instead of a list within a list'
    : 'a request for which it takes more is denied';
  return [problem('cel_costly', { start: 0, end: checked.source.length }, message, help)];
}

/** Maximum nesting of comprehensions. */
function loopsIn(node: Node): number {
  const within = Math.max(0, ...childrenOf(node).map(loopsIn));
  return node.kind === 'loop' ? within + 1 : within;
}

function format(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
