import { createReadStream } from 'node:fs';
import { errorCode } from '../../../diagnostic/system-error.ts';
import type { Digest } from '../../../tlog/merkle.ts';
import { MAX_NOTE } from '../../../tlog/note.ts';
import { consistencyProof } from '../../../tlog/proof.ts';
import type { TreeRange } from '../../../tlog/tree-range.ts';
import { spanHashes } from './span-hashes.ts';
import { type Submission, WitnessClient } from './witness-client.ts';

/** The witnesses of a log. */
export interface Witnesses {
  /** A line that was added to the log. */
  append(leaf: Digest): void;
  /** Sends a checkpoint, at most as often as the interval says. `isLast`: in any case. */
  submit(submission: Submission, isLast: boolean): void;
  /** Resolves when no request is under way. */
  settled(): Promise<void>;
}

export interface WitnessesOptions {
  readonly urls: readonly string[];
  /** The tree when the process begins to write. */
  readonly tree: TreeRange;
  /** The log, if it is a file. */
  readonly path: string | undefined;
  /** Milliseconds, from any origin. */
  readonly clock: () => number;
  /** Milliseconds between two checkpoints that are sent. */
  readonly interval: number;
  readonly onCosigned: (note: string) => void;
  readonly onFailure: (url: string, reason: string) => void;
}

export function createWitnesses(options: WitnessesOptions): Witnesses {
  const { urls, tree, path, clock, interval, onCosigned, onFailure } = options;
  const clients = urls.map(
    (url) =>
      new WitnessClient({
        url: url.replace(/\/$/, ''),
        base: tree,
        readProof: async (old, size) => (path === undefined ? undefined : await proofOf(path, old, size)),
        post,
        onCosigned,
        onFailure: (reason) => onFailure(url, reason),
      }),
  );
  let last = Number.NEGATIVE_INFINITY;
  let sending: Promise<unknown> = Promise.resolve();
  return {
    append(leaf) {
      for (const client of clients) client.append(leaf);
    },
    submit(submission, isLast) {
      const now = clock();
      if (!isLast && now - last < interval) return;
      last = now;
      const sent = clients.map((client) => client.submit(submission));
      sending = Promise.all([sending, ...sent]);
    },
    async settled() {
      await sending;
    },
  };
}

/** The hashes of a proof by the lines of the log; undefined if its file does not have them. */
async function proofOf(path: string, old: number, size: number): Promise<readonly Digest[] | undefined> {
  const spans = consistencyProof(old, size, (start, end) => ({ start, end }));
  try {
    return await spanHashes(createReadStream(path), size, spans);
  } catch (error) {
    if (errorCode(error) === '') throw error;
    return undefined;
  }
}

/** Milliseconds for an answer of a witness. */
const TIMEOUT = 10_000;

async function post(url: string, body: string): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  let text = '';
  const decoder = new TextDecoder();
  const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = answer.body ?? [];
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_NOTE) throw new Error('it answers with more than a checkpoint can have');
  }
  return { status: answer.status, body: text };
}
