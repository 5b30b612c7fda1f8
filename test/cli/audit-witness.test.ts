import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveWitness } from '../../src/cli/audit/witness-server.ts';
import { readCheckpoint } from '../../src/tlog/checkpoint.ts';
import { formatKeys, readSignerKey } from '../../src/tlog/note-key.ts';
import { Witness, type WitnessAnswer } from '../../src/tools/audit/witness.ts';
import { LOG_KEYS, openChain } from '../support/chained-log.ts';
import { lictor } from '../support/command.ts';

const KEYS = formatKeys('witness.example/w1', Buffer.alloc(32, 9), 'cosignature');
const NOW = Date.parse('2026-06-01T12:00:00Z');

let folder: string;
let url: string;
let stop: () => Promise<void>;
let witness: Witness;
let saved: ReadonlyMap<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-witness-'));
  const { key } = readSignerKey(KEYS.signer, 'cosignature');
  if (key === undefined) throw new Error('not a key');
  const save = async (seen: ReadonlyMap<string, string>) => {
    saved = new Map(seen);
  };
  witness = new Witness({ key, logKeys: [LOG_KEYS.verifier], seen: new Map(), save, clock: () => NOW });
  const listener = await serveWitness('127.0.0.1:0', witness, () => {});
  url = `http://${listener.address}`;
  stop = () => listener.close(0);
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

const linesWith = (text: string, event: string): readonly string[] =>
  text.split('\n').filter((line) => line.includes(`"event":"${event}"`));

async function checkpointsOf(path: string): Promise<readonly string[]> {
  const lines = linesWith(await readFile(path, 'utf8'), 'checkpoint');
  return lines.map((line) => (JSON.parse(line) as { checkpoint: string }).checkpoint);
}

test('checkpoints of a log are cosigned, also after a restart, and verification tells how far', async () => {
  const path = join(folder, 'log.jsonl');
  for (const from of [0, 30, 60]) {
    const chain = await openChain(path, LOG_KEYS.signer, 0, [url]);
    for (const at of [0, 8, 16]) {
      await chain.write(from + at, 8);
      await chain.settled();
    }
    await chain.sink.close();
    expect(chain.failures).toEqual([]);
  }
  const cosigned = linesWith(await readFile(path, 'utf8'), 'cosigned');
  expect(cosigned).toHaveLength(9);
  await writeFile(join(folder, 'audit.pub'), LOG_KEYS.verifier.text);
  await writeFile(join(folder, 'witness.pub'), KEYS.verifier);
  const args = ['audit', 'verify', 'log.jsonl', '--keys', 'audit.pub', '--witness-keys', 'witness.pub'];
  const { code, stdout } = await lictor(args, { directory: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/witness witness\.example\/w1: up to line \d+/);
});

test('the last checkpoint of a log is kept before the answer, and given to everybody', async () => {
  const path = join(folder, 'log.jsonl');
  const chain = await openChain(path, LOG_KEYS.signer, 0, [url]);
  await chain.write(0, 8);
  await chain.sink.close();
  const last = (await checkpointsOf(path)).at(-1) ?? '';
  const { checkpoint } = readCheckpoint(last);
  const origin = checkpoint?.origin ?? '';
  const hash = createHash('sha256').update(origin).digest('hex');
  const answer = await fetch(`${url}/${hash}/checkpoint`);
  const text = await answer.text();
  expect(text.startsWith(last)).toBe(true);
  expect(text).toContain('— witness.example/w1 ');
  expect(saved.get(origin)).toBe(text);
  expect((await fetch(`${url}/${'0'.repeat(64)}/checkpoint`)).status).toBe(404);
});

test('a second log under the same name is not cosigned', async () => {
  const path = join(folder, 'log.jsonl');
  const first = await openChain(path, LOG_KEYS.signer, 0, [url]);
  await first.write(0, 8);
  await first.settled();
  await copyFile(path, join(folder, 'fork.jsonl'));
  await first.write(8, 8);
  await first.sink.close();
  const fork = await openChain(join(folder, 'fork.jsonl'), LOG_KEYS.signer, 0, [url]);
  await fork.write(100, 30);
  await fork.settled();
  expect(fork.failures).toEqual([
    'it answers with status 422: the checkpoint does not continue the one that was cosigned before',
  ]);
  await fork.sink.close();
});

describe('add-checkpoint', () => {
  let note: string;
  beforeEach(async () => {
    const path = join(folder, 'log.jsonl');
    const chain = await openChain(path);
    await chain.write(0, 8);
    await chain.sink.close();
    note = (await checkpointsOf(path))[0] ?? '';
  });

  test.each([
    ['of another log', (it: string) => `old 0\n\n${it.replace('audit.acme', 'audit.other')}`, 404],
    ['with a changed root', (it: string) => `old 0\n\n${it.replace('\n9\n', '\n8\n')}`, 403],
    [
      'without a signature of the log',
      (it: string) => `old 0\n\n${it.replace('— audit.acme', '— audit.acne')}`,
      403,
    ],
    ['with an old size above its size', (it: string) => `old 99\n\n${it}`, 400],
    ['with an old size that it does not have', (it: string) => `old 3\n\n${it}`, 409],
    ['with a proof from nothing', (it: string) => `old 0\n${'A'.repeat(43)}=\n\n${it}`, 422],
    ['with 64 hashes', (it: string) => `old 0\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${it}`, 400],
    ['with a size that begins with 0', (it: string) => `old 00\n\n${it}`, 400],
    ['that is not a note', () => 'old 0\n\nnote', 400],
    ['that is empty', () => '', 400],
    ['that is large', () => 'x'.repeat(400_000), 413],
    ['as it should be', (it: string) => `old 0\n\n${it}`, 200],
  ])('%s', async (_, body, status) => {
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: body(note) });
    expect(answer.status).toBe(status);
    if (status === 409) {
      expect(await answer.text()).toBe('0\n');
      expect(answer.headers.get('content-type')).toBe('text/x.tlog.size');
    }
  });

  test('is answered twice for the same checkpoint, and not for a shorter one', async () => {
    const all: WitnessAnswer[] = [];
    for (const body of [`old 0\n\n${note}`, `old 9\n\n${note}`, `old 0\n\n${note}`])
      all.push(await witness.addCheckpoint(body));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 409]);
  });
});

test('a witness without its files is refused', async () => {
  await writeFile(join(folder, 'audit.pub'), LOG_KEYS.verifier.text);
  await writeFile(join(folder, 'log.key'), formatKeys('l', Buffer.alloc(32, 1), 'ed25519').signer);
  for (const [args, problem] of [
    [[], 'witness: requires --state, --key and --keys'],
    [
      ['--state', 's', '--key', 'log.key', '--keys', 'audit.pub', '--listen', '127.0.0.1:0'],
      '--key: `log.key` has a key of another kind of signatures than `cosignature`; make it by `audit key --witness`',
    ],
  ] as const)
    expect(await lictor(['audit', 'witness', ...args], { directory: folder })).toMatchObject({
      code: 2,
      stderr: `lictor audit: ${problem}\n`,
    });
});
