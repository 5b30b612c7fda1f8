import { createEnvironment, type Declaration, type Environment } from '../../cel/check/environment.ts';
import type { PreparedPart } from '../../cel/check/fixed-reads.ts';
import type { MessageTypes } from '../../cel/check/message-types.ts';
import type { Compiled, Expected } from '../../cel/compile.ts';
import { type ExpressionWork, PLAIN_WORK } from '../../cel/expression-work.ts';
import { copyProgram, type Program } from '../../cel/interpret/program.ts';
import { scan } from '../../cel/syntax/scan.ts';
import { ERROR, formatType, type Type } from '../../cel/value/type.ts';
import type { Range } from '../../diagnostic/range.ts';
import { NAMES } from '../../engine/request/names.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { ADDED_FUNCTIONS } from './added-functions.ts';
import type { ExpressionLocation, LocatedExpression } from './expression-location.ts';
import { rangeIn, reportProblem } from './report-problem.ts';

export const CONDITION = { result: ['bool'] } as const satisfies Expected;
export const COST = { result: ['int', 'uint'] } as const satisfies Expected;
export const TEXT = { result: ['string'], allowOptional: true } as const satisfies Expected;
export const MESSAGE = { result: ['string'] } as const satisfies Expected;
export const STATUS = { result: ['int'] } as const satisfies Expected;
export const BODY = { result: ['string'] } as const satisfies Expected;
/** Values of dynamic metadata. */
export const METADATA = { result: ['dyn'], allowOptional: true } as const satisfies Expected;
/** Types that the key of a limit may have. */
export const KEY = {
  result: ['string', 'int', 'uint', 'bool', 'double', 'bytes', 'timestamp', 'duration'],
} as const satisfies Expected;

/** Values of a variable: of any type, including optional ones. */
const VARIABLE = { result: ['dyn'], allowOptional: true, isForActivation: true } as const satisfies Expected;

/** Shared by all folders, since names and functions are the same for each. */
const ENVIRONMENT: Environment = createEnvironment(NAMES, ADDED_FUNCTIONS);

/** Roots that have values only after authentication. */
const KNOWN_LATE = [
  ['jwt', 'jwt_too_early'],
  ['caller', 'caller_too_early'],
] as const;

export interface ValidExpression {
  readonly expression: Expression;
  /** The object of the policy set, which no other place has. */
  readonly program: Program;
  readonly environment: Environment;
  /** Parts of the folder's data that its functions read at load time. */
  readonly preparedParts: readonly PreparedPart[];
}

/** Most instructions of all regular expressions of a folder, of which each takes some hundred bytes. */
const MOST_INSTRUCTIONS = 250_000;
/** Most variables of a policy: each may read all the ones before it. */
const MOST_VARIABLES = 500;

/** Compiles expressions over one set of names. Equal texts for the same use are compiled once. */
export class Expressions {
  /** Valid expressions with their environment, for lint. Shared with every `Expressions` that extends this one. */
  readonly valid: ValidExpression[];
  readonly #environment: Environment;
  readonly #compiled = new Map<string, Compiled>();
  /** Names that each variable reads, directly or through other variables. */
  readonly #variableReads: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #outer: Expressions | undefined;
  readonly #read = new Set<string>();
  /** Room for regular expressions, shared with every `Expressions` that extends this one. */
  readonly #patterns: { left: number };
  /** The variables that expressions may read; undefined if there are none. */
  readonly #variables: ReadonlyMap<string, Declaration> | undefined;
  /** The work on expressions, shared with every `Expressions` that extends this one. */
  readonly #work: ExpressionWork;
  #isSilent = false;
  /** Compilers that know the types of messages, by the type of `request.body`. */
  readonly #typed = new Map<MessageTypes, Map<string, Expressions>>();
  /** Compilers with one more variable, by its name and text. */
  readonly #next = new Map<string, Expressions>();

  constructor(
    environment: Environment = ENVIRONMENT,
    variableReads: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
    outer?: Expressions,
    variables?: ReadonlyMap<string, Declaration>,
    work: ExpressionWork = PLAIN_WORK,
  ) {
    this.#variables = variables;
    this.#work = outer === undefined ? work : outer.#work;
    this.#environment = environment;
    this.#variableReads = variableReads;
    this.#outer = outer;
    this.valid = outer?.valid ?? [];
    this.#patterns = outer === undefined ? { left: MOST_INSTRUCTIONS } : outer.#patterns;
  }

  /** A compiler for expressions over the names of requests. */
  static of(work: ExpressionWork | undefined): Expressions {
    return new Expressions(ENVIRONMENT, new Map(), undefined, undefined, work);
  }

  /** Names and functions of the expressions. */
  get environment(): Environment {
    return this.#environment;
  }

  /** Every declared name that an expression compiled so far reads. */
  get read(): ReadonlySet<string> {
    return this.#read;
  }

  /** A compiler for expressions that may also read `root.NAME`. */
  extended(root: string, names: ReadonlyMap<string, Declaration>): Expressions {
    if (names.size === 0) return this;
    return new Expressions(this.#work.extend(this.#environment, root, names), this.#variableReads, this);
  }

  /** A compiler that reports nothing, for expressions over types that are not known because of a reported mistake. */
  silent(): Expressions {
    const silent = new Expressions(this.#environment, this.#variableReads, this);
    silent.#isSilent = true;
    return silent;
  }

  /** A compiler for expressions in which `request.body` has the type `body`, if one is given, with its types. */
  typed(messages: MessageTypes, body: Type | undefined): Expressions {
    const key = body === undefined ? '' : formatType(body);
    const known = this.#typed.get(messages) ?? new Map<string, Expressions>();
    this.#typed.set(messages, known);
    let typed = known.get(key);
    if (typed === undefined) {
      const changed = new Map(body === undefined ? [] : [['request.body', body] as const]);
      const environment = this.#work.typed(this.#environment, messages, changed);
      typed = new Expressions(environment, this.#variableReads, this);
      known.set(key, typed);
    }
    return typed;
  }

  /**
   * Compiles variables in order, each of which may read those before it. `expressions` may read all of them. If they are
   * `shared`, as by the policies of one template, they are the same for equal variables, whose expressions are then
   * compiled once.
   */
  static withVariables(
    outer: Expressions,
    variables: ReadonlyMap<string, Expression>,
    { shared }: { readonly shared: boolean },
  ): {
    readonly expressions: Expressions;
    readonly programs: ReadonlyMap<string, Program>;
  } {
    const programs = new Map<string, Program>();
    let scope = outer;
    for (const [index, [name, expression]] of [...variables].entries()) {
      if (index >= MOST_VARIABLES) {
        const message = `a policy has at most ${MOST_VARIABLES} variables`;
        report(expression.at, 'too_large', message, 'write the values into the expressions that read them');
        break;
      }
      const program = scope.compile(expression, VARIABLE);
      if (program !== undefined) programs.set(name, program);
      const key = `${name}\n${expression.source}`;
      const next = (shared ? scope.#next.get(key) : undefined) ?? scope.#after(name, program);
      scope.#next.set(key, next);
      scope = next;
    }
    return { expressions: scope, programs };
  }

  /** A compiler for expressions that may also read a variable. */
  #after(name: string, program: Program | undefined): Expressions {
    const outer = this.#variables === undefined ? this : (this.#outer ?? this);
    const own = { type: program?.type ?? ERROR };
    // Expressions that read an invalid variable get no error of their own.
    const declarations = new Map(this.#variables ?? []).set(name, own);
    const variableReads = new Map(this.#variableReads).set(`variables.${name}`, this.allReads(program));
    const environment = this.#work.extend(outer.#environment, 'variables', declarations);
    const next = new Expressions(environment, variableReads, outer, declarations);
    next.#isSilent = this.#isSilent;
    for (const each of this.#variables === undefined ? [] : this.#read) next.note(each);
    return next;
  }

  /** The program of an expression; undefined without an expression or after a reported mistake. */
  compile(expression: Expression | undefined, expected: Expected): Program | undefined {
    if (expression === undefined || this.#isSilent) return undefined;
    const optional = expected.allowOptional === true ? 'optional ' : '';
    const use = expected.isForActivation === true ? 'variable ' : '';
    const { source } = expression;
    const isText = expression.isText === true;
    const form = isText ? 'text ' : '';
    const key = `${use}${optional}${form}${expected.result.join(' ')}\n${source}`;
    if (reportSwallowed(expression)) return undefined;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      if (this.#patterns.left < 0) return undefined;
      compiled = this.#work.compile(source, this.#environment, isText ? { ...expected, isText } : expected);
      this.#compiled.set(key, compiled);
      this.#patterns.left -= compiled.instructions ?? 0;
      if (this.#patterns.left < 0) {
        const help = 'look values up in a Dataset, or repeat parts of the patterns less often';
        report(expression.at, 'too_large', 'the regular expressions of the folder are too large', help);
      }
    }
    const problems = compiled.problems ?? compiled.warnings;
    for (const [index, problem] of problems.entries()) {
      reportProblem(expression, problem, this.#environment, problems[index - 1]);
    }
    for (const name of compiled.program?.reads ?? []) this.note(name);
    if (compiled.program === undefined) return undefined;
    const program = copyProgram(compiled.program);
    const { preparedParts } = compiled;
    this.valid.push({ expression, program, environment: this.#environment, preparedParts });
    return program;
  }

  /** As `compile`, for an expression that is evaluated before authentication, where no caller is known yet. */
  compileEarly(expression: Expression | undefined, expected: Expected): Program | undefined {
    const program = this.compile(expression, expected);
    if (expression === undefined || program === undefined) return program;
    for (const [root, code] of KNOWN_LATE) {
      const isLate = (name: string): boolean => name === root || name.startsWith(`${root}.`);
      const reads = [...program.reads].find(
        (name) => isLate(name) || [...(this.#variableReads.get(name) ?? [])].some(isLate),
      );
      if (reads === undefined) continue;
      const written = isLate(reads) ? root : reads;
      const help = 'read it in the `when` of a rule or in a limit of the phase `last`';
      const subject = isLate(reads) ? `\`${root}\`` : `\`${reads}\` reads \`${root}\`, which`;
      const message = `${subject} is not available before authentication`;
      return report(expression.at, code, message, help, firstRead(expression, program, written));
    }
    return program;
  }

  /** Notes that a declared name is read. */
  note(name: string): void {
    this.#read.add(name);
    if (this.#outer !== undefined) this.#outer.note(name);
  }

  /** Names that an expression reads, also through variables. */
  allReads(program: Pick<Program, 'reads'> | undefined): ReadonlySet<string> {
    const reads = [...(program?.reads ?? [])];
    return new Set(reads.flatMap((name) => [name, ...(this.#variableReads.get(name) ?? [])]));
  }
}

/**
 * True, and reported, if a comment of the expression includes the lines below it: YAML folds lines into one in every
 * style but `|`, so that the rest of the condition becomes part of the comment.
 */
function reportSwallowed(expression: Expression): boolean {
  const { at, source, isText } = expression;
  // In a text, such a comment includes the `}`, which is reported.
  if (isText === true) return false;
  if (at.tree.kind !== 'scalar' || !source.includes('//')) return false;
  const { text } = at.context.lines;
  const swallowing = scan(source).comments.find(({ start, end }) => {
    const range = rangeIn(expression, start, end);
    return text.slice(range.start, range.end).includes('\n');
  });
  if (swallowing === undefined) return false;
  const { start } = rangeIn(expression, swallowing.start, swallowing.end);
  const message = 'the comment includes the lines below, since YAML folds them into this line';
  const help =
    'write `when: |`, which keeps line breaks, or move the comment above the expression as a YAML comment with `#`';
  report(at, 'cel_syntax', message, help, { start, end: start + 2 });
  return true;
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

/** The range of the first read of a name; undefined if the text spells the name in another way. */
export function firstRead(expression: Expression, program: Program, name: string): Range | undefined {
  const form = new RegExp(`^\\.?${name.replace('.', '\\s*\\.\\s*')}\\b`);
  const reads = program.parts.flatMap(({ start, end }) => {
    const [read] = form.exec(expression.source.slice(start, end)) ?? [];
    return read === undefined ? [] : [{ start, end: start + read.length }];
  });
  const [first] = reads.toSorted((a, b) => a.start - b.start);
  return first && rangeIn(expression, first.start, first.end);
}
