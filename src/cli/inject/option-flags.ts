import { Problem } from '../../flag/flag.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import { unknownOption } from '../../tools/inject/read-annotations.ts';
import { OPTION_NAMES, optionSource, readInjection } from '../../tools/inject/read-options.ts';

/** An option of pods without the annotation. */
export interface OptionText {
  readonly name: string;
  readonly text: string;
}

/** Flag for the options of pods without the annotation. */
export const SET_FLAG = {
  value: 'NAME=VALUE',
  parse: optionText,
  repeatable: true,
  doc: 'option of pods without the annotation `lictor.dev/NAME`, such as `policies=configmap:orders`; repeatable',
} as const;

/** `NAME=VALUE`. */
function optionText(written: string): OptionText | Problem {
  const at = written.indexOf('=');
  if (at < 1) return new Problem('is not NAME=VALUE, such as `memory=256Mi`');
  const name = written.slice(0, at);
  return OPTION_NAMES.includes(name)
    ? { name, text: written.slice(at + 1) }
    : new Problem(unknownOption(name));
}

/** These options as a source, the last one of a name. Problems are for the user of the command line. */
export function defaultsOf(options: readonly OptionText[]): {
  readonly defaults: FlagSource;
  readonly problems: readonly string[];
} {
  const texts = new Map(options.map(({ name, text }) => [name, text]));
  const defaults = optionSource(texts, (name) => `--set ${name}`);
  const noAnnotations = optionSource(new Map(), (name) => name);
  return { defaults, problems: readInjection([noAnnotations, defaults]).problems ?? [] };
}
