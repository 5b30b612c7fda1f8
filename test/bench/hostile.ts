import type { HostileFolder } from '../policy/hostile-folders/hostile-folder.ts';
import { HOSTILE_FOLDERS } from '../policy/hostile-folders/hostile-folders.ts';
import { HostileServer } from '../support/hostile-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { at, row } from './rows.ts';

/** Time of the checks before each folder, with which the ones beside it are compared, in milliseconds. */
const QUIET = 1000;
/** Longest time of one folder, in milliseconds. */
const LIMIT = 60_000;
/** One folder of so many is in the short form. */
const SHARE = 4;

/** Measures checks at a running sidecar while hostile folders arrive, and its memory: one of four folders. */
export function hostilePart(): Promise<string> {
  return measured([LARGE, ...HOSTILE_FOLDERS.filter((_folder, at) => at % SHARE === 0)]);
}

/** The same with all folders. */
export function everyHostilePart(): Promise<string> {
  return measured([LARGE, ...HOSTILE_FOLDERS]);
}

async function measured(
  folders: readonly Pick<HostileFolder, 'name' | 'outcome' | 'files'>[],
): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const server = await HostileServer.start(await scratchFolder(stack));
  stack.defer(() => server.stop());
  const lines = [
    'hostile: checks beside hostile folders. p99 and most: elapsed ms, in the second before the folder and beside it;',
    'turn: most processor ms of the serving thread between two looks 5 ms apart, before and beside; gc: longest pause in',
    'elapsed ms; MiB: resident memory of the sidecar and of its loading process',
    '',
    row('p99', 'beside', 'more', 'most', 'turn', 'beside', 'gc', 'MiB', 'loading', 'folder'),
  ];
  for (const folder of folders) {
    process.stderr.write(`${folder.name}\n`);
    lines.push(await lineOf(server, folder));
  }
  return `${lines.join('\n')}\n`;
}

async function lineOf(
  server: HostileServer,
  { name, outcome, files }: Pick<HostileFolder, 'name' | 'outcome' | 'files'>,
): Promise<string> {
  const before = await server.quiet(QUIET);
  const arrival = await server.arrive(files(), undefined, LIMIT).catch(() => undefined);
  if (arrival === undefined)
    return row(...Array.from({ length: 9 }, () => '-'), `${name}: over ${LIMIT / 1000} s`);
  const { times, loop, memory, loading, codes, wrong } = arrival;
  const became = codes[0] ?? 'loads';
  const note = became === outcome ? '' : ` (${became})`;
  const [quiet, beside] = [at(before.times, 0.99), at(times, 0.99)];
  const figures = [quiet, beside, beside - quiet, at(times, 1), before.loop.cpu, loop.cpu, loop.collection];
  return row(
    ...figures.map((figure) => figure.toFixed(1)),
    memory.toFixed(0),
    loading.toFixed(0),
    `${name}: ${outcome}${note}${wrong > 0 ? `, ${wrong} WRONG` : ''}`,
  );
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
