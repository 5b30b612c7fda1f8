import { mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from './tools.ts';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Writes `N passed, N failed` to coverage/counts.txt, the last line of `.ci/run`. */
export default class CountsReporter {
  /** Called by jest after the last test. A test file that cannot be loaded counts as one failure. */
  onRunComplete(_contexts: unknown, results: Results): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    mkdirSync(new URL('coverage/', ROOT), { recursive: true });
    writeFileSync(
      new URL('coverage/counts.txt', ROOT),
      `${results.numPassedTests} passed, ${failed} failed\n`,
    );
  }
}
