import { strict as assert } from 'node:assert';
import { blockLines } from './cel-blocks.ts';
import { BUF, COMPILED, type Engine, HAND, INTERPRETED, MARC } from './cel-engines.ts';
import { messageLines } from './cel-messages.ts';
import { ROWS, type Row, type Sample, samples } from './cel-rows.ts';
import { type Contender, type Effort, measure } from './measure.ts';

const ENGINES = [HAND, COMPILED, INTERPRETED, MARC, BUF] as const;
const SAMPLES = 64;

/** Evaluations in one run of a contender, fewer for slower ones. */
const EVALUATIONS: Readonly<Record<string, number>> = {
  hand: 500_000,
  compiled: 500_000,
  interpreter: 40_000,
  '@marcbachmann/cel-js': 40_000,
  '@bufbuild/cel': 4000,
};

/** Measures one evaluation of each expression: by hand, compiled, interpreted, and in other engines. */
export async function celPart(effort: Effort): Promise<string> {
  const { rounds } = effort;
  const given = samples(SAMPLES);
  const inputs = new Map(ENGINES.map((engine) => [engine, engine.inputs(given)]));
  const results: Result[] = [];
  for (const row of ROWS) {
    const costs = await costsOf(row, inputs, rounds);
    results.push({ name: row.name, costs, allocated: allocatedBy(COMPILED.prepare(row), given) });
  }
  const width = Math.max(...ROWS.map(({ name }) => name.length));
  const head = ENGINES.map(({ name }) => name.padStart(CELL)).join('');
  return [
    'cel: CPU time of one evaluation in ns: median (least–most), and how many times the hand-written',
    `  ${''.padEnd(width)}${head}  compiled allocates`,
    ...results.map(
      ({ name, costs, allocated }) =>
        `  ${name.padEnd(width)}${costs.map((each) => cell(each, costs[0])).join('')}  ${allocated.toFixed(0).padStart(15)} B`,
    ),
    `  compiled, to the hand-written: at most ${slowest(results).toFixed(1)}× where there is no regex`,
    `  combined policy, to the best of the engines of others: ${lead(results).toFixed(1)}× as fast`,
    ...(await blockLines(effort)),
    ...(await messageLines(effort)),
    '',
  ].join('\n');
}

interface Cost {
  readonly name: string;
  /** In ns. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

interface Result {
  readonly name: string;
  readonly costs: readonly Cost[];
  /** Bytes allocated by one evaluation of the compiled expression. */
  readonly allocated: number;
}

function medianOf(costs: readonly Cost[], engine: Engine): number {
  return costs.find(({ name }) => name === engine.name)?.median ?? Number.NaN;
}

function slowest(results: readonly Result[]): number {
  const plain = results.filter(({ name }) => !name.startsWith('regex'));
  return Math.max(...plain.map(({ costs }) => medianOf(costs, COMPILED) / medianOf(costs, HAND)));
}

function lead(results: readonly Result[]): number {
  const costs = results.find(({ name }) => name === 'combined policy')?.costs ?? [];
  return Math.min(medianOf(costs, MARC), medianOf(costs, BUF)) / medianOf(costs, COMPILED);
}

/** Bytes on the heap per evaluation, over many evaluations without a garbage collection. */
function allocatedBy(evaluate: (input: never) => unknown, inputs: readonly Sample[]): number {
  const runs = 20_000;
  const run = loop(evaluate as (input: unknown) => unknown, inputs, runs);
  const deltas = Array.from({ length: 15 }, () => {
    const before = process.memoryUsage().heapUsed;
    run();
    return process.memoryUsage().heapUsed - before;
  });
  return Math.min(...deltas.filter((delta) => delta >= 0)) / runs;
}

/** Throws if two contenders have different values. */
async function costsOf(
  row: Row,
  inputs: ReadonlyMap<Engine, readonly unknown[]>,
  rounds: number,
): Promise<readonly Cost[]> {
  const prepared = ENGINES.map((engine) => ({
    name: engine.name,
    evaluate: engine.prepare(row),
    inputs: inputs.get(engine) ?? [],
  }));
  const [hand, ...others] = prepared.map(({ evaluate, inputs: each }) =>
    each.map((input) => evaluate(input as never)),
  );
  assert(hand?.includes(true) && hand.includes(false), `${row.name} comes out both ways`);
  others.forEach((outcomes, at) => {
    assert.deepEqual(outcomes, hand, `${prepared[at + 1]?.name} and the hand agree about ${row.name}`);
  });
  const contenders = prepared.map(({ name, evaluate, inputs: each }): Contender => {
    return { name, run: loop(evaluate as (input: unknown) => unknown, each, EVALUATIONS[name] ?? 0) };
  });
  const measured = await measure(contenders, { rounds, runs: 1 });
  return measured.map(({ name, median, least, most }) => {
    const per = 1000 / (EVALUATIONS[name] ?? 1);
    return { name, median: median * per, least: least * per, most: most * per };
  });
}

/**
 * A separate loop function per contender: in a shared loop the call site would be megamorphic,
 * which costs the fastest contenders most.
 */
function loop(
  evaluate: (input: unknown) => unknown,
  inputs: readonly unknown[],
  count: number,
): () => number {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- a function of its own
  const make = new Function(
    'evaluate',
    'inputs',
    'count',
    `return () => {
      let held = 0;
      for (let i = 0; i < count; i++) if (evaluate(inputs[i & ${SAMPLES - 1}]) === true) held++;
      return held;
    };`,
  ) as (...args: readonly unknown[]) => () => number;
  return make(evaluate, inputs, count);
}

const CELL = 28;

function cell({ median, least, most }: Cost, first: Cost | undefined): string {
  const digits = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  const ratio = median / (first?.median ?? median);
  return `${digits(median)} (${digits(least)}–${digits(most)}) ${ratio.toFixed(1)}×`.padStart(CELL);
}
