/** Reason why the text of a flag is not valid: the second half of a sentence that begins with the text. */
export class Problem {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** Reads the text of a flag. */
export type Parse<T> = (text: string) => T | Problem;

/** A row of a table of flags, by the name that the flag has after `--`. */
export type Flags = Readonly<Record<string, Flag>>;

export type Flag = Switch | ParsedFlag | Choice;

interface Documented {
  /** One phrase for `--help` and the reference. */
  readonly doc: string;
  /** Names of the flags that cannot be combined with this one. */
  readonly conflicts?: readonly string[];
  /** Reason why the flag is accepted and nothing of ours reads it. */
  readonly unread?: string;
}

/** A flag without a value: true if it is given. */
interface Switch extends Documented {
  readonly value?: undefined;
}

interface Valued extends Documented {
  /** Placeholder of the value in a usage line, such as `FILE`; `DIR...` takes several at once. */
  readonly value: string;
  /** Text that is parsed if none is given. */
  readonly default?: string;
  readonly required?: true;
  /** Its text may contain a secret, which no message shows. */
  readonly secret?: true;
  /** Can be given more than once, which makes the value a list. */
  readonly repeatable?: true;
}

interface ParsedFlag extends Valued {
  readonly parse: Parse<unknown>;
  readonly choices?: undefined;
}

/** A flag whose value is one of a few words. */
interface Choice extends Valued {
  readonly choices: readonly string[];
  readonly parse?: undefined;
}

/** Values of a table of flags: `drain-timeout` is `drainTimeout`. */
export type ValuesOf<F extends Flags> = {
  readonly [Name in keyof F & string as CamelCase<Name>]: ValueOf<F[Name]>;
};

/** Value of one flag; never undefined for a switch, a list, and a flag that is required or has a default. */
type ValueOf<F> = F extends { readonly repeatable: true }
  ? readonly SingleOf<F>[]
  : F extends { readonly default: string } | { readonly required: true }
    ? SingleOf<F>
    : F extends { readonly value: string }
      ? SingleOf<F> | undefined
      : boolean;

type SingleOf<F> = F extends { readonly choices: readonly (infer Word)[] }
  ? Word
  : F extends { readonly parse: (text: string) => infer Result }
    ? Exclude<Result, Problem>
    : never;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The member of `ValuesOf` for a flag. */
export function memberOf(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
