import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { lineBatches } from '../../../src/sidecar/audit/log-lines.ts';
import { LogReader } from '../../../src/sidecar/audit/log-reader.ts';
import { logsInTime } from '../../../src/sidecar/audit/logs-in-time.ts';
import { openLog } from '../../../src/sidecar/audit/plain-log.ts';

type Result = { readonly record: Timed; readonly problem?: undefined } | { readonly problem: string };
interface Timed {
  readonly time: number;
}

/** Numbers as records, anything else as a problem. */
function readNumber(line: string): Result {
  return /^\d+$/.test(line.trim()) ? { record: { time: Number(line) } } : { problem: 'holds no number' };
}

function readerOf(bytes: Uint8Array, chunk = 3): LogReader<Timed> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    Buffer.from(bytes.subarray(at * chunk, (at + 1) * chunk)),
  );
  return new LogReader('log', () => Readable.from(chunks), readNumber);
}

async function timesOf(reader: LogReader<Timed>): Promise<readonly number[]> {
  const times: number[] = [];
  for await (const batch of reader.batches()) times.push(...batch.map(({ time }) => time));
  return times;
}

const PLAIN = Buffer.from('1\n22\n\n333\r\n4444');

test.each<[string, Uint8Array]>([
  ['plain', PLAIN],
  ['compressed by gzip', gzipSync(PLAIN)],
  ['compressed by zstd', zstdCompressSync(PLAIN)],
  [
    'of two files of gzip, one after the other',
    Buffer.concat([gzipSync(PLAIN.subarray(0, 7)), gzipSync(PLAIN.subarray(7))]),
  ],
])('a log that is %s is read, whatever its chunks are', async (_, bytes) => {
  for (const chunk of [1, 2, 3, 7, 1000]) {
    const reader = readerOf(bytes, chunk);
    expect(await timesOf(reader)).toEqual([1, 22, 333, 4444]);
    expect(reader).toMatchObject({ unread: undefined, problem: undefined });
  }
});

test('an empty log has no records', async () => {
  expect(await timesOf(readerOf(Buffer.alloc(0)))).toEqual([]);
});

test('lines without a record are counted, and the first is named', async () => {
  const reader = readerOf(Buffer.from('1\n\nx\n2\ny\n'));
  expect(await timesOf(reader)).toEqual([1, 2]);
  expect(reader.unread).toEqual({ count: 2, line: 3, problem: 'holds no number' });
});

test('a line without an end, and one that is too long, are told', async () => {
  const lines: unknown[] = [];
  const chunks = ['12', '3\n1234', '5678', '9\n123'].map((text) => Buffer.from(text));
  for await (const batch of lineBatches(Readable.from(chunks), 4))
    for (const { number, bytes, isEnded } of batch) lines.push([number, bytes?.toString(), isEnded]);
  expect(lines).toEqual([
    [1, '123', true],
    [2, undefined, true],
    [3, '123', false],
  ]);
});

test('a line that is longer than any record is left out', async () => {
  const reader = readerOf(Buffer.from(`1\n${'2'.repeat(1_048_577)}\n3\n`), 100_000);
  expect(await timesOf(reader)).toEqual([1, 3]);
  expect(reader.unread).toEqual({ count: 1, line: 2, problem: 'is longer than any record' });
});

test.each<[string, Uint8Array, string]>([
  ['is cut', gzipSync(PLAIN).subarray(0, 20), '`log` cannot be read: unexpected end of file'],
  [
    'is damaged',
    Buffer.concat([Buffer.of(0x1f, 0x8b), Buffer.alloc(9, 9)]),
    '`log` cannot be read: unknown compression method',
  ],
])('a compressed log that %s has a problem', async (_, bytes, problem) => {
  const reader = readerOf(bytes);
  await timesOf(reader);
  expect(reader.problem).toBe(problem);
});

test('a file is read, and one that is missing has a problem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lictor-logs-'));
  try {
    await writeFile(join(folder, 'a.jsonl'), PLAIN);
    const open = (name: string) =>
      new LogReader(name, () => openLog(name, folder, Readable.from([Buffer.from('7\n')])), readNumber);
    expect(await timesOf(open('a.jsonl'))).toEqual([1, 22, 333, 4444]);
    expect(await timesOf(open('-'))).toEqual([7]);
    const missing = open('missing.jsonl');
    expect(await timesOf(missing)).toEqual([]);
    expect(missing.problem).toBe('`missing.jsonl` does not exist');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the records of several logs come in the order of time', async () => {
  const texts = ['1\n4\n4\n9\n', '2\n3\n10\n', '', '5\n'];
  const logs = texts.map((text) => readerOf(Buffer.from(text), 2));
  const found: string[] = [];
  for await (const batch of logsInTime(logs))
    for (const { record, log } of batch) found.push(`${record.time}:${log}`);
  expect(found).toEqual(['1:0', '2:1', '3:1', '4:0', '4:0', '5:3', '9:0', '10:1']);
});
