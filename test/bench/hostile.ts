import { HOSTILE_FOLDERS } from '../policy/hostile-folders/hostile-folders.ts';
import { HostileServer } from '../support/hostile-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import type { Effort } from './measure.ts';

/** Time of the checks before the first folder, in milliseconds. */
const QUIET = 5000;

/** Measures checks at a running sidecar while each hostile folder arrives, and its memory. */
export async function hostilePart(_effort: Effort): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const server = await HostileServer.start(await scratchFolder(stack));
  stack.defer(() => server.stop());
  const quiet = shown(await server.quiet(QUIET));
  const lines = [
    'hostile: checks beside hostile folders, elapsed ms; the sidecar in MiB',
    '',
    row('p50', 'p99', 'most', 'MiB', 'folder'),
  ];
  lines.push(row(...quiet, '', 'nothing arrives'));
  for (const { name, outcome, files } of [LARGE, ...HOSTILE_FOLDERS]) {
    const { times, codes, memory, wrong } = await server.arrive(files());
    const became = codes[0] ?? 'loads';
    const note = became === outcome ? '' : ` (${became})`;
    lines.push(
      row(
        ...shown(times),
        memory.toFixed(0),
        `${name}: ${outcome}${note}${wrong > 0 ? `, ${wrong} WRONG` : ''}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Sound tables of 300,000 rows together. */
const LARGE = {
  name: 'thirty tables of 10,000 rows',
  outcome: 'loads',
  files: (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, table) => [
        [
          `t${table}.yaml`,
          `apiVersion: lictor/v1\nkind: Dataset\nmetadata: {name: t${table}}\nspec: {file: t${table}.csv, key: id}\n`,
        ],
        [
          `t${table}.csv`,
          `id,tenant,region,plan\n${Array.from({ length: 10_000 }, (_row, at) => `r${at},tenant-${at % 97},eu-${at % 7},plan-${at % 5}`).join('\n')}\n`,
        ],
      ]).flat(),
    ) as Readonly<Record<string, string>>,
} as const;

function shown(times: readonly number[]): readonly [string, string, string] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return [at(0.5), at(0.99), at(1)];
}

function row(p50: string, p99: string, most: string, memory: string, folder: string): string {
  return `  ${p50.padStart(8)}${p99.padStart(8)}${most.padStart(8)}${memory.padStart(6)}  ${folder}`;
}
