import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { newTree, ORIGIN_BYTES } from '../../../../src/sidecar/audit/chain/chain-state.ts';
import { chainedSink } from '../../../../src/sidecar/audit/chain/chained-sink.ts';
import { recoverChain } from '../../../../src/sidecar/audit/chain/recover-chain.ts';
import { treePath } from '../../../../src/sidecar/audit/chain/tree-file.ts';
import { fileSink } from '../../../../src/sidecar/audit/file-sink.ts';
import type { LogFile } from '../../../../src/sidecar/audit/log-file.ts';
import { UNBOUNDED } from '../../../../src/sidecar/audit/rotation.ts';
import { type Sink, WriteFailure } from '../../../../src/sidecar/audit/sink.ts';
import { verifyLogs } from '../../../../src/tools/audit/verify-logs.ts';
import { LOG_KEYS, openChain, recordLine } from '../../../support/chained-log.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-chain-'));
  path = join(folder, 'decisions.jsonl');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The verification of texts as the files of one log. */
async function verified(...texts: readonly string[]) {
  const sources = texts.map((text, index) => ({
    name: `${index}`,
    open: () => Readable.from([Buffer.from(text)]),
  }));
  return await verifyLogs(sources, { keys: [LOG_KEYS.verifier], witnessKeys: [], known: [] });
}

const events = (text: string): readonly (string | undefined)[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => /"event":"([a-z]+)"/.exec(line)?.[1] ?? /"decision_id":"([^"]+)"/.exec(line)?.[1]);

/** A file of which each write ends after as many bytes as the next of `limits`, if there is one. */
function limited(file: LogFile, limits: number[]): LogFile {
  return {
    ...file,
    get size() {
      return file.size;
    },
    get createdAt() {
      return file.createdAt;
    },
    async write(lines) {
      const limit = limits.shift();
      if (limit === undefined || limit >= lines.length) {
        await file.write(lines);
        return;
      }
      const part = lines.subarray(0, limit);
      if (limit > 0) await file.write(part);
      const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      throw new WriteFailure(full, limit, part.filter((byte) => byte === 0x0a).length);
    },
  };
}

async function limitedChain(limits: number[]): Promise<Sink> {
  const { file } = await fileSink(path);
  if (file === undefined) throw new Error('not a file');
  const another = () => newTree('audit', Buffer.alloc(ORIGIN_BYTES, 1));
  const sink = limited(file, limits);
  return chainedSink({
    sink,
    file: sink,
    bounds: UNBOUNDED,
    key: LOG_KEYS.signer,
    version: '0.1.0',
    begin: await recoverChain(path, another),
    another,
    clock: Date.now,
    onCheckpoint: async () => {},
    onFailure: () => {},
    interval: 3_600_000,
  });
}

const lines = (from: number, count: number): Uint8Array =>
  Buffer.from(Array.from({ length: count }, (_, index) => recordLine(from + index)).join(''));

test('a write that a full disk cuts off anywhere loses only what was not written, and the log says so', async () => {
  for (const limit of [0, 1, 200, 300, 500, 700, 900, 1000]) {
    const sink = await limitedChain([limit, 0, 30]);
    const failures: unknown[] = [];
    for (const from of [0, 5, 10, 15]) {
      await sink.write(lines(from, 5)).catch((error: unknown) => {
        failures.push(error);
        sink.omit?.('dropped', 5 - (error instanceof WriteFailure ? error.lines : 0));
      });
    }
    expect(failures).toHaveLength(3);
    await sink.close();
    const text = await readFile(path, 'utf8');
    const { faults, trees } = await verified(text);
    expect({ limit, faults }).toEqual({ limit, faults: [] });
    const [tree] = trees;
    expect((tree?.records ?? 0) + (tree?.dropped ?? 0)).toBe(20);
    await rm(path);
  }
});

test('records that are left out are noted with the next checkpoint, by cause', async () => {
  const { sink, write } = await openChain(path);
  await write(0, 2);
  sink.omit?.('dropped', 3);
  sink.omit?.('sampled', 40);
  await sink.close();
  const text = await readFile(path, 'utf8');
  expect(events(text)).toEqual(['start', 'id-0', 'id-1', 'omitted', 'stop', 'checkpoint']);
  expect(text).toContain('"dropped":3,"sampled":40');
  const { trees } = await verified(text);
  expect(trees[0]).toMatchObject({ dropped: 3, sampled: 40 });
});

test('lines get a checkpoint when the interval is over', async () => {
  const { file } = await fileSink(path);
  if (file === undefined) throw new Error('not a file');
  const signed = Promise.withResolvers<void>();
  const another = () => newTree('audit', Buffer.alloc(ORIGIN_BYTES, 1));
  const sink = chainedSink({
    sink: file,
    file,
    bounds: UNBOUNDED,
    key: LOG_KEYS.signer,
    version: '0.1.0',
    begin: { state: another(), unfinished: [] },
    another,
    clock: Date.now,
    onCheckpoint: async () => signed.resolve(),
    onFailure: () => {},
    interval: 1,
  });
  await sink.write(lines(0, 1));
  await signed.promise;
  expect(events(await readFile(path, 'utf8'))).toEqual(['start', 'id-0', 'checkpoint']);
  await sink.close();
});

test('a file that is large is continued in another one, and both are one tree', async () => {
  const { file } = await fileSink(path);
  if (file === undefined) throw new Error('not a file');
  const another = () => newTree('audit', Buffer.alloc(ORIGIN_BYTES, 1));
  const sink = chainedSink({
    sink: file,
    file,
    bounds: { maxSize: 1000, maxAge: Infinity },
    key: LOG_KEYS.signer,
    version: '0.1.0',
    begin: { state: another(), unfinished: [] },
    another,
    clock: () => Date.parse('2026-06-01T12:00:00Z'),
    onCheckpoint: async () => {},
    onFailure: (error) => {
      throw error;
    },
    interval: 3_600_000,
  });
  await sink.write(lines(0, 3));
  await sink.write(lines(3, 3));
  await sink.close();
  const first = await readFile(join(folder, 'decisions-20260601T120000.000Z.jsonl'), 'utf8');
  const second = await readFile(path, 'utf8');
  expect(events(first)).toEqual(['start', 'id-0', 'id-1', 'id-2', 'rotation', 'checkpoint']);
  expect(events(second)).toEqual(['segment', 'id-3', 'id-4', 'id-5', 'stop', 'checkpoint']);
  const { faults, trees } = await verified(second, first);
  expect({ faults, trees: trees.length }).toEqual({ faults: [], trees: 1 });
});

test('a stream that failed is continued by another tree, since its reader may have lost lines', async () => {
  const written: string[] = [];
  let fails = false;
  let random = 0;
  const another = () => newTree('audit', Buffer.alloc(ORIGIN_BYTES, ++random));
  const sink = chainedSink({
    sink: {
      name: 'stdout',
      async write(bytes) {
        if (fails) throw new Error('write EPIPE');
        written.push(Buffer.from(bytes).toString());
      },
      async reopen() {},
      async close() {},
    },
    bounds: UNBOUNDED,
    key: LOG_KEYS.signer,
    version: '0.1.0',
    begin: { state: another(), unfinished: [] },
    another,
    clock: Date.now,
    onCheckpoint: async () => {},
    onFailure: () => {},
    interval: 3_600_000,
  });
  await sink.write(lines(0, 1));
  fails = true;
  await expect(sink.write(lines(1, 1))).rejects.toThrow('write EPIPE');
  fails = false;
  await sink.write(lines(2, 1));
  const { faults, trees } = await verified(written.join(''));
  expect(faults).toEqual([]);
  expect(trees.map(({ origin, size }) => ({ origin, size }))).toEqual([
    { origin: `audit/${'01'.repeat(12)}`, size: 2 },
    { origin: `audit/${'02'.repeat(12)}`, size: 2 },
  ]);
});

test('a log that lacks lines which were signed is not continued: another tree begins, and verification finds the loss', async () => {
  const first = await openChain(path);
  for (const from of [0, 4]) await first.write(from, 4);
  await first.sink.close();
  const all = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, `${all.slice(0, 4).join('\n')}\n`);
  const { faults: unknown } = await verified(await readFile(path, 'utf8'));
  expect(unknown).toEqual([]);
  const second = await openChain(path, LOG_KEYS.signer, 9);
  await second.write(8, 1);
  await second.sink.close();
  const { faults, trees } = await verified(await readFile(path, 'utf8'));
  expect(trees).toHaveLength(2);
  expect(faults).toEqual([
    {
      kind: 'truncated',
      file: '0',
      line: 5,
      message: 'lines 4 to 11 of the tree are missing before this line',
    },
  ]);
});

test('a log without its tree file is continued from its own lines', async () => {
  const first = await openChain(path);
  await first.write(0, 9);
  await rm(treePath(path));
  const second = await openChain(path);
  await second.write(9, 1);
  await second.sink.close();
  const { faults, trees } = await verified(await readFile(path, 'utf8'));
  expect(faults).toEqual([]);
  expect(trees).toHaveLength(1);
});

test('a chain begins after records that were written without one', async () => {
  await writeFile(path, recordLine(0) + recordLine(1));
  const { sink, write } = await openChain(path);
  await write(2, 1);
  await sink.close();
  const { faults, notes } = await verified(await readFile(path, 'utf8'));
  expect(faults).toEqual([]);
  expect(notes).toEqual(['0:1: 2 lines before the chain begins are not part of it']);
});

test('a line that is longer than entries of a log can be is chained by its digest', async () => {
  const { sink } = await openChain(path);
  const long = `{"v":1,"text":"${'x'.repeat(70_000)}"}\n`;
  await sink.write(Buffer.from(long + recordLine(1)));
  await sink.close();
  expect((await verified(await readFile(path, 'utf8'))).faults).toEqual([]);
});
