import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { childrenOf, residentMemory } from '../../support/processes.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type Inputs, writeInputs } from './inputs.ts';
import {
  CONNECTIONS,
  failureLines,
  interleaved,
  type LoadOptions,
  type LoadSummary,
  STREAMS,
} from './load.ts';
import { figures, machine, microseconds, milliseconds, range } from './report.ts';
import { goServer, lictorProgram, type Program, type RunningServer, startProgram } from './servers.ts';
import { type LoadSettings, loadSettings } from './settings.ts';
import { buildGo, buildRust, type GoProgram, versionOf } from './toolchain.ts';

const LICTOR = 'Lictor, no records';
const RECORDED = 'Lictor, records to a file';
const RUST = 'Rust tonic, no-op';
const GO = 'Go, no-op';

/** Milliseconds after which a server is at rest: 20 s after its start, Lictor ends the process that has compiled. */
const SETTLED = 25_000;

/** A program with its results. */
interface Row {
  readonly name: string;
  /** MiB before the first request. */
  readonly rest: number;
  readonly result: LoadSummary;
}

/** Measures Lictor beside other servers that decide the same, and beside servers that decide nothing. */
export async function peersPart(): Promise<string> {
  const settings = loadSettings(process.env);
  const [go, rust] = [await buildGo(), await buildRust()];
  await using stack = new AsyncDisposableStack();
  const inputs = await writeInputs(await scratchFolder(stack));
  const started: RunningServer[] = [];
  for (const program of programs(inputs, settings, go, rust))
    started.push(await startProgram(program, { inputs }, stack));
  await pause(SETTLED);
  const running = started.map((server) => ({ ...server, rest: restingMemory(server.child.pid) }));
  const asked = { generator: go('load'), asked: ['-requests', inputs.request] } as const;
  const rows = await measureRows(running, settings, asked);
  const calm = (server: string): number => (rows.find(({ name }) => name === server)?.result.rate ?? 4) / 4;
  const compared = running.filter(({ name }) => [LICTOR, RECORDED, RUST, GO].includes(name));
  const tails = await measureRows(compared, settings, asked, calm);
  return [
    heading(inputs, settings),
    costs(rows),
    TAIL_HEADING,
    tailTable(tails),
    failureLines([...rows, ...tails]),
  ].join('\n');
}

function programs(
  inputs: Inputs,
  { serve }: LoadSettings,
  go: (name: GoProgram) => string,
  rust: string,
): readonly Program[] {
  const data = ['-data', inputs.folder];
  return [
    { name: RUST, command: rust, args: (listen) => [listen], decides: false },
    goServer(GO, go('noop')),
    goServer('cel-go, token cache', go('cel'), ...data, '-cache'),
    goServer('OPA 1.22 embedded', go('opa'), ...data),
    goServer('OPA 1.22 embedded, token cache', go('opa'), ...data, '-cache'),
    lictorProgram(LICTOR, { inputs, audit: 'off', serve }),
    lictorProgram(RECORDED, { inputs, audit: join(inputs.folder, 'decisions.jsonl'), serve }),
  ];
}

async function measureRows(
  servers: readonly (RunningServer & { readonly rest: number })[],
  settings: LoadSettings,
  load: Pick<LoadOptions, 'generator' | 'asked'>,
  rateOf?: (name: string) => number,
): Promise<readonly Row[]> {
  const loads = servers.map(({ name, listen, child }) => ({
    ...load,
    address: listen,
    watch: { server: child.pid },
    ...(rateOf !== undefined && { rate: rateOf(name) }),
  }));
  const results = await interleaved(loads, settings);
  return servers.flatMap(({ name, rest }, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ name, rest, result }];
  });
}

/** Resident memory of a process and of its children, in MiB. */
function restingMemory(pid: number): number {
  return [pid, ...childrenOf(pid, '')].reduce((total, each) => total + residentMemory(each), 0);
}

function heading({ cases }: Inputs, { rounds, seconds, serve }: LoadSettings): string {
  const bytes = cases[0]?.message.length ?? 0;
  const flags = serve.length === 0 ? '' : ` Flags of serve: \`${serve.join(' ')}\`.`;
  return `Peers: ${rounds} interleaved rounds of ${seconds} s; ${CONNECTIONS} connections with ${STREAMS} checks in flight each; a check has ${bytes} bytes and an RS256 token that the server has seen before. Servers on one core, load on another.${flags}

${machine(versionOf('go', 'version').replace(/^go version go(\S+).*/, 'Go $1'), versionOf('rustc', '--version').replace(/^rustc (\S+).*/, 'Rust $1'))}
`;
}

function costs(rows: readonly Row[]): string {
  const cpuOf = (row: Row | undefined): number => row?.result.cpu['server'] ?? 0;
  const [rust, go] = [RUST, GO].map((wanted) => cpuOf(rows.find(({ name }) => name === wanted)));
  const ratio = (row: Row, to = 0): string => `${(cpuOf(row) / to).toFixed(2)}×`;
  return figures(
    [
      'server',
      'CPU µs',
      'rounds',
      'of tonic',
      'of Go',
      'checks/s',
      'p50 ms',
      'p99 ms',
      'MiB at rest',
      'under load',
      'wrong',
    ],
    rows.map((row) => [
      row.name,
      microseconds(cpuOf(row)),
      range(row.result.spread['server']),
      ratio(row, rust),
      ratio(row, go),
      row.result.rate.toFixed(0),
      milliseconds(row.result.p50),
      milliseconds(row.result.p99),
      row.rest.toFixed(0),
      (row.result.memory['server'] ?? 0).toFixed(0),
      String(row.result.denied + row.result.failed),
    ]),
  );
}

const TAIL_HEADING =
  'Tail at a quarter of what each server answers at most; checks come one by one, so that none shares a read, a write and a wake-up; times count from the planned time of each check:\n';

function tailTable(rows: readonly Row[]): string {
  return figures(
    ['server', 'checks/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'p99/p50', 'CPU µs', 'core busy', 'wrong'],
    rows.map(({ name, result }) => [
      name,
      result.rate.toFixed(0),
      milliseconds(result.p50),
      milliseconds(result.p99),
      milliseconds(result.p999),
      (result.p99 / result.p50).toFixed(1),
      microseconds(result.cpu['server'] ?? 0),
      `${(((result.cpu['server'] ?? 0) * result.rate) / 10_000).toFixed(0)} %`,
      String(result.denied + result.failed),
    ]),
  );
}
