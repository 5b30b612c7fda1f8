import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/tools.ts';

/** Path of a program that `make test-observability` has built. */
export function toolPath(name: string): string {
  return fileURLToPath(new URL(`.tools/observability/${name}`, ROOT));
}

/** Runs such a program with a text on standard input. Undefined if it has succeeded, else what it printed. */
export function problemOf(name: string, args: readonly string[], input = ''): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(toolPath(name), [...args], { timeout: 120_000 }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${name} ${args.join(' ')}: ${stdout}${stderr}${error.message}`);
    });
    child.stdin?.end(input);
  });
}
