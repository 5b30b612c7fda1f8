import {
  type Declaration,
  type Environment,
  extendEnvironment,
  withMessageTypes,
} from './check/environment.ts';
import type { MessageTypes } from './check/message-types.ts';
import { type Compiled, compile, compileLater, type Expected } from './compile.ts';
import type { Knowledge } from './interpret/constant-parts.ts';
import { type ExpressionFindings, lintExpression } from './lint.ts';
import { formatType, type Type } from './value/type.ts';

/** The work on expressions that depends on nothing but their text and the names that they may read. */
export interface ExpressionWork {
  extend(environment: Environment, root: string, names: ReadonlyMap<string, Declaration>): Environment;
  /** As `withMessageTypes`. */
  typed(environment: Environment, messages: MessageTypes, changed: ReadonlyMap<string, Type>): Environment;
  compile(source: string, environment: Environment, expected: Expected): Compiled;
  /** `isText`: the source is a text with expressions in it. */
  lint(source: string, environment: Environment, knowledge: Knowledge, isText?: boolean): ExpressionFindings;
}

/** The work done anew each time. */
export const PLAIN_WORK: ExpressionWork = {
  extend: extendEnvironment,
  typed: withMessageTypes,
  compile,
  lint: lintExpression,
};

interface Kept<T> {
  readonly value: T;
  /** The last folder that needed it. */
  usedBy: number;
}

/** The results for the expressions over one environment. */
interface Results {
  readonly extended: Map<string, Kept<Environment>>;
  readonly compiled: Map<string, Kept<Compiled>>;
  readonly linted: Map<string, Kept<KeptFindings>>;
}

/**
 * The work of one folder that is compiled again and again: what did not change since the last time is not done again.
 * Results that the last complete compilation did not need are dropped. Lint must always be given the same knowledge.
 */
export class RepeatedWork implements ExpressionWork {
  readonly #results = new WeakMap<Environment, Results>();
  /** Environments with results, to drop them. */
  #environments = new Set<Environment>();
  /** Numbers of the types of messages, by which their environments are found again. */
  readonly #numbers = new WeakMap<MessageTypes, number>();
  #lastNumber = 0;
  readonly #expected = new WeakMap<Expected, string>();
  #folder = 0;
  /** True if this compilation has linted: that of a folder with errors does not, and needs its findings later. */
  #lints = false;

  /** Equal names give the same environment, so that its results are found again. */
  extend(environment: Environment, root: string, names: ReadonlyMap<string, Declaration>): Environment {
    const key = JSON.stringify([root, [...names]], (_, value: unknown) =>
      value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value,
    );
    const { extended } = this.#of(environment);
    return this.#kept(extended, key, () => extendEnvironment(environment, root, names));
  }

  /** The same types of messages, which are those of one descriptor set, give the same environment. */
  typed(environment: Environment, messages: MessageTypes, changed: ReadonlyMap<string, Type>): Environment {
    const number = this.#numbers.get(messages) ?? (this.#lastNumber += 1);
    this.#numbers.set(messages, number);
    const types = [...changed].map(([name, type]) => `${name}: ${formatType(type)}`);
    const { extended } = this.#of(environment);
    const key = `types ${number} ${types.join(', ')}`;
    return this.#kept(extended, key, () => withMessageTypes(environment, messages, changed));
  }

  compile(source: string, environment: Environment, expected: Expected): Compiled {
    const use = this.#expected.get(expected) ?? JSON.stringify(expected);
    this.#expected.set(expected, use);
    const { compiled } = this.#of(environment);
    return this.#kept(compiled, `${use}\n${source}`, () => compileLater(source, environment, expected));
  }

  lint(source: string, environment: Environment, knowledge: Knowledge, isText = false): ExpressionFindings {
    const { linted } = this.#of(environment);
    this.#lints = true;
    return this.#kept(
      linted,
      `${isText ? 'text' : 'expression'} ${source}`,
      () => new KeptFindings(source, environment, knowledge, isText),
    ).findings;
  }

  /** Called after a complete compilation of the folder: drops what it did not need. */
  finish(): void {
    for (const environment of this.#environments) {
      const { extended, compiled, linted } = this.#of(environment);
      for (const results of [extended, compiled, ...(this.#lints ? [linted] : [])]) this.#drop(results);
      for (const { value } of linted.values()) value.settle();
      if (extended.size + compiled.size + linted.size === 0) this.#environments.delete(environment);
    }
    this.#folder += 1;
    this.#lints = false;
  }

  #drop(results: Map<string, Kept<unknown>>): void {
    for (const [key, { usedBy }] of results) if (usedBy < this.#folder) results.delete(key);
  }

  #of(environment: Environment): Results {
    const known = this.#results.get(environment) ?? {
      extended: new Map(),
      compiled: new Map(),
      linted: new Map(),
    };
    this.#results.set(environment, known);
    this.#environments.add(environment);
    return known;
  }

  #kept<T>(results: Map<string, Kept<T>>, key: string, make: () => T): T {
    const known = results.get(key);
    const kept = known ?? { value: make(), usedBy: this.#folder };
    kept.usedBy = this.#folder;
    if (known === undefined) results.set(key, kept);
    return kept.value;
  }
}

/** Findings without the tree of the expression, which is made again in the rare case that something else is asked for. */
class KeptFindings {
  readonly findings: ExpressionFindings;
  readonly #keys = new Map<string, ReturnType<ExpressionFindings['keys']>>();
  readonly #safeReads = new Map<string, ReturnType<ExpressionFindings['safeReads']>>();
  #whole: ExpressionFindings | undefined;

  constructor(source: string, environment: Environment, knowledge: Knowledge, isText: boolean) {
    const again = (): ExpressionFindings => lintExpression(source, environment, knowledge, isText);
    const whole = again();
    this.#whole = whole;
    this.findings = {
      ...whole,
      keys: (name) => {
        const known = this.#keys.get(name) ?? (this.#whole ??= again()).keys(name);
        this.#keys.set(name, known);
        return known;
      },
      safeReads: (index, use) => {
        const key = `${index} ${use}`;
        const known = this.#safeReads.get(key) ?? (this.#whole ??= again()).safeReads(index, use);
        this.#safeReads.set(key, known);
        return known;
      },
    };
  }

  /** Drops the tree. */
  settle(): void {
    this.#whole = undefined;
  }
}
