import { type Compiled, compile, type Expected } from '../cel/compile.ts';
import { createEnvironment, type Environment } from '../cel/environment.ts';
import type { Problem } from '../cel/problem.ts';
import type { Program } from '../cel/program.ts';
import { scan } from '../cel/syntax/scan.ts';
import { NAMES } from '../request/names.ts';
import { notSupported } from './fields.ts';
import type { Instrument, Place } from './instrument.ts';
import { report } from './reader.ts';
import { locate } from './scalar-offset.ts';
import { SPIFFE_FUNCTIONS } from './spiffe-function.ts';
import type { Mark } from './tree.ts';
import type { Expression } from './values.ts';

export const CONDITION = { result: ['bool'] } as const satisfies Expected;
export const COST = { result: ['int', 'uint'] } as const satisfies Expected;
export const TEXT = { result: ['string'], allowOptional: true } as const satisfies Expected;
/** What buckets can be told apart by. */
export const KEY = {
  result: ['string', 'int', 'uint', 'bool', 'double', 'bytes', 'timestamp', 'duration'],
} as const satisfies Expected;

/** Made once: the names and functions are the same for every folder. */
const ENVIRONMENT: Environment = createEnvironment(NAMES, SPIFFE_FUNCTIONS);

/** Roots of the language that this version does not have. */
const LATER: ReadonlySet<string> = new Set(['variables', 'data', 'env', 'params']);

/** Compiles the expressions of one folder; the same text for the same use is compiled once. */
export class Expressions {
  readonly #compiled = new Map<string, Compiled>();
  readonly #instrument: Instrument | undefined;

  constructor(instrument?: Instrument) {
    this.#instrument = instrument;
  }

  /** Undefined: there is none, or it is wrong and that was reported. */
  compile(expression: Expression | undefined, expected: Expected): Program | undefined {
    if (expression === undefined) return undefined;
    const optional = expected.allowOptional === true ? 'optional ' : '';
    const key = `${optional}${expected.result.join(' ')}\n${expression.source}`;
    if (reportSwallowed(expression)) return undefined;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = compile(expression.source, ENVIRONMENT, expected);
      this.#compiled.set(key, compiled);
    }
    for (const problem of compiled.problems ?? compiled.warnings) reportProblem(expression, problem);
    const { program } = compiled;
    if (program === undefined || this.#instrument === undefined) return program;
    return this.#instrument.program(program, placeOf(expression));
  }

  /** A condition that runs before authentication, when there is no token yet. */
  compileEarly(expression: Expression | undefined, expected: Expected): Program | undefined {
    const program = this.compile(expression, expected);
    if (expression === undefined || program === undefined) return program;
    const reads = [...program.reads].find((name) => name === 'jwt' || name.startsWith('jwt.'));
    if (reads === undefined) return program;
    const start = expression.source.search(/\bjwt\b/);
    const mark = start === -1 ? undefined : markIn(expression, start, start + 'jwt'.length);
    const help = 'ask for it in a rule, or in a limit of the last phase';
    return report(expression.at, 'jwt_too_early', '`jwt` is read before authentication', help, mark);
  }
}

/**
 * Whether a comment takes in lines below it, which are then no part of the condition that they were written for: YAML
 * folds lines into one in every style but `|`.
 */
function reportSwallowed(expression: Expression): boolean {
  const { at, source } = expression;
  if (at.tree.kind !== 'scalar' || !source.includes('//')) return false;
  const { text } = at.origin.lines;
  const swallowing = scan(source).comments.find(({ start, end }) => {
    const mark = markIn(expression, start, end);
    return text.slice(mark.start, mark.end).includes('\n');
  });
  if (swallowing === undefined) return false;
  const { start } = markIn(expression, swallowing.start, swallowing.end);
  const message = 'the comment takes in the lines below, which YAML folds into this one';
  const help = 'write `when: |`, which keeps lines, or put the comment behind `#` above the expression';
  report(at, 'cel_syntax', message, help, { start, end: start + 2 });
  return true;
}

function reportProblem(expression: Expression, problem: Problem): void {
  const mark = markIn(expression, problem.start, problem.end);
  const root = /^\w+/.exec(expression.source.slice(problem.start, problem.end))?.[0] ?? '';
  if (problem.code === 'cel_unknown_name' && LATER.has(root)) {
    notSupported({ ...expression.at, key: mark }, `\`${root}\``);
  } else {
    report(expression.at, problem.code, problem.message, problem.help, mark);
  }
}

function placeOf(expression: Expression): Place {
  const { origin, tree, key } = expression.at;
  return {
    file: origin.path,
    lines: origin.lines,
    mark: { start: key?.start ?? tree.mark.start, end: tree.mark.end },
    locate: (start, end) => markIn(expression, start, end),
  };
}

function markIn({ at }: Expression, start: number, end: number): Mark {
  const { tree, origin } = at;
  return tree.kind === 'scalar' ? locate(origin.lines.text, tree, start, end) : tree.mark;
}
