import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { hexOf } from '../../../src/sidecar/audit/chain/chain-line.ts';
import { readTree } from '../../../src/sidecar/audit/chain/tree-file.ts';
import { readCheckpoint } from '../../../src/tlog/checkpoint.ts';
import {
  type KnownCheckpoint,
  type LogSource,
  type Verification,
  verifyLogs,
} from '../../../src/tools/audit/verify-logs.ts';
import cases from '../../cases/audit/tampering.json' with { type: 'json' };
import { auditKeys, honestLog, LOG_KEYS, openChain } from '../../support/chained-log.ts';
import { rechained } from '../../support/rechained.ts';

/** Lines of the files of a log, by name, in order. */
type Files = ReadonlyMap<string, readonly string[]>;

let folder: string;
let honest: Files;
/** The file that continues `b`, and one that continues it in another way. */
let later: readonly string[];
let fork: readonly string[];
let known: readonly KnownCheckpoint[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-tampering-'));
  honest = new Map(Object.entries(await honestLog(folder)));
  known = await knownBeside(join(folder, 'b.jsonl'));
  later = await continued();
  fork = await forked();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function knownBeside(path: string): Promise<readonly KnownCheckpoint[]> {
  const tree = await readTree(path);
  const { checkpoint } = readCheckpoint(tree?.note ?? '');
  if (tree === undefined || checkpoint === undefined) throw new Error('there is no tree beside the log');
  const last = { size: tree.state.range.end, hash: hexOf(tree.state.last) };
  return [{ name: 'b.jsonl.tree', checkpoint, last }];
}

async function linesOf(path: string): Promise<readonly string[]> {
  return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
}

async function continued(): Promise<readonly string[]> {
  const path = join(folder, 'later.jsonl');
  await writeFile(path, textOf(honest.get('b') ?? []));
  const chain = await openChain(path);
  await rename(path, join(folder, 'moved.jsonl'));
  await chain.sink.reopen();
  await chain.write(40, 4);
  await chain.sink.close();
  return await linesOf(path);
}

async function forked(): Promise<readonly string[]> {
  const path = join(folder, 'fork.jsonl');
  await writeFile(path, textOf(honest.get('b')?.slice(0, 9) ?? []));
  const chain = await openChain(path);
  await chain.write(100, 3);
  await chain.sink.close();
  return await linesOf(path);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

type Operand = string | number;

/** Changes of the lines of one file; numbers are those of lines, from 1. */
const LINE_CHANGES: Readonly<Record<string, (lines: string[], operands: readonly Operand[]) => void>> = {
  edit(lines, [at, from, to]) {
    const line = lines[Number(at) - 1] ?? '';
    if (!line.includes(String(from))) throw new Error(`line ${at} does not have ${from}: ${line}`);
    lines[Number(at) - 1] = line.replace(String(from), String(to));
  },
  pad(lines, [at, length]) {
    lines[Number(at) - 1] = `${' '.repeat(Number(length))}${lines[Number(at) - 1]}`;
  },
  drop: (lines, [from, to]) => void lines.splice(Number(from) - 1, Number(to) - Number(from) + 1),
  insert: (lines, [at, line]) => void lines.splice(Number(at) - 1, 0, String(line)),
  copy: (lines, [from, to]) => void lines.splice(Number(to) - 1, 0, lines[Number(from) - 1] ?? ''),
  forge(lines, [at, line]) {
    const [, link = ''] = /(,"seq":.*)$/.exec(lines[Number(at) - 1] ?? '') ?? [];
    lines.splice(Number(at) - 1, 0, String(line).slice(0, -1) + link);
  },
  swap(lines, [one, other]) {
    const [a, b] = [Number(one) - 1, Number(other) - 1];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  },
  move: (lines, [from, to]) => void lines.splice(Number(to) - 1, 0, ...lines.splice(Number(from) - 1, 1)),
  cut: (lines, [from]) => void lines.splice(Number(from) - 1),
};

/** Changes of a log as a whole. */
const LOG_CHANGES: Readonly<
  Record<string, (files: Map<string, string[]>, operands: readonly Operand[]) => void>
> = {
  remove: (files, [name]) => void files.delete(String(name)),
  rename(files) {
    const [a, b] = [files.get('a') ?? [], files.get('b') ?? []];
    files.set('a', b).set('b', a);
  },
  rechain: (files) => rechain(files, undefined),
  resign: (files) => rechain(files, auditKeys('audit.acme.example/orders', 2).signer),
  later: (files) => void files.set('c', [...later]),
  fork: (files) => void files.set('c', [...fork]),
};

function rechain(files: Map<string, string[]>, key: Parameters<typeof rechained>[1]): void {
  const lines = rechained([...files.values()].flat(), key);
  for (const [name, before] of files) files.set(name, lines.splice(0, before.length));
}

/** The sources after changes. A `tear` leaves a last line without its end. */
function changed(changes: readonly (readonly Operand[])[]): readonly LogSource[] {
  const files = new Map([...honest].map(([name, lines]) => [name, [...lines]]));
  let torn: { readonly name: string; readonly bytes: number } | undefined;
  for (const [kind = '', ...operands] of changes) {
    const [name = '', ...rest] = operands;
    if (kind === 'tear') torn = { name: String(name), bytes: Number(rest[1]) };
    const change = LOG_CHANGES[kind];
    const lineChange = LINE_CHANGES[kind];
    if (kind === 'across') files.get('a')?.splice(8, 0, files.get('b')?.[3] ?? '');
    else if (change !== undefined) change(files, operands);
    else if (lineChange !== undefined) lineChange(files.get(String(name)) ?? [], rest);
    else if (kind !== 'tear' && kind !== 'forget') throw new Error(`unknown change ${kind}`);
  }
  return [...files].map(([name, lines]) =>
    sourceOf(name, lines, torn?.name === name ? torn.bytes : undefined),
  );
}

function sourceOf(name: string, lines: readonly string[], tornAt?: number): LogSource {
  const text =
    tornAt === undefined ? textOf(lines) : textOf(lines.slice(0, -1)) + (lines.at(-1) ?? '').slice(0, tornAt);
  const bytes = Buffer.from(text);
  return {
    name,
    open: () => Readable.from(bytes.length === 0 ? [] : [bytes.subarray(0, 700), bytes.subarray(700)]),
  };
}

async function verified(sources: readonly LogSource[], beside = known): Promise<Verification> {
  return await verifyLogs(sources, { keys: [LOG_KEYS.verifier], witnessKeys: [], known: beside });
}

test('an honest log with a rotation, a crash and a restart has no fault', async () => {
  const { faults, notes, trees } = await verified(changed([]));
  expect(faults).toEqual([]);
  expect(notes).toEqual([
    'b:11: the line is unfinished, after a crash or a failed write, as the log says',
    'b:12: the process before ended without a `stop`, as in a crash',
  ]);
  expect(trees).toHaveLength(1);
  expect(trees[0]).toMatchObject({
    first: 0,
    size: 39,
    signed: 39,
    records: 28,
    checkpoints: 5,
    isStopped: true,
  });
});

test('an honest log that is still written has no fault, whatever its last line is', async () => {
  const lines = honest.get('b') ?? [];
  for (let count = 1; count <= lines.length; count++) {
    for (const tornAt of [undefined, 1, 50]) {
      const sources = [sourceOf('a', honest.get('a') ?? []), sourceOf('b', lines.slice(0, count), tornAt)];
      const { faults } = await verified(sources, []);
      expect({ count, tornAt, faults }).toEqual({ count, tornAt, faults: [] });
    }
  }
});

test('a later file alone has no fault, and says from where on it was verified', async () => {
  const { faults, notes } = await verified([sourceOf('b', honest.get('b') ?? [])]);
  expect(faults).toEqual([]);
  expect(notes[0]).toBe('b:1: the log begins with line 22 of its tree; the lines before are not given');
});

test('the order in which the files are given does not matter', async () => {
  const { faults } = await verified(changed([]).toReversed());
  expect(faults).toEqual([]);
});

test.each(cases)('$name', async ({ change, fault }) => {
  const { faults } = await verified(changed(change));
  const [kind, file, line] = fault;
  expect(faults[0]).toMatchObject({ kind, file, line });
});

test('there are at least 40 ways of tampering', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
});
