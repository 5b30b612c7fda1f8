import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileSink } from '../../../src/sidecar/audit/file-sink.ts';
import type { Sink } from '../../../src/sidecar/audit/sink.ts';
import { streamSink } from '../../../src/sidecar/audit/stream-sink.ts';
import { makePipe } from '../../support/pipes.ts';

async function sinkOf(path: string): Promise<Sink> {
  return (await fileSink(path)).sink;
}

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
      const sink = await sinkOf(path);
      await sink.write(Buffer.from(line));
      await sink.close();
    }
    expect(await readFile(path, 'utf8')).toBe('a\nb\n');
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  test('that was moved away is created again by reopening', async () => {
    const path = join(folder, 'audit.log');
    const sink = await sinkOf(path);
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
    const sink = await sinkOf(path);
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
    await expect(sinkOf(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that is full rejects', async () => {
    const sink = await sinkOf('/dev/full');
    await expect(sink.write(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
    await sink.close();
  });
});

describe('a named pipe', () => {
  /** More than a pipe holds, so that its write ends only when somebody reads. */
  const LONG = `${'x'.repeat(200_000)}\n`;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lictor-sink-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** Reads until there is a whole line, and returns it when its write is over. */
  async function readLine(read: () => string, written: Promise<void>): Promise<string> {
    let text = '';
    while (!text.endsWith('\n')) {
      text += read();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    return text;
  }

  test('is not torn by a reopening within a line', async () => {
    const pipe = makePipe(join(folder, 'pipe'));
    const sink = await sinkOf(pipe.path);
    const written = sink.write(Buffer.from(LONG));
    await sink.reopen();
    const text = await readLine(pipe.read, written);
    await sink.write(Buffer.from('next\n'));
    expect(text + pipe.read()).toBe(`${LONG}next\n`);
    await sink.close();
    pipe.close();
  });

  test('that another one replaced gets the line on its way, and the other one the next', async () => {
    const path = join(folder, 'pipe');
    const old = makePipe(path);
    const sink = await sinkOf(path);
    const written = sink.write(Buffer.from(LONG));
    await rename(path, `${path}.1`);
    const other = makePipe(path);
    const reopened = sink.reopen();
    expect(await readLine(old.read, written)).toBe(LONG);
    await reopened;
    await sink.write(Buffer.from('next\n'));
    expect(other.read()).toBe('next\n');
    await sink.close();
    old.close();
    other.close();
  });

  test('whose reader hangs gives way to the one that replaced it', async () => {
    const path = join(folder, 'pipe');
    const old = makePipe(path);
    const sink = await sinkOf(path);
    const written = Promise.allSettled([sink.write(Buffer.from(LONG))]);
    await rename(path, `${path}.1`);
    const other = makePipe(path);
    await sink.reopen();
    expect(await written).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'ECANCELED' }) },
    ]);
    await sink.write(Buffer.from('next\n'));
    expect(other.read()).toBe('next\n');
    await sink.close();
    old.close();
    other.close();
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
