import { mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from './tools.ts';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Leaves `N passed, N failed` of the last run in coverage/counts.txt, for `.ci/run` to end with. */
export default class CountsReporter {
  /** Called by jest after the last test. A file that could not even be loaded counts as one failure. */
  onRunComplete(_contexts: unknown, results: Results): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    mkdirSync(new URL('coverage/', ROOT), { recursive: true });
    writeFileSync(
      new URL('coverage/counts.txt', ROOT),
      `${results.numPassedTests} passed, ${failed} failed\n`,
    );
  }
}
