import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSink } from '../../../src/sidecar/audit/file-sink.ts';
import type { LogFile } from '../../../src/sidecar/audit/log-file.ts';
import { isDue, rotatingSink } from '../../../src/sidecar/audit/rotation.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-log-'));
  path = join(folder, 'decisions.jsonl');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function openFile(): Promise<LogFile> {
  const { file } = await fileSink(path, { isSynced: true });
  if (file === undefined) throw new Error('not a file');
  return file;
}

const NOW = Date.parse('2026-06-01T12:00:00Z');

test.each([
  [{ size: 0, createdAt: 0 }, 100, false],
  [{ size: 1, createdAt: NOW }, 9, false],
  [{ size: 1, createdAt: NOW }, 10, true],
  [{ size: 1, createdAt: NOW - 999 }, 1, false],
  [{ size: 1, createdAt: NOW - 1000 }, 1, true],
])('%j is due for %d more bytes: %s', (file, more, due) => {
  expect(isDue(file, { maxSize: 10, maxAge: 1000 }, more, NOW)).toBe(due);
});

test('a file that is large gets a name with the time, and none is overwritten', async () => {
  const file = await openFile();
  const onFailure = (error: unknown) => {
    throw error;
  };
  const sink = rotatingSink({ file, bounds: { maxSize: 4, maxAge: Infinity }, clock: () => NOW, onFailure });
  for (const line of ['a\n', 'b\n', 'c\n', 'd\n', 'e\n']) await sink.write(Buffer.from(line));
  await sink.close();
  const names = (await readdir(folder)).toSorted();
  expect(names).toEqual([
    'decisions-20260601T120000.000Z.jsonl',
    'decisions-20260601T120000.001Z.jsonl',
    'decisions.jsonl',
  ]);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  expect(texts).toEqual(['a\nb\n', 'c\nd\n', 'e\n']);
});

test('a file that cannot be rotated keeps its lines, and the failure is reported', async () => {
  const file = await openFile();
  const failures: unknown[] = [];
  const broken: LogFile = {
    ...file,
    size: 10,
    createdAt: NOW,
    rotate: async () => {
      throw new Error('read-only file system');
    },
  };
  const sink = rotatingSink({
    file: broken,
    bounds: { maxSize: 4, maxAge: Infinity },
    clock: () => NOW,
    onFailure: (error) => failures.push(error),
  });
  await sink.write(Buffer.from('a\n'));
  await sink.close();
  expect(failures).toEqual([new Error('read-only file system')]);
  expect(await readFile(path, 'utf8')).toBe('a\n');
});
