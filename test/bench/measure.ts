/** One implementation of the work. It returns its result, which is compared before the measurement. */
export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** A reading of the clock, which every take from a limit contains. */
export const CLOCK: Contender = { name: 'the reading of the clock alone', run: () => performance.now() };

export interface Measured {
  readonly name: string;
  /** CPU microseconds of one run, over all rounds. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Effort {
  readonly rounds: number;
  /** Runs of one contender in one round. */
  readonly runs: number;
}

/**
 * CPU time (user and system, of the whole process) of one run of each contender. Rounds are interleaved, so that
 * other load affects all contenders equally. The first round is for warming up.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds, runs }: Effort,
): Promise<Measured[]> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, run } of contenders) {
      const before = process.cpuUsage();
      for (let index = 0; index < runs; index += 1) {
        const result = run();
        // A turn for each result would cost more than some contenders.
        if (result instanceof Promise) await result;
      }
      const { user, system } = process.cpuUsage(before);
      if (round > 0) times.get(name)?.push((user + system) / runs);
    }
  }
  return [...times].map(([name, each]) => {
    const sorted = each.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
    return { name, median: at(0.5), least: at(0), most: at(1) };
  });
}

/** Bytes of the heap that one run allocates: the median of some series without a collection. */
export async function bytesOf(run: () => unknown, runs = 100): Promise<number> {
  const allocated: number[] = [];
  for (let series = 0; series < 15; series += 1) {
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < runs; index += 1) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    const after = process.memoryUsage().heapUsed;
    if (after > before) allocated.push((after - before) / runs);
  }
  const sorted = allocated.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** A table: CPU time, its spread, and how it compares with the first row. */
export function table(title: string, measured: readonly Measured[]): string {
  const [first] = measured;
  const width = Math.max(...measured.map(({ name }) => name.length));
  const rows = measured.map(({ name, median, least, most }) => {
    const ratio = first === undefined || first.median === 0 ? 1 : median / first.median;
    const spread = `${least.toFixed(2)}–${most.toFixed(2)}`;
    return `  ${name.padEnd(width)}  ${median.toFixed(2).padStart(8)} µs  ${spread.padStart(15)}  ${ratio.toFixed(2).padStart(6)}×`;
  });
  return `${title}\n  ${''.padEnd(width)}  ${'median'.padStart(11)}  ${'least–most'.padStart(15)}  ${'ratio'.padStart(7)}\n${rows.join('\n')}\n`;
}
