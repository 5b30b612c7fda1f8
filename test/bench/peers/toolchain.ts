import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../support/tools.ts';

/** Folder of everything that is built here; `make clean` removes it. */
const BUILT = fileURLToPath(new URL('.tools/bench/', ROOT));
const SOURCES = fileURLToPath(new URL('.', import.meta.url));

/** Lictor as users run it. */
export const DIST = fileURLToPath(new URL('dist/main.js', ROOT));

/** Programs that a part needs, besides Node. */
export type Tool = 'go' | 'cargo' | 'taskset';

/** The reason why a part cannot run here, for the user; undefined if it can. */
export function obstacle(tools: readonly Tool[], environment = process.env): string | undefined {
  const missing = tools.filter((tool) => !isInstalled(tool, environment));
  if (missing.length > 0)
    return `${missing.map((tool) => `\`${tool}\``).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
  if (process.platform !== 'linux') return 'it reads the processor time of processes from /proc of Linux';
  if (availableParallelism() < 2)
    return 'it needs two processor cores, one for the servers and one for the load';
  if (!existsSync(DIST)) return 'dist/ does not exist: run `make build`';
  return undefined;
}

function isInstalled(tool: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

/** Builds the Go programs of this folder, and returns the path of each by name. Nothing is built twice. */
export async function buildGo(): Promise<(name: GoProgram) => string> {
  await mkdir(join(BUILT, 'bin'), { recursive: true });
  process.stderr.write('Building Go programs into .tools/bench (some minutes at first)\n');
  await run('go', ['build', '-mod=readonly', '-o', join(BUILT, 'bin/'), './...'], join(SOURCES, 'go'));
  return (name) => join(BUILT, 'bin', name);
}

export type GoProgram = 'load' | 'noop' | 'cel' | 'opa' | 'upstream';

/** Builds the Rust program of this folder, and returns its path. */
export async function buildRust(): Promise<string> {
  process.stderr.write('Building the Rust program into .tools/bench (a minute at first)\n');
  await run(
    'cargo',
    ['build', '--release', '--locked', '--quiet', '--target-dir', BUILT],
    join(SOURCES, 'tonic'),
  );
  return join(BUILT, 'release/tonic-noop');
}

/** The first line that a program prints about its version. */
export function versionOf(command: string, ...args: readonly string[]): string {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout.split('\n')[0]?.trim() ?? '';
}

function run(command: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with exit code ${code}`)),
    );
  });
}
