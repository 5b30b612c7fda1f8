import { setTimeout as pause } from 'node:timers/promises';
import { scratchFolder } from '../support/scratch-folder.ts';
import { excessOf, runReplicas, type Scenario } from './replicas.ts';

/*
 * node test/shared-limits/main.ts [SECONDS]: four sidecars and a Redis, one key at 100/s, 20 seconds for each row.
 * Exit code 1 if a row is above its bound.
 */
const seconds = Number(process.argv[2] ?? 20);

const BASE: Scenario = {
  mode: 'exact',
  onStoreFailure: 'local',
  replicas: 4,
  rate: 100,
  burst: 100,
  duration: seconds * 1000,
  lanes: 4,
  rest: 6,
  timeout: '5ms',
};

const killed: Scenario['disturb'] = async (redis) => {
  await pause(5000);
  await redis.kill();
  await pause(5000);
  await redis.restart();
};

const paused: Scenario['disturb'] = async (redis) => {
  await pause(5000);
  redis.pause();
  await pause(5000);
  redis.resume();
};

/** Each answer takes 20 ms for five seconds: longer than a check waits. */
const slow: Scenario['disturb'] = async (redis) => {
  await pause(5000);
  const until = performance.now() + 5000;
  while (performance.now() < until) {
    await redis.client.call('DEBUG', 'SLEEP', '0.02').catch(() => undefined);
  }
};

/** Scenarios, and the bursts in their bound: docs/limits.md, "While Redis does not answer". */
const ROWS: readonly (readonly [string, Partial<Scenario>, bursts: number])[] = [
  ['exact', {}, 1],
  ['leased', { mode: 'leased' }, 1],
  ['exact, one sidecar', { replicas: 1 }, 1],
  ['leased, one sidecar', { mode: 'leased', replicas: 1 }, 1],
  ['exact, killed for 5 s, local', { disturb: killed }, 3],
  ['exact, killed for 5 s, deny', { disturb: killed, onStoreFailure: 'deny' }, 2],
  ['leased, killed for 5 s, local', { mode: 'leased', disturb: killed }, 3],
  ['leased, killed for 5 s, deny', { mode: 'leased', disturb: killed, onStoreFailure: 'deny' }, 2],
  ['exact, paused for 5 s, local', { disturb: paused }, 3],
  ['leased, paused for 5 s, local', { mode: 'leased', disturb: paused }, 3],
  ['exact, slow for 5 s, local', { disturb: slow }, 3],
];

console.log(
  '| scenario | checks | allowed | bound | highest excess | without Redis | commands/check | slowest answer |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [name, change, least] of ROWS) {
  await using stack = new AsyncDisposableStack();
  const scenario = { ...BASE, ...change };
  const { rate, burst } = scenario;
  const outcome = await runReplicas(await scratchFolder(stack), scenario);
  const { checks, allowed, span, withoutStore, commands, slowest } = outcome;
  // A check that Redis did not answer in time is decided as in an outage.
  const bursts = withoutStore > 0 ? Math.max(2, least) : least;
  const bound = bursts * burst + (rate * span) / 1000;
  const excess = excessOf(allowed, rate, bursts * burst);
  const perCheck = change.disturb === undefined ? (commands / checks).toFixed(3) : '';
  console.log(
    `| ${name} | ${checks} | ${allowed.length} | ${Math.floor(bound)} | ${excess.toFixed(1)} | ${withoutStore} | ${perCheck} | ${Math.round(slowest)} ms |`,
  );
  if (excess > 1) process.exitCode = 1;
}
