import { usageOf } from '../../src/cli/terminal/flags.ts';
import type { Flag, Flags } from '../../src/flag/flag.ts';
import { variableOf } from '../../src/sidecar/server/environment-variables.ts';
import { code, table } from './markdown.ts';

/** The flags of one verb. */
export function flagTable(flags: Flags): string {
  return table(
    ['flag', 'default', 'meaning'],
    Object.entries(flags).map(([name, flag]) => [
      code(usageOf(name, flag)),
      defaultOf(flag),
      meaningOf(flag),
    ]),
  );
}

/** The settings of `serve`. */
export function settingTable(settings: Flags): string {
  return table(
    ['flag', 'environment', 'default', 'meaning'],
    Object.entries(settings).map(([name, flag]) => [
      code(usageOf(name, flag)),
      code(variableOf(name)),
      defaultOf(flag),
      meaningOf(flag),
    ]),
  );
}

function defaultOf(flag: Flag): string {
  return flag.value === undefined || flag.default === undefined ? '' : code(flag.default);
}

function meaningOf(flag: Flag): string {
  const choices = flag.value === undefined ? undefined : flag.choices;
  const conflicts = flag.conflicts?.map((name) => code(`--${name}`)).join(', ');
  return [
    flag.doc,
    choices === undefined ? '' : `: ${choices.map(code).join(', ')}`,
    conflicts === undefined ? '' : `; not together with ${conflicts}`,
  ].join('');
}
