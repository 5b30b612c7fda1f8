import { runProgram } from './run-program.ts';

export interface H2specTarget {
  readonly port: number;
  readonly isTls: boolean;
}

export interface H2specResult {
  readonly cases: number;
  readonly passed: number;
  /** The output, from the first case that has failed or was left out on. */
  readonly problems: string;
}

/** Seconds that a case waits for frames. */
const PATIENCE = '2';

/** Runs all cases of h2spec against a server on loopback. */
export async function runH2spec({ port, isTls }: H2specTarget): Promise<H2specResult> {
  const tls = isTls ? ['--tls', '--insecure'] : [];
  const { output } = await runProgram('h2spec', [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-o',
    PATIENCE,
    ...tls,
  ]);
  const [, cases, passed] = /^(\d+) tests, (\d+) passed/m.exec(output) ?? [];
  if (cases === undefined || passed === undefined)
    throw new Error(`h2spec has not counted its cases:\n${output}`);
  const failures = output.indexOf('Failures:');
  return {
    cases: Number(cases),
    passed: Number(passed),
    problems: cases === passed ? '' : output.slice(Math.max(failures, 0)),
  };
}
