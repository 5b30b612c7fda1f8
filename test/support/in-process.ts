import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';
import type { Ended } from './command.ts';
import { refuseSecrets } from './secrets.ts';

/** Runs `lictor` in this process, with `directory` as the working directory and the cache below it. */
export async function inProcess(
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const terminal = pipedTerminal(directory, environment);
  const code = await run(args, terminal);
  for (const { text } of [terminal.stdout, terminal.stderr]) refuseSecrets(`lictor ${args[0]}`, text);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

/** A terminal that collects its output. */
export function pipedTerminal(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Terminal & { readonly stdout: Collector; readonly stderr: Collector } {
  return {
    stdout: new Collector(),
    stderr: new Collector(),
    environment: { XDG_CACHE_HOME: join(directory, '.cache'), ...environment },
    directory,
  };
}

/** A stream that collects its input as text. */
export class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Writes files below `directory` and creates their folders. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
