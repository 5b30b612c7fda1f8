import { configure, type Settings, settingsOfEnvironment } from '../../sidecar/server/configuration.ts';
import { settingsOfFile } from '../../sidecar/server/configuration-file.ts';
import { FLAGS, type FlagName } from '../../sidecar/server/flags.ts';
import { startServer } from '../../sidecar/server/start.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ServeOptions } from './serve-flags.ts';

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
