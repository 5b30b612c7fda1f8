import { type Flag, type Flags, memberOf, type Parse, Problem, type ValuesOf } from './flag.ts';
import { oneOf, trueOrFalse } from './parsers.ts';

/** Flags as they were written in one place: the command line, the environment or a file. */
export interface FlagSource {
  /** By the name of the flag: the text, the texts of a repeatable flag, `true` or `false` for a switch. */
  readonly texts: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Name of the flag as it is written there. */
  readonly nameOf: (flag: string) => string;
}

export type FlagsResult<F extends Flags> =
  | { readonly values: ValuesOf<F>; readonly problems?: undefined }
  /** `valid`: the values of the flags without a problem. */
  | {
      readonly problems: readonly string[];
      readonly valid: Partial<ValuesOf<F>>;
      readonly values?: undefined;
    };

/** Takes each flag from the first source that has it, then the default. All problems are reported at once. */
export function readFlags<F extends Flags>(flags: F, sources: readonly FlagSource[]): FlagsResult<F> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const source = sourceOf(name, sources);
    const read = readFlag(flag, source.texts[name]);
    problems.push(...read.problems.map((problem) => `${source.nameOf(name)}: ${problem}`));
    if (read.problems.length === 0) values[memberOf(name)] = read.value;
  }
  // The loop has filled in a member for each row, as `ValuesOf` derives it from the row.
  if (problems.length === 0) return { values: values as ValuesOf<F> };
  return { problems, valid: values as Partial<ValuesOf<F>> };
}

const DEFAULTS: FlagSource = { texts: {}, nameOf: (flag) => `--${flag}` };

/** The source that decides about a flag. */
export function sourceOf(name: string, sources: readonly FlagSource[]): FlagSource {
  return sources.find(({ texts }) => texts[name] !== undefined) ?? DEFAULTS;
}

function readFlag(
  flag: Flag,
  given: string | readonly string[] | undefined,
): { readonly value: unknown; readonly problems: readonly string[] } {
  const parse = parserOf(flag);
  const read = [given ?? defaultOf(flag)].flat().map((text) => ({ text, value: parse(text) }));
  const isSecret = flag.value !== undefined && flag.secret === true;
  const problems = read.flatMap(({ text, value }) =>
    value instanceof Problem ? [`${isSecret ? 'the value' : `\`${text}\``} ${value.problem}`] : [],
  );
  const values = read.map(({ value }) => value);
  return { value: isRepeatable(flag) ? values : values[0], problems: [...new Set(problems)] };
}

function parserOf(flag: Flag): Parse<unknown> {
  if (flag.value === undefined) return trueOrFalse;
  return flag.choices === undefined ? flag.parse : oneOf(flag.choices);
}

function defaultOf(flag: Flag): string | readonly string[] {
  return flag.value === undefined ? 'false' : (flag.default ?? []);
}

export function isRepeatable(flag: Flag): boolean {
  return flag.value !== undefined && flag.repeatable === true;
}
