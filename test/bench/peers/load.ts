import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Core of the load; the servers run on the other. */
const LOAD_CORE = '1';

/** Load of 4 connections with 16 requests in flight each, or of a fixed rate. */
export interface LoadOptions {
  /** Path of the load generator. */
  readonly generator: string;
  /** `HOST:PORT` or `unix:PATH`. */
  readonly address: string;
  readonly seconds: number;
  /** What is asked: `-requests` and so on. */
  readonly asked: readonly string[];
  /** Requests per second; default: as many as the server answers. */
  readonly rate?: number;
  /** Ids of the processes to account for, by name. */
  readonly watch: Readonly<Record<string, number>>;
}

/** Result of one run. Times are in microseconds, memory in MiB. */
export interface LoadResult {
  /** Requests per second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly allowed: number;
  readonly denied: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Processor time of each watched process per request, children included. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Share of a core that each watched process used. */
  readonly busy: Readonly<Record<string, number>>;
  readonly memory: Readonly<Record<string, number>>;
  /** Share of its core that the load generator used. */
  readonly generator: number;
}

/** The median of the runs of one load. Wrong and failed answers are added up. */
export interface LoadSummary extends LoadResult {
  /** Least and most processor time of each watched process. */
  readonly spread: Readonly<Record<string, readonly [least: number, most: number]>>;
}

export const CONNECTIONS = 4;
export const STREAMS = 16;

const execute = promisify(execFile);

/** Runs the load generator on its core for half a second of warm-up and the measured time. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { generator, address, seconds, asked, rate = 0, watch } = options;
  // biome-ignore format: a flag and its value are one line
  const { stdout } = await execute('taskset', [
    '-c', LOAD_CORE, generator,
    '-address', address,
    '-connections', String(CONNECTIONS),
    '-streams', String(STREAMS),
    '-duration', `${seconds}s`,
    '-warm-up', '500ms',
    '-rate', String(rate),
    ...asked,
    ...Object.entries(watch).flatMap(([name, pid]) => ['-watch', `${name}=${pid}`]),
  ]);
  return JSON.parse(stdout) as LoadResult;
}

/** Rounds and seconds of a comparison. */
interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * Runs each load once in each round, every other round backwards, so that none is always after the same one. A first
 * round that does not count lets servers compile what is used often. Returns the summary of each.
 */
export async function interleaved(
  loads: readonly Omit<LoadOptions, 'seconds'>[],
  { rounds, seconds }: Rounds,
): Promise<readonly LoadSummary[]> {
  const results = loads.map((): LoadResult[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? 'Warming up\n' : `Round ${round} of ${rounds}\n`);
    const order = [...loads.entries()];
    for (const [index, load] of round % 2 === 0 ? order : order.toReversed()) {
      const result = await runLoad({ ...load, seconds: round === 0 ? WARM_UP : seconds });
      if (round > 0) results[index]?.push(result);
    }
  }
  return results.map(summarize);
}

/** A load beside the first one, and what it costs more. */
export interface PairedSummary extends LoadSummary {
  /** Processor time of each watched process minus that in the run of the first load before it: the median. */
  readonly more: Readonly<Record<string, number>>;
}

/**
 * As `interleaved`, for differences that are smaller than what the machine varies within seconds: the first load runs
 * again before each other one, and only the two are compared.
 */
export async function besideFirst(
  loads: readonly Omit<LoadOptions, 'seconds'>[],
  { rounds, seconds }: Rounds,
): Promise<readonly PairedSummary[]> {
  const [first, ...others] = loads;
  if (first === undefined) return [];
  const pairs = others.map((): Pair[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? 'Warming up\n' : `Round ${round} of ${rounds}\n`);
    for (const [index, load] of others.entries()) {
      const before = await runLoad({ ...first, seconds });
      const after = await runLoad({ ...load, seconds });
      if (round > 0) pairs[index]?.push({ before, after });
    }
  }
  const alone = summarize(pairs.flat().map(({ before }) => before));
  return [{ ...alone, more: {} }, ...pairs.map(summarizePairs)];
}

interface Pair {
  readonly before: LoadResult;
  readonly after: LoadResult;
}

function summarizePairs(pairs: readonly Pair[]): PairedSummary {
  const names = Object.keys(pairs[0]?.before.cpu ?? {});
  const difference = (name: string): number =>
    median(pairs.map(({ before, after }) => (after.cpu[name] ?? 0) - (before.cpu[name] ?? 0)));
  return {
    ...summarize(pairs.map(({ after }) => after)),
    more: Object.fromEntries(names.map((name) => [name, difference(name)])),
  };
}

/** Seconds. */
const WARM_UP = 6;

function summarize(runs: readonly LoadResult[]): LoadSummary {
  const sum = (figure: (run: LoadResult) => number): number =>
    runs.reduce((total, run) => total + figure(run), 0);
  const middle = (figure: (run: LoadResult) => number): number => median(runs.map(figure));
  const byName = (
    figures: (run: LoadResult) => Readonly<Record<string, number>>,
  ): Readonly<Record<string, number>> => {
    const names = Object.keys(runs[0] === undefined ? {} : figures(runs[0]));
    return Object.fromEntries(names.map((name) => [name, middle((run) => figures(run)[name] ?? 0)]));
  };
  return {
    rate: middle((run) => run.rate),
    p50: middle((run) => run.p50),
    p99: middle((run) => run.p99),
    p999: middle((run) => run.p999),
    allowed: sum((run) => run.allowed),
    denied: sum((run) => run.denied),
    failed: sum((run) => run.failed),
    failures: Object.assign({}, ...runs.map((run) => run.failures)) as Readonly<Record<string, number>>,
    cpu: byName((run) => run.cpu),
    busy: byName((run) => run.busy),
    memory: byName((run) => run.memory),
    generator: middle((run) => run.generator),
    spread: Object.fromEntries(
      Object.keys(runs[0]?.cpu ?? {}).map((name) => {
        const sorted = runs.map(({ cpu }) => cpu[name] ?? 0).toSorted((a, b) => a - b);
        return [name, [sorted.at(0) ?? 0, sorted.at(-1) ?? 0]];
      }),
    ),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** The failures of results by program, as lines; empty if nothing has failed. */
export function failureLines(
  rows: readonly { readonly name: string; readonly result: LoadResult }[],
): string {
  return rows
    .flatMap(({ name, result }) =>
      Object.entries(result.failures).map(([text, count]) => `${name}: ${count} × ${text}\n`),
    )
    .join('');
}
