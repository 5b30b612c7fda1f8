import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileSink, streamSink } from '../../../src/sidecar/audit/sink.ts';

describe('a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lictor-sink-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('is appended to, and is not readable for all users', async () => {
    const path = join(folder, 'audit.log');
    for (const line of ['a\n', 'b\n']) {
      const sink = await fileSink(path);
      await sink.write(Buffer.from(line));
      await sink.close();
    }
    expect(await readFile(path, 'utf8')).toBe('a\nb\n');
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  test('that was moved away is created again by reopening', async () => {
    const path = join(folder, 'audit.log');
    const sink = await fileSink(path);
    await sink.write(Buffer.from('old\n'));
    await rename(path, `${path}.1`);
    await sink.write(Buffer.from('still old\n'));
    await sink.reopen();
    await sink.write(Buffer.from('new\n'));
    await sink.close();
    expect(await readFile(`${path}.1`, 'utf8')).toBe('old\nstill old\n');
    expect(await readFile(path, 'utf8')).toBe('new\n');
  });

  test('whose last line is torn, as by a full disk, continues in a new line after a restart and a reopening', async () => {
    const path = join(folder, 'audit.log');
    await writeFile(path, 'whole\ntor');
    const sink = await fileSink(path);
    await sink.write(Buffer.from('a\n'));
    await rename(path, `${path}.1`);
    await writeFile(path, 'tor');
    await sink.reopen();
    await sink.write(Buffer.from('b\n'));
    await sink.reopen();
    await sink.write(Buffer.from('c\n'));
    await sink.close();
    expect(await readFile(`${path}.1`, 'utf8')).toBe('whole\ntor\na\n');
    expect(await readFile(path, 'utf8')).toBe('tor\nb\nc\n');
  });

  test('in a missing folder is an error', async () => {
    const path = join(folder, 'inner', 'audit.log');
    await expect(fileSink(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that is full rejects', async () => {
    const sink = await fileSink('/dev/full');
    await expect(sink.write(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
    await sink.close();
  });
});

describe('a stream', () => {
  test('writes lines', async () => {
    const stream = new PassThrough();
    const sink = streamSink('stdout', stream);
    await sink.write(Buffer.from('a\n'));
    await sink.close();
    expect(String(stream.read())).toBe('a\n');
  });

  test('that its reader has closed rejects, and does not end the process', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const sink = streamSink('stdout', stream);
    await expect(sink.write(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'EPIPE' });
    await expect(sink.write(Buffer.from('b\n'))).rejects.toMatchObject({ code: 'EPIPE' });
    await sink.close();
  });
});
