import { type Command, Option } from 'commander';
import { configure, type Settings, settingsOfEnvironment } from '../server/configuration.ts';
import { settingsOfFile } from '../server/configuration-file.ts';
import { FLAGS, type Flag, type FlagName } from '../server/flags.ts';
import { startServer } from '../server/start.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

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

/** `lictor serve`: runs until it is told to end. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<ExitCode> {
  const sources = [
    { settings: settingsOfFlags(options), from: (name: FlagName) => `--${name}` },
    settingsOfEnvironment(terminal.environment),
  ];
  const problems: string[] = [];
  const path = options['config'] ?? terminal.environment['LICTOR_CONFIG'];
  if (typeof path === 'string' && path !== '') {
    const file = await settingsOfFile(path, terminal.directory);
    if (file.source !== undefined) sources.push(file.source);
    problems.push(...file.problems);
  }
  const configured = configure(sources);
  problems.push(...(configured.problems ?? []));
  if (configured.configuration === undefined || problems.length > 0) {
    terminal.stderr.write(problems.map((problem) => `lictor serve: ${problem}\n`).join(''));
    return EXIT.usage;
  }
  // Asked for before anything runs, so that a signal during the start is not lost.
  let reload = (): void => {};
  process.on('SIGHUP', () => reload());
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const started = await startServer(configured.configuration, terminal);
  if (started.problems !== undefined) {
    terminal.stderr.write(started.problems.map((problem) => `lictor serve: ${problem}\n`).join(''));
    return EXIT.usage;
  }
  const { server } = started;
  reload = () => server.reload();
  await told;
  await server.stop();
  return EXIT.fine;
}

function settingsOfFlags(options: ServeOptions): Settings {
  const settings: Record<string, string | readonly string[] | boolean> = {};
  for (const name of Object.keys(FLAGS)) {
    const given = options[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (given !== undefined) settings[name] = given;
  }
  return settings;
}
