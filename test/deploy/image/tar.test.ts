import { execFile } from 'node:child_process';
import { readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Entry, tar } from '../../../deploy/image/tar.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const run = promisify(execFile);

const LONG = `${'folder/'.repeat(18)}file.txt`;
const ENTRIES: readonly Entry[] = [
  { path: 'usr/bin/program', content: Buffer.from('#!'), mode: 0o755 },
  { path: 'lib', link: 'usr/lib' },
  { path: 'tmp', folder: true, mode: 0o1777 },
  { path: 'run/socket', folder: true, mode: 0o755, owner: 65_532 },
  { path: 'etc/name-ä', content: Buffer.alloc(1000, 'x'), mode: 0o644 },
  { path: LONG, content: Buffer.from('long'), mode: 0o644 },
];

test('the order of entries does not matter', () => {
  expect(tar(ENTRIES.toReversed(), 1_800_000_000).equals(tar(ENTRIES, 1_800_000_000))).toBe(true);
});

test('tar unpacks files, links, modes and times, and paths of more than 100 bytes', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const archive = join(folder, 'layer.tar');
  await writeFile(archive, tar(ENTRIES, 1_800_000_000));
  await run('tar', ['-xpf', archive, '-C', folder, '--no-same-owner']);
  expect(await readFile(join(folder, LONG), 'utf8')).toBe('long');
  expect(await readFile(join(folder, 'etc/name-ä'), 'utf8')).toHaveLength(1000);
  expect(await readlink(join(folder, 'lib'))).toBe('usr/lib');
  const program = await stat(join(folder, 'usr/bin/program'));
  expect([program.mode & 0o7777, program.mtimeMs]).toEqual([0o755, 1_800_000_000_000]);
  expect((await stat(join(folder, 'tmp'))).mode & 0o7777).toBe(0o1777);
  const { stdout } = await run('tar', ['-tvf', archive, '--numeric-owner']);
  expect(stdout).toMatch(/drwxr-xr-x 65532\/65532 +0 \S+ \S+ run\/socket\//);
  expect(stdout).toMatch(/drwxr-xr-x 0\/0 +0 \S+ \S+ usr\//);
});

test('a path that does not fit, and a path that occurs twice, are refused', () => {
  const file = (path: string): Entry => ({ path, content: Buffer.alloc(0), mode: 0o644 });
  expect(() => tar([file('x'.repeat(101))], 0)).toThrow('is too long for tar');
  expect(() => tar([file('a'), file('a')], 0)).toThrow('the layer has `a` twice');
});
