import { type Command, Option } from 'commander';
import { type Flag, type Flags, memberOf } from '../../flag/flag.ts';
import { type FlagSource, isRepeatable } from '../../flag/read-flags.ts';

/** Declares the flags of a verb. What is given stays text, which `readFlags` parses. */
export function declareFlags(command: Command, flags: Flags): void {
  for (const [name, flag] of Object.entries(flags)) command.addOption(optionOf(name, flag));
}

/** The flags that were given, after the command line was parsed. */
export function givenFlags(command: Command): FlagSource {
  const texts = command.options.map((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    return [option.name(), textsOf(value)] as const;
  });
  return { texts: Object.fromEntries(texts), nameOf: (flag) => `--${flag}` };
}

/** A flag as it is written: `--audit SINK`. */
export function usageOf(name: string, { value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function optionOf(name: string, flag: Flag): Option {
  const usage = flag.value === undefined ? `--${name}` : `--${name} <${flag.value}>`;
  const option = new Option(usage, flag.doc + noteOn(flag));
  option.conflicts((flag.conflicts ?? []).map(memberOf));
  if (isRepeatable(flag)) option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
  if (flag.value !== undefined && flag.required === true) option.makeOptionMandatory();
  return option;
}

function noteOn(flag: Flag): string {
  if (flag.value === undefined) return '';
  const notes = [
    flag.choices?.join(', ') ?? '',
    flag.default === undefined ? '' : `default: ${flag.default}`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`;
}

/** Texts of a value of commander: a text, a list of texts, true for a switch; undefined if it was not given. */
function textsOf(value: unknown): string | readonly string[] | undefined {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
}
