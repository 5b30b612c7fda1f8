import { join } from 'node:path';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type Inputs, writeInputs } from '../peers/inputs.ts';
import {
  besideFirst,
  failureLines,
  interleaved,
  type LoadOptions,
  type LoadResult,
  type LoadSummary,
  type PairedSummary,
} from '../peers/load.ts';
import { figures, machine, microseconds, milliseconds, range } from '../peers/report.ts';
import { type RunningServer, startProgram } from '../peers/servers.ts';
import { type LoadSettings, loadSettings } from '../peers/settings.ts';
import { buildGo } from '../peers/toolchain.ts';
import { comparedSetups } from './compared-setups.ts';
import { loadOf, type RunningSetup, type Setup, startMesh, startSetup } from './mesh.ts';
import { settingSetups } from './setting-setups.ts';
import type { SetupContext, StartSidecar } from './setup-context.ts';

/** Requests per second of the runs that measure times: less than half of what the slowest setup answers. */
const CALM = 800;

/** A setup with its results. */
interface Row {
  readonly setup: Setup;
  /** As many requests as are answered. */
  readonly full: LoadSummary;
  /** `CALM` requests per second. */
  readonly calm: LoadSummary;
}

/** Measures Envoy alone, with its own filters, and with sidecars. */
export async function envoyPart(): Promise<string> {
  const settings = loadSettings(process.env);
  await using stack = new AsyncDisposableStack();
  const { setups, loads } = await start(comparedSetups, settings, stack);
  const full = await interleaved(loads, settings);
  const calm = await interleaved(
    loads.map((load) => ({ ...load, rate: CALM })),
    settings,
  );
  const rows = setups.flatMap((setup, index): readonly Row[] => {
    const [busy, quiet] = [full[index], calm[index]];
    return busy === undefined || quiet === undefined ? [] : [{ setup, full: busy, calm: quiet }];
  });
  return [
    heading('Envoy', settings, `; p50 and p99 at ${CALM} requests/s`),
    costs(rows),
    failures(rows),
  ].join('');
}

/** Measures what settings of the filter, of the connection and of the answers cost. */
export async function envoySettingsPart(): Promise<string> {
  const settings = loadSettings(process.env);
  await using stack = new AsyncDisposableStack();
  const { setups, loads } = await start(settingSetups, settings, stack);
  const results = await besideFirst(loads, settings);
  const named = setups.flatMap(({ name }, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ name, result }];
  });
  const title = heading('Envoy settings', settings, '; each beside the first, in pairs');
  return [title, differences(named), failureLines(named)].join('');
}

interface Started {
  readonly setups: readonly RunningSetup[];
  readonly loads: readonly Omit<LoadOptions, 'seconds'>[];
}

async function start(
  chosen: (context: SetupContext) => Promise<readonly Setup[]>,
  settings: LoadSettings,
  stack: AsyncDisposableStack,
): Promise<Started> {
  const go = await buildGo();
  const inputs = await writeInputs(await scratchFolder(stack));
  const mesh = await startMesh(inputs, go, stack);
  const setups: RunningSetup[] = [];
  for (const setup of await chosen({ inputs, settings, go, start: sidecars(inputs, stack) }))
    setups.push(await startSetup(mesh, setup, stack));
  return { setups, loads: setups.map((setup) => ({ generator: go('load'), ...loadOf(mesh, setup) })) };
}

function heading(title: string, { rounds, seconds, serve }: LoadSettings, note: string): string {
  const flags = serve.length === 0 ? '' : `; flags of serve: \`${serve.join(' ')}\``;
  return `${title}: ${rounds} interleaved rounds of ${seconds} s; Envoy with one worker and the sidecar share a core; HTTP/2 with mTLS, 64 requests in flight${note}${flags}

${machine('Envoy 1.40.0')}

`;
}

function sidecars(inputs: Inputs, stack: AsyncDisposableStack): StartSidecar {
  const started = new Map<string, Promise<RunningServer>>();
  return (program, over = 'unix') => {
    const id = `${program.name} ${over}`;
    const listen = `unix:${join(inputs.folder, `${started.size}.sock`)}`;
    const known =
      started.get(id) ?? startProgram(program, { inputs, ...(over === 'unix' && { listen }) }, stack);
    started.set(id, known);
    return known;
  };
}

function costs(rows: readonly Row[]): string {
  const envoyOf = ({ full }: Row): number => full.cpu['envoy'] ?? 0;
  const sidecarOf = ({ full }: Row): number => full.cpu['sidecar'] ?? 0;
  const both = (row: Row): number => envoyOf(row) + sidecarOf(row);
  const [first] = rows;
  const more = (row: Row, of: (row: Row) => number): string =>
    first === undefined || row === first ? '' : signed(of(row) - of(first));
  return figures(
    [
      'setup',
      'Envoy µs',
      'rounds',
      'more',
      'sidecar µs',
      'together',
      'more',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'wrong',
    ],
    rows.map((row) => [
      row.setup.name,
      microseconds(envoyOf(row)),
      range(row.full.spread['envoy']),
      more(row, envoyOf),
      row.setup.sidecar === undefined ? '' : microseconds(sidecarOf(row)),
      microseconds(both(row)),
      more(row, both),
      row.full.rate.toFixed(0),
      milliseconds(row.calm.p50),
      milliseconds(row.calm.p99),
      String(wrongOf(row.full) + wrongOf(row.calm)),
    ]),
  );
}

function differences(rows: readonly { readonly name: string; readonly result: PairedSummary }[]): string {
  const more = (figures: Readonly<Record<string, number>>, name: string): string =>
    figures[name] === undefined ? '' : signed(figures[name]);
  return figures(
    ['setup', 'Envoy µs', 'more', 'sidecar µs', 'more', 'requests/s', 'wrong'],
    rows.map(({ name, result }) => [
      name,
      microseconds(result.cpu['envoy'] ?? 0),
      more(result.more, 'envoy'),
      microseconds(result.cpu['sidecar'] ?? 0),
      more(result.more, 'sidecar'),
      result.rate.toFixed(0),
      String(wrongOf(result)),
    ]),
  );
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${microseconds(Math.abs(value))}`;
}

function wrongOf({ denied, failed }: LoadResult): number {
  return denied + failed;
}

function failures(rows: readonly Row[]): string {
  return failureLines(
    rows.flatMap(({ setup: { name }, full, calm }) => [full, calm].map((result) => ({ name, result }))),
  );
}
