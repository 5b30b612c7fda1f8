import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childrenOf, residentMemory } from '../../support/processes.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { writeInputs } from './inputs.ts';
import { failureLines, type LoadResult, runLoad } from './load.ts';
import { figures, machine, microseconds } from './report.ts';
import { lictorProgram, startProgram } from './servers.ts';
import { loadSettings, minutesOf } from './settings.ts';
import { type Sample, settled, slopeOf } from './slope.ts';
import { buildGo } from './toolchain.ts';

/** Checks per second. */
const RATE = 2000;

interface Minute extends Sample {
  /** MiB of the process that loads. */
  readonly loading: number;
  readonly result: LoadResult;
}

/**
 * Measures the memory of a sidecar under a constant load, with records to a file and a new version of its policies each
 * minute.
 */
export async function hourPart(): Promise<string> {
  const [minutes, { serve }] = [minutesOf(process.env), loadSettings(process.env)];
  const go = await buildGo();
  await using stack = new AsyncDisposableStack();
  const inputs = await writeInputs(await scratchFolder(stack));
  const records = join(inputs.folder, 'decisions.jsonl');
  const program = lictorProgram('Lictor', { inputs, audit: records, serve });
  const { child, listen } = await startProgram(program, { inputs }, stack);
  const policy = join(inputs.policies, 'policy.yaml');
  const text = await readFile(policy, 'utf8');
  const load = { generator: go('load'), address: listen, seconds: 60, asked: ['-requests', inputs.request] };
  const rows: Minute[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    // Another content each time, so that each minute has its own policy set.
    await writeFile(policy, `${text}\n# Version ${minute}\n`);
    // An hour of records has some gigabytes.
    await truncate(records);
    const result = await runLoad({ ...load, rate: RATE, watch: { server: child.pid } });
    const loading = childrenOf(child.pid, '').reduce((sum, pid) => sum + residentMemory(pid), 0);
    rows.push({ minute, memory: residentMemory(child.pid), loading, result });
    process.stderr.write(`Minute ${minute} of ${minutes}: ${rows.at(-1)?.memory.toFixed(1)} MiB\n`);
  }
  return report(rows);
}

function report(rows: readonly Minute[]): string {
  const counted = settled(rows);
  return [
    `Hour: ${rows.length} minutes of ${RATE} checks/s, records to a file, a new version of the policies each minute.\n`,
    `${machine()}\n`,
    figures(
      ['minute', 'MiB', 'loading MiB', 'CPU µs', 'checks/s', 'wrong'],
      rows.map(({ minute, memory, loading, result }) => [
        String(minute),
        memory.toFixed(1),
        loading.toFixed(1),
        microseconds(result.cpu['server'] ?? 0),
        result.rate.toFixed(0),
        String(result.denied + result.failed),
      ]),
    ),
    `Slope of the last ${counted.length} minutes: ${slopeOf(counted).toFixed(1)} MiB/hour\n`,
    failureLines(rows.map(({ result }) => ({ name: 'Lictor', result }))),
  ].join('\n');
}
