import {
  createEnvironment,
  type Declaration,
  type Environment,
  extendEnvironment,
} from '../../cel/check/environment.ts';
import { type Compiled, compile, type Expected } from '../../cel/compile.ts';
import { copyProgram, type Program } from '../../cel/interpret/program.ts';
import type { Problem } from '../../cel/syntax/problem.ts';
import { scan } from '../../cel/syntax/scan.ts';
import { ERROR } from '../../cel/value/type.ts';
import type { Range } from '../../diagnostic/range.ts';
import { NAMES } from '../../engine/request/names.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { locate } from '../yaml/scalar-offset.ts';
import type { ExpressionLocation, LocatedExpression } from './expression-location.ts';
import { SPIFFE_FUNCTIONS } from './spiffe-function.ts';

export const CONDITION = { result: ['bool'] } as const satisfies Expected;
export const COST = { result: ['int', 'uint'] } as const satisfies Expected;
export const TEXT = { result: ['string'], allowOptional: true } as const satisfies Expected;
export const BODY = { result: ['string'] } as const satisfies Expected;
/** What a proxy's metadata can hold. */
export const METADATA = { result: ['dyn'], allowOptional: true } as const satisfies Expected;
/** What buckets can be told apart by. */
export const KEY = {
  result: ['string', 'int', 'uint', 'bool', 'double', 'bytes', 'timestamp', 'duration'],
} as const satisfies Expected;

/** What a variable may come to: anything, an optional too. */
const VARIABLE = { result: ['dyn'], allowOptional: true, isForActivation: true } as const satisfies Expected;

/** Made once: the names and functions are the same for every folder. */
const ENVIRONMENT: Environment = createEnvironment(NAMES, SPIFFE_FUNCTIONS);

/** Roots that are there only where something is declared below them. */
const DECLARED: ReadonlyMap<string, readonly [why: string, help: string | undefined]> = new Map([
  ['variables', ['the policy has no `variables`', undefined]],
  ['data', ['the folder has no Dataset', undefined]],
  ['env', ['the folder has no Environment', undefined]],
  ['params', ['the policy is of no template with parameters', 'segments of the path are `request.params`']],
] as const);

export interface ValidExpression {
  readonly expression: Expression;
  /** The object of the policy set, which no other place has. */
  readonly program: Program;
  readonly environment: Environment;
}

/** Compiles expressions over the same names; the same text for the same use is compiled once. */
export class Expressions {
  /** Those that are sound, with what they were compiled against, for a closer look; also those of what extends this. */
  readonly valid: ValidExpression[];
  readonly #environment: Environment;
  readonly #compiled = new Map<string, Compiled>();
  /** What variables read, by their names, with what the variables in them read. */
  readonly #behind: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #outer: Expressions | undefined;
  readonly #read = new Set<string>();

  constructor(
    environment: Environment = ENVIRONMENT,
    behind: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
    outer?: Expressions,
  ) {
    this.#environment = environment;
    this.#behind = behind;
    this.#outer = outer;
    this.valid = outer?.valid ?? [];
  }

  /** What the expressions may read. */
  get environment(): Environment {
    return this.#environment;
  }

  /** Every declared name that an expression compiled here has read so far. */
  get read(): ReadonlySet<string> {
    return this.#read;
  }

  /** For expressions that may read `root.NAME`, too. */
  extended(root: string, names: ReadonlyMap<string, Declaration>): Expressions {
    if (names.size === 0) return this;
    return new Expressions(extendEnvironment(this.#environment, root, names), this.#behind, this);
  }

  /** Compiles variables in their order, each of which may read those before it, and what may read all of them. */
  static withVariables(
    outer: Expressions,
    variables: ReadonlyMap<string, Expression>,
  ): {
    readonly expressions: Expressions;
    readonly programs: ReadonlyMap<string, Program>;
  } {
    const declarations = new Map<string, Declaration>();
    const programs = new Map<string, Program>();
    const behind = new Map(outer.#behind);
    let expressions = outer;
    for (const [name, expression] of variables) {
      const program = expressions.compile(expression, VARIABLE);
      // What reads one that is wrong is not wrong for that.
      declarations.set(name, { type: program?.type ?? ERROR });
      if (program !== undefined) programs.set(name, program);
      behind.set(`variables.${name}`, expressions.#allReads(program));
      const environment = extendEnvironment(outer.#environment, 'variables', declarations);
      const read = expressions === outer ? [] : expressions.#read;
      expressions = new Expressions(environment, behind, outer);
      for (const each of read) expressions.#note(each);
    }
    return { expressions, programs };
  }

  /** Undefined: there is none, or it is wrong and that was reported. */
  compile(expression: Expression | undefined, expected: Expected): Program | undefined {
    if (expression === undefined) return undefined;
    const optional = expected.allowOptional === true ? 'optional ' : '';
    const use = expected.isForActivation === true ? 'variable ' : '';
    const key = `${use}${optional}${expected.result.join(' ')}\n${expression.source}`;
    if (reportSwallowed(expression)) return undefined;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = compile(expression.source, this.#environment, expected);
      this.#compiled.set(key, compiled);
    }
    for (const problem of compiled.problems ?? compiled.warnings) reportProblem(expression, problem);
    for (const name of compiled.program?.reads ?? []) this.#note(name);
    if (compiled.program === undefined) return undefined;
    const program = copyProgram(compiled.program);
    this.valid.push({ expression, program, environment: this.#environment });
    return program;
  }

  /** A condition that runs before authentication, when there is no token yet. */
  compileEarly(expression: Expression | undefined, expected: Expected): Program | undefined {
    const program = this.compile(expression, expected);
    if (expression === undefined || program === undefined) return program;
    const isToken = (name: string): boolean => name === 'jwt' || name.startsWith('jwt.');
    const reads = [...program.reads].find(
      (name) => isToken(name) || [...(this.#behind.get(name) ?? [])].some(isToken),
    );
    if (reads === undefined) return program;
    const written = isToken(reads) ? 'jwt' : reads;
    const help = 'ask for it in a rule, or in a limit of the last phase';
    const through = isToken(reads) ? '' : `, by \`${reads}\``;
    const message = `\`jwt\` is read before authentication${through}`;
    return report(expression.at, 'jwt_too_early', message, help, firstRead(expression, program, written));
  }

  #note(name: string): void {
    this.#read.add(name);
    if (this.#outer !== undefined) this.#outer.#note(name);
  }

  #allReads(program: Program | undefined): ReadonlySet<string> {
    const reads = [...(program?.reads ?? [])];
    return new Set(reads.flatMap((name) => [name, ...(this.#behind.get(name) ?? [])]));
  }
}

/**
 * Whether a comment takes in lines below it, which are then no part of the condition that they were written for: YAML
 * folds lines into one in every style but `|`.
 */
function reportSwallowed(expression: Expression): boolean {
  const { at, source } = expression;
  if (at.tree.kind !== 'scalar' || !source.includes('//')) return false;
  const { text } = at.context.lines;
  const swallowing = scan(source).comments.find(({ start, end }) => {
    const range = rangeIn(expression, start, end);
    return text.slice(range.start, range.end).includes('\n');
  });
  if (swallowing === undefined) return false;
  const { start } = rangeIn(expression, swallowing.start, swallowing.end);
  const message = 'the comment takes in the lines below, which YAML folds into this one';
  const help = 'write `when: |`, which keeps lines, or put the comment behind `#` above the expression';
  report(at, 'cel_syntax', message, help, { start, end: start + 2 });
  return true;
}

function reportProblem(expression: Expression, problem: Problem): void {
  const range = rangeIn(expression, problem.start, problem.end);
  const root = /^\w+/.exec(expression.source.slice(problem.start, problem.end))?.[0] ?? '';
  const [why, help] = (problem.code === 'cel_unknown_name' ? DECLARED.get(root) : undefined) ?? [];
  const message = why === undefined ? problem.message : `nothing is called \`${root}\` here: ${why}`;
  report(expression.at, problem.code, message, why === undefined ? problem.help : help, range);
}

/** The expression with its location in its file. */
export function locateExpression({ expression, program }: ValidExpression): LocatedExpression {
  return { program, location: locationOf(expression) };
}

function locationOf(expression: Expression): ExpressionLocation {
  const { context, tree, key } = expression.at;
  return {
    file: context.path,
    lines: context.lines,
    range: { start: key?.start ?? tree.range.start, end: tree.range.end },
    locate: (start, end) => rangeIn(expression, start, end),
  };
}

/** Where an expression reads a name first; undefined: what is written there is another name for it. */
function firstRead(expression: Expression, program: Program, name: string): Range | undefined {
  const form = new RegExp(`^\\.?${name.replace('.', '\\s*\\.\\s*')}\\b`);
  const reads = program.parts.flatMap(({ start, end }) => {
    const [read] = form.exec(expression.source.slice(start, end)) ?? [];
    return read === undefined ? [] : [{ start, end: start + read.length }];
  });
  const [first] = reads.toSorted((a, b) => a.start - b.start);
  return first && rangeIn(expression, first.start, first.end);
}

/** The range of the file that holds this range of an expression. */
export function rangeIn({ at }: Expression, start: number, end: number): Range {
  const { tree, context } = at;
  return tree.kind === 'scalar' ? locate(context.lines.text, tree, start, end) : tree.range;
}
