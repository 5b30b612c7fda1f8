import { scratchFolder } from '../support/scratch-folder.ts';
import { checkDashboards, checkQueries, testRules } from './rules.ts';
import { checkSignals } from './signals.ts';

/*
 * `make test-observability`: the rules and dashboards of `deploy/observability`, and the signals of a sidecar through a
 * real collector. Exit code 1 if one fails.
 */
await using stack = new AsyncDisposableStack();
const folder = await scratchFolder(stack);

report('the rules for Prometheus pass their tests', await testRules());
report('promtool parses each query of the dashboards', await checkQueries(folder));
report('the dashboards fit the schemas of Grafana', await checkDashboards());
try {
  for (const line of await checkSignals(folder)) console.log(line);
} catch (error) {
  report('signals through a collector', String(error));
}

function report(what: string, problem: string | undefined): void {
  console.log(problem === undefined ? what : `FAILED: ${what}\n${problem}`);
  if (problem !== undefined) process.exitCode = 1;
}
