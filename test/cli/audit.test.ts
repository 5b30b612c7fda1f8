import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readSignerKey } from '../../src/tlog/note-key.ts';
import { honestLog, LOG_KEYS, openChain } from '../support/chained-log.ts';
import { type Ended, lictor } from '../support/command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-audit-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const audit = async (args: readonly string[], input = ''): Promise<Ended> =>
  await lictor(['audit', ...args], { directory: folder, input });

describe('audit key', () => {
  test('writes a private key that only its owner can read, and prints the public key', async () => {
    const made = await audit(['key', '--name', 'audit.acme.example/orders', '--out', 'audit.key']);
    expect(made.code).toBe(0);
    const path = join(folder, 'audit.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { key } = readSignerKey(await readFile(path, 'utf8'));
    expect(made.stdout).toBe(`${key?.verifier.text}\n`);
    const again = await audit(['key', '--out', 'audit.key']);
    expect(again).toMatchObject({
      code: 2,
      stderr: 'lictor audit: `audit.key` exists, and is not replaced\n',
    });
  });

  test('of a witness has another type of signatures', async () => {
    const { stdout } = await audit(['key', '--witness', '--name', 'w.example', '--out', 'witness.key']);
    expect(Buffer.from(stdout.split('+')[2] ?? '', 'base64')[0]).toBe(4);
  });

  test.each([
    [[], '--out: name the file for the private key'],
    [['--name', 'a b', '--out', 'k'], '--name: `a b` has spaces or `+`, is empty or is too long'],
    [['--out', 'none/k'], '`none/k` cannot be written (ENOENT)'],
  ])('with %j is refused', async (args, problem) => {
    expect(await audit(['key', ...args])).toMatchObject({ code: 2, stderr: `lictor audit: ${problem}\n` });
  });
});

describe('audit verify', () => {
  beforeEach(async () => {
    await honestLog(folder);
    await writeFile(join(folder, 'audit.pub'), `${LOG_KEYS.verifier.text}\n`);
  });

  test('finds nothing in an honest log', async () => {
    const { code, stdout } = await audit(['verify', 'a.jsonl', 'b.jsonl', '--keys', 'audit.pub']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'note: b.jsonl:11: the line is unfinished, after a crash or a failed write, as the log says',
        'note: b.jsonl:12: the process before ended without a `stop`, as in a crash',
        'audit.acme.example/orders/010101010101010101010101: lines 0 to 38, 28 records, 5 checkpoints',
        'the log is as it was written',
        '',
      ].join('\n'),
    );
  });

  test('names the first line that was edited, as text and as JSON', async () => {
    const text = await readFile(join(folder, 'b.jsonl'), 'utf8');
    await writeFile(join(folder, 'b.jsonl'), text.replace('"decision":"deny"', '"decision":"allow"'));
    const { code, stdout } = await audit(['verify', 'a.jsonl', 'b.jsonl', '--keys', 'audit.pub']);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'b.jsonl:4: edited: line 25 of the tree has another content than the line after it says',
    );
    const json = await audit(['verify', 'a.jsonl', 'b.jsonl', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      signatures_verified: false,
      faults: [{ kind: 'edited', file: 'b.jsonl', line: 4 }],
    });
  });

  test('reads compressed files and standard input', async () => {
    const [a, b] = await Promise.all(['a.jsonl', 'b.jsonl'].map((name) => readFile(join(folder, name))));
    await writeFile(join(folder, 'a.gz'), gzipSync(a ?? ''));
    await writeFile(join(folder, 'b.zst'), zstdCompressSync(b ?? ''));
    expect((await audit(['verify', 'a.gz', 'b.zst'])).code).toBe(0);
    const piped = await audit(['verify', '-'], String(a));
    expect(piped.stdout).toContain(': lines 0 to 21, 16 records');
    expect(piped.code).toBe(0);
  });

  test('compares a log with a signed checkpoint from elsewhere', async () => {
    const last = (await readFile(join(folder, 'b.jsonl'), 'utf8')).split('\n').at(-2) ?? '';
    const { checkpoint } = JSON.parse(last) as { checkpoint: string };
    await writeFile(join(folder, 'seen'), checkpoint);
    await rm(join(folder, 'b.jsonl.tree'));
    const args = ['a.jsonl', '--keys', 'audit.pub', '--checkpoint', 'seen'];
    const { code, stdout } = await audit(['verify', ...args]);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'a.jsonl:22: truncated: the log ends with line 21 of its tree; `seen` has a tree of 38 lines',
    );
    await writeFile(join(folder, 'seen'), checkpoint.replace('orders', 'other'));
    expect(await audit(['verify', ...args])).toMatchObject({
      code: 2,
      stderr: 'lictor audit: --checkpoint: `seen` is not signed by any of the given keys\n',
    });
  });

  test.each([
    [[], 'name the logs to verify'],
    [['none.jsonl'], 'a log does not exist'],
    [['a.jsonl', '--keys', 'none'], '--keys: `none` does not exist'],
    [['a.jsonl', '--keys', 'a.jsonl'], '--keys: `a.jsonl` has no key of the form NAME+ID+BASE64'],
    [['a.jsonl', '--witness-keys', 'none'], '--witness-keys: `none` does not exist'],
    [['a.jsonl', '--checkpoint', 'a.jsonl'], '--checkpoint: `a.jsonl` has no empty line before signatures'],
  ])('with %j is refused', async (args, problem) => {
    expect(await audit(['verify', ...args])).toMatchObject({ code: 2, stderr: `lictor audit: ${problem}\n` });
  });

  test('of a log without a chain says how to have one', async () => {
    await writeFile(join(folder, 'plain.jsonl'), '{"v":1}\n');
    const { code, stdout } = await audit(['verify', 'plain.jsonl']);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'plain.jsonl:1: unchained: no line has `seq` and `prev`; `serve --audit-chain` writes them',
    );
  });

  test('of a log of the key of another process says that its checkpoints are not signed', async () => {
    const { sink, write } = await openChain(join(folder, 'c.jsonl'));
    await write(0, 1);
    await sink.close();
    await audit(['key', '--out', 'other.key']).then(({ stdout }) =>
      writeFile(join(folder, 'other.pub'), stdout),
    );
    const { code, stdout } = await audit(['verify', 'c.jsonl', '--keys', 'other.pub']);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'c.jsonl:4: unsigned: the checkpoint is not signed by any of the given keys',
    );
  });
});

describe('audit prove', () => {
  beforeEach(async () => {
    await honestLog(folder);
    await writeFile(join(folder, 'audit.pub'), `${LOG_KEYS.verifier.text}\n`);
  });

  test('proves each record of a log to a reader without the log', async () => {
    for (const [id, log] of [
      ['id-0', 'a.jsonl'],
      ['id-13', 'a.jsonl'],
      ['id-16', 'b.jsonl'],
      ['id-28', 'b.jsonl'],
    ] as const) {
      const { code, stderr } = await audit(['prove', id, '--log', log, '--out', 'proof']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const verified = await audit(['verify', '--proof', 'proof', '--keys', 'audit.pub']);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(`"decision_id":"${id}"`) });
      expect(verified.stdout).toMatch(
        /the record is in the log audit\.acme\.example\/orders\/(01)+, whose tree of \d+ lines audit\.acme\.example\/orders has signed/,
      );
    }
  });

  test('of a changed record, index, hash or checkpoint does not hold', async () => {
    const { stdout } = await audit(['prove', 'id-13', '--log', 'a.jsonl']);
    const lines = stdout.split('\n');
    const [, extra = '', , hash = ''] = lines;
    const line = Buffer.from(extra.slice('extra '.length), 'base64').toString();
    const other = Buffer.from(line.replace('"allow"', '"denyy"')).toString('base64');
    for (const [changed, problem] of [
      [stdout.replace(extra, `extra ${other}`), 'has a record that is not in the tree of its checkpoint'],
      [
        stdout.replace(hash, Buffer.alloc(32).toString('base64')),
        'has a record that is not in the tree of its checkpoint',
      ],
      [stdout.replace('index 16', 'index 15'), 'has an `extra` line that is not the record of its index'],
      [stdout.replace(`${extra}\n`, ''), 'has no `extra` line with the record'],
      [stdout.replace('\n19\n', '\n20\n'), 'has a checkpoint that is not signed by any of the given keys'],
    ] as const) {
      await writeFile(join(folder, 'proof'), changed);
      expect(await audit(['verify', '--proof', 'proof', '--keys', 'audit.pub'])).toMatchObject({
        code: 1,
        stderr: `lictor audit: --proof: \`proof\` ${problem}\n`,
      });
    }
    expect((await audit(['verify', '--proof', 'proof'])).code).toBe(2);
  });

  test.each([
    [['id-99', '--log', 'a.jsonl'], 1, 'no record of the logs has the decision id `id-99`'],
    [['id-1'], 2, '--log: name the log of the decision'],
    [[], 2, 'name one decision id, and the logs with --log'],
    [['id-1', '--log', 'none'], 2, 'a log does not exist'],
  ])('with %j is refused', async (args, code, problem) => {
    expect(await audit(['prove', ...args])).toMatchObject({ code, stderr: `lictor audit: ${problem}\n` });
  });

  test('of a log that contradicts its checkpoint is refused', async () => {
    const text = await readFile(join(folder, 'a.jsonl'), 'utf8');
    await writeFile(join(folder, 'a.jsonl'), text.replace('id-3', 'id-x'));
    expect(await audit(['prove', 'id-4', '--log', 'a.jsonl'])).toMatchObject({
      code: 1,
      stderr: 'lictor audit: `a.jsonl` contradicts its checkpoint; `audit verify` tells where\n',
    });
  });
});

test('another action is refused', async () => {
  expect(await audit(['forge'])).toMatchObject({
    code: 2,
    stderr: 'lictor audit: unknown action `forge`; write `verify`, `prove`, `query`, `key`, `witness`\n',
  });
});
