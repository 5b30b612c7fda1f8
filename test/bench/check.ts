import { decide } from '../../src/engine/decision/decide.ts';
import type { DecisionTrace } from '../../src/engine/decision/trace.ts';
import { bytesOf, type Contender, type Effort, type Measured, measure, table } from './measure.ts';
import { type Stations, stationsOfCases } from './stations.ts';

/** Traces as tools pass them; serving passes none. */
const STEPS: DecisionTrace = { wantsParts: false, report: () => {} };
const PARTS: DecisionTrace = { wantsParts: true, report: () => {} };

/** Measures one check without the transport, by station, and what traces of tools add. */
export async function checkPart(effort: Effort): Promise<string> {
  const cases = await stationsOfCases();
  const measured: Measured[][] = [];
  const bytes: number[][] = [];
  for (const { prefixes } of cases) {
    const contenders = prefixes.map(({ station, run }) => ({ name: station, run }));
    measured.push(await measure(contenders, effort));
    const allocated: number[] = [];
    // One after the other: the heap is that of all.
    for (const { run } of contenders) allocated.push(await bytesOf(run));
    bytes.push(allocated);
  }
  return `${byStation(cases, measured, bytes)}\n${await traced(cases[1], effort)}`;
}

function byStation(
  cases: readonly Stations[],
  measured: readonly (readonly Measured[])[],
  bytes: readonly (readonly number[])[],
): string {
  const times = measured.map((row) => row.map(({ least }) => least));
  const cells = (of: (row: readonly number[] | undefined) => number): string =>
    cases
      .map(
        (_, index) =>
          `${of(times[index]).toFixed(2).padStart(7)} µs ${of(bytes[index]).toFixed(0).padStart(7)} B`,
      )
      .join('  ');
  const stations = cases[0]?.prefixes ?? [];
  const rows = stations.map(({ station }, at) => {
    const own = (row: readonly number[] | undefined): number => (row?.[at] ?? 0) - (row?.[at - 1] ?? 0);
    return `  ${station.padEnd(12)}  ${cells(own)}`;
  });
  const whole = cells((row) => row?.at(-1) ?? 0);
  const names = cases.map(({ bench }) => bench.name.padStart(20)).join('  ');
  return `${TITLE}\n  ${''.padEnd(12)}  ${names}\n${rows.join('\n')}\n  ${'whole'.padEnd(12)}  ${whole}\n`;
}

const TITLE =
  'check: CPU time (the least of the rounds) and bytes allocated by station, without the transport';

async function traced(stations: Stations | undefined, effort: Effort): Promise<string> {
  if (stations === undefined) return '';
  const { attributes, bench, services } = stations;
  const contenders: readonly Contender[] = [
    { name: 'decide', run: () => decide(attributes, bench.set, services) },
    {
      name: 'decide, with a trace',
      run: () => decide(attributes, bench.set, services, undefined, STEPS),
    },
    {
      name: 'decide, with parts',
      run: () => decide(attributes, bench.set, services, undefined, PARTS),
    },
  ];
  return table('check: CPU time of a decision by the typical policy', await measure(contenders, effort));
}
