import { type Command, Option } from 'commander';
import { FLAGS, type Flag, type FlagName } from '../../sidecar/server/flags.ts';

/** Flags as commander gives them: `--drain-timeout` is `drainTimeout`. */
export type ServeOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** Declares every flag of `serve` from the table. */
export function addServeFlags(command: Command): Command {
  for (const [name, flag] of Object.entries(FLAGS) as [FlagName, Flag][]) {
    const usage = flag.value === undefined ? `--${name}` : `--${name} <${flag.value}>`;
    const note = flag.default === undefined ? '' : ` (default: ${flag.default})`;
    const option = new Option(usage, flag.doc + note);
    // Defaults are filled in when the environment and the file were read as well.
    if (flag.repeatable) option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
    command.addOption(option);
  }
  return command.option(
    '--config <FILE>',
    'YAML file with the same names; flags and environment win over it',
  );
}
