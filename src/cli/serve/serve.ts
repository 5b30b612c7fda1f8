import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FlagSource, readFlags } from '../../flag/read-flags.ts';
import { compileInLittleMemory, keepOldGenerationSmall, keepYoungGenerationSmall } from '../../node/heap.ts';
import { type ConfigurationResult, configure } from '../../sidecar/server/configuration.ts';
import type { SettingsFile } from '../../sidecar/server/configuration-file.ts';
import { CONFIG_VARIABLE, settingsOfEnvironment } from '../../sidecar/server/environment-variables.ts';
import { startLoading } from '../../sidecar/server/start-loading.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { FILE_FLAGS, type ServeOptions } from './flags.ts';
import { catchSignals } from './signals.ts';

/** `lictor serve`: runs until a signal ends it. */
export async function serve(given: FlagSource, terminal: Terminal): Promise<ExitCode> {
  const signals = catchSignals();
  const { configuration, problems } = await readConfiguration(given, terminal);
  if (configuration === undefined) return reject(problems, terminal);
  // Signals arrive between two turns of the event loop, and loading the program is one turn.
  await nextTurn();
  if (signals.isTerminated()) return EXIT.fine;
  // The policies are compiled while the rest of the program is loaded.
  const loader = startLoading(configuration, terminal.directory);
  void loader.firstLive.then(keepOldGenerationSmall);
  const { startServer } = await import('../../sidecar/server/start.ts');
  // Not before: with other flags than its own, Node compiles each of its modules instead of using its cache, 30 ms in all.
  keepYoungGenerationSmall();
  compileInLittleMemory();
  const started = await startServer(configuration, terminal, loader);
  if (started.problems !== undefined) return reject(started.problems, terminal);
  signals.onHangUp(() => started.server.reload());
  signals.onUser(() => started.server.toggleDebug());
  await signals.terminated;
  await started.server.stop();
  return EXIT.fine;
}

/** Flags take precedence over the environment, the environment over the file. */
async function readConfiguration(given: FlagSource, terminal: Terminal): Promise<ConfigurationResult> {
  const { environment, directory } = terminal;
  const { path, from } = namedFile(readFlags(FILE_FLAGS, [given]).values ?? {}, environment);
  const file = path === '' ? undefined : await readFile(path, directory, from);
  const sources = [given, settingsOfEnvironment(environment), ...(file === undefined ? [] : [file.source])];
  const configured = configure(sources);
  const problems = [...(file?.problems ?? []), ...(configured.problems ?? [])];
  return problems.length === 0 ? configured : { problems };
}

/** The reader of YAML is loaded for a file alone. */
async function readFile(path: string, directory: string, from: string): Promise<SettingsFile> {
  const { settingsOfFile } = await import('../../sidecar/server/configuration-file.ts');
  return settingsOfFile(path, directory, from);
}

/** Path of the configuration file, empty if there is none, and the flag or variable that names it. */
function namedFile(
  { config }: Partial<ServeOptions>,
  environment: NodeJS.ProcessEnv,
): { readonly path: string; readonly from: string } {
  if (config !== undefined) return { path: config, from: '--config' };
  return { path: environment[CONFIG_VARIABLE] ?? '', from: CONFIG_VARIABLE };
}

function reject(problems: readonly string[], terminal: Terminal): ExitCode {
  complain(terminal, 'serve', ...problems);
  return EXIT.usage;
}
