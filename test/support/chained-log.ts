import { appendFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { newTree, ORIGIN_BYTES } from '../../src/sidecar/audit/chain/chain-state.ts';
import { chainedSink } from '../../src/sidecar/audit/chain/chained-sink.ts';
import { recoverChain } from '../../src/sidecar/audit/chain/recover-chain.ts';
import { writeTree } from '../../src/sidecar/audit/chain/tree-file.ts';
import { createWitnesses } from '../../src/sidecar/audit/chain/witnesses.ts';
import { fileSink } from '../../src/sidecar/audit/file-sink.ts';
import { UNBOUNDED } from '../../src/sidecar/audit/rotation.ts';
import type { Sink } from '../../src/sidecar/audit/sink.ts';
import {
  formatKeys,
  readSignerKey,
  readVerifierKey,
  type SignerKey,
  type VerifierKey,
} from '../../src/tlog/note-key.ts';

/** A pair of keys that is the same in each run. `seed`: a byte. */
export function auditKeys(
  name: string,
  seed: number,
): { readonly signer: SignerKey; readonly verifier: VerifierKey } {
  const { signer, verifier } = formatKeys(name, Buffer.alloc(32, seed), 'ed25519');
  const [read, publicKey] = [readSignerKey(signer).key, readVerifierKey(verifier).key];
  if (read === undefined || publicKey === undefined) throw new Error('a key that was made is not a key');
  return { signer: read, verifier: publicKey };
}

export const LOG_KEYS = auditKeys('audit.acme.example/orders', 1);

const START = Date.parse('2026-06-01T12:00:00Z');

/** A record by its number, with its end. */
export function recordLine(number: number): string {
  const time = new Date(START + number).toISOString().replace('Z', '000Z');
  return `{"v":1,"time":"${time}","decision_id":"id-${number}","decision":"${number % 3 === 0 ? 'deny' : 'allow'}","reason":"allowed"}\n`;
}

export interface OpenChain {
  readonly sink: Sink;
  /** Writes records by their numbers in one batch. */
  write(from: number, count: number): Promise<void>;
  /** Reasons why witnesses did not cosign. */
  readonly failures: readonly string[];
  /** Resolves when no witness is asked. */
  settled(): Promise<void>;
}

/** A chained log at `path`, with a checkpoint after eight lines and without timers. */
export async function openChain(
  path: string,
  key = LOG_KEYS.signer,
  seed = 0,
  urls: readonly string[] = [],
): Promise<OpenChain> {
  const { file } = await fileSink(path);
  if (file === undefined) throw new Error(`${path} is not a regular file`);
  let random = seed;
  const another = () => newTree(key.verifier.name, Buffer.alloc(ORIGIN_BYTES, ++random));
  let now = START;
  const begin = await recoverChain(path, another);
  const failures: string[] = [];
  const witnesses = createWitnesses({
    urls,
    tree: begin.state.range,
    path,
    clock: () => now,
    interval: 0,
    onCosigned: (note) => sink.note?.('cosigned', { checkpoint: note }),
    onFailure: (_, reason) => failures.push(reason),
  });
  const sink: Sink = chainedSink({
    witnesses,
    sink: file,
    file,
    bounds: UNBOUNDED,
    key,
    version: '0.1.0',
    begin,
    another,
    clock: () => ++now,
    onCheckpoint: (published) => writeTree(path, published),
    onFailure: (error) => {
      throw error;
    },
    interval: 3_600_000,
    most: 8,
  });
  const write = async (from: number, count: number): Promise<void> => {
    const lines = Array.from({ length: count }, (_, index) => recordLine(from + index));
    await sink.write(Buffer.from(lines.join('')));
  };
  return { sink, write, failures, settled: () => witnesses.settled() };
}

/**
 * A log of two files: `a.jsonl`, which was rotated away, and `b.jsonl`, in which the process crashed within a line, was
 * started again and stopped. Returns their lines, with the unfinished one.
 */
export async function honestLog(folder: string): Promise<{ readonly a: string[]; readonly b: string[] }> {
  const [a, b] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
  const first = await openChain(b);
  first.sink.note?.('policies', {
    revision: { commit: 'c'.repeat(40), digest: 'sha256:d', dirty: false, source: 'git' },
  });
  for (const from of [0, 4, 8, 12]) await first.write(from, 4);
  await rename(b, a);
  await first.sink.reopen();
  for (const from of [16, 20]) await first.write(from, 4);
  await appendFile(b, recordLine(24).slice(0, 60));
  const second = await openChain(b);
  await second.write(25, 4);
  await second.sink.close();
  const linesOf = async (path: string): Promise<string[]> =>
    (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return { a: await linesOf(a), b: await linesOf(b) };
}
