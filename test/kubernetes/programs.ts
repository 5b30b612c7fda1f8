import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/tools.ts';

/** Programs that `test/kubernetes/provide.sh` builds. */
export type Program =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'helm'
  | 'kubeconform'
  | 'foreign-kinds';

/** Outcome of a program that ended by itself. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Milliseconds after which a program is ended. */
const PATIENCE = 120_000;

export function programPath(program: Program): string {
  return fileURLToPath(new URL(`.tools/kubernetes/${program}`, ROOT));
}

/** Runs a program to its end, whatever its exit code. Rejects if a signal ends it. */
export function runProgram(
  program: Program,
  args: readonly string[],
  { env = {}, input = '' }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(programPath(program), args, {
    env: { PATH: process.env['PATH'], ...env },
    timeout: PATIENCE,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A program may end before it has read everything.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${program} cannot be started: run \`make tools-kubernetes\``, { cause })),
    );
    child.once('close', (code) => {
      if (code === null) reject(new Error(`${program} ${args.join(' ')} did not end by itself: ${stderr}`));
      else resolve({ code, stdout, stderr });
    });
  });
}

/** Standard output of a program that must succeed. */
export async function outputOf(
  program: Program,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args, options);
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with exit code ${code}: ${stderr}${stdout}`);
  return stdout;
}
