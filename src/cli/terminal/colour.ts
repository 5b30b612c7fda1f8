import { printable } from '../../diagnostic/printable.ts';
import type { Terminal } from './terminal.ts';

/** The flag of every verb that says when text is coloured. */
export const COLOUR = {
  flag: '--color',
  value: 'WHEN',
  doc: 'when text is coloured; `auto`: on a terminal',
  choices: ['auto', 'always', 'never'],
} as const;

/** The arguments without `--color`, and the terminal that it asks for. */
interface Coloured {
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  /** Set if the value of `--color` is not valid. */
  readonly problem?: string;
}

/**
 * Takes `--color WHEN` or `--color=WHEN` out of the arguments of any verb; the last one counts. It takes precedence over
 * `NO_COLOR`, `FORCE_COLOR` and `TERM`. Arguments after `--` are not options.
 */
export function takeColour(argv: readonly string[], terminal: Terminal): Coloured {
  const rest: string[] = [];
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  let when: string | undefined;
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (index < end && argument === COLOUR.flag) when = argv[++index] ?? '';
    else if (index < end && argument.startsWith(`${COLOUR.flag}=`))
      when = argument.slice(COLOUR.flag.length + 1);
    else rest.push(argument);
  }
  if (when === undefined || when === 'auto') return { argv: rest, terminal };
  if (!COLOUR.choices.some((choice) => choice === when)) {
    return {
      argv: rest,
      terminal,
      problem: `\`${COLOUR.flag}\` takes ${COLOUR.choices.join(', ')}, not \`${printable(when)}\``,
    };
  }
  const { FORCE_COLOR: _, NO_COLOR: __, ...others } = terminal.environment;
  const environment = { ...others, ...(when === 'always' ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) };
  return { argv: rest, terminal: { ...terminal, environment } };
}
