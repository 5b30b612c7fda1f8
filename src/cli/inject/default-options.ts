import type { FlagSource } from '../../flag/read-flags.ts';
import { unknownOption } from '../../tools/inject/read-annotations.ts';
import { OPTION_NAMES, optionSource, readInjection } from '../../tools/inject/read-options.ts';
import type { OptionText } from './option-flags.ts';

/** Options of pods without annotations as a source, the last one of a name. Problems are those of the command line. */
export function defaultsOf(options: readonly OptionText[]): {
  readonly defaults: FlagSource;
  readonly problems: readonly string[];
} {
  const unknown = options.filter(({ name }) => !OPTION_NAMES.includes(name));
  const texts = new Map(options.map(({ name, text }) => [name, text]));
  const defaults = optionSource(texts, (name) => `--set ${name}`);
  const noAnnotations = optionSource(new Map(), (name) => name);
  const { problems = [] } = readInjection([noAnnotations, defaults]);
  return {
    defaults,
    problems: [...unknown.map(({ name }) => `--set: \`${name}\` ${unknownOption(name)}`), ...problems],
  };
}
