import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface ConformanceResult {
  readonly cases: number;
  readonly passed: number;
  /** Cases of `protovalidate-failures.yaml`. The harness fails one that passes. */
  readonly excepted: number;
  /** The output, unless every case that may pass has passed. */
  readonly problems: string;
}

/** Runs the conformance cases of protovalidate, with their texts and kinds of errors compared exactly. */
export async function runProtovalidate(): Promise<ConformanceResult> {
  const { code, output } = await runProgram('protovalidate-conformance', [
    '--strict_message',
    '--strict_error',
    '--timeout=60s',
    `--expected_failures=${here('protovalidate-failures.yaml')}`,
    process.execPath,
    here('protovalidate-executor.ts'),
  ]);
  const counts = /^(?:PASS|FAIL) \(failed: \d+, skipped: (\d+), passed: (\d+), total: (\d+)\)/m;
  const [, excepted, passed, cases] = counts.exec(output) ?? [];
  if (cases === undefined) {
    throw new Error(`the harness of protovalidate has not counted its cases:\n${output}`);
  }
  return {
    cases: Number(cases),
    passed: Number(passed),
    excepted: Number(excepted),
    problems: code === 0 ? '' : output,
  };
}
