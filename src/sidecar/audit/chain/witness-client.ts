import { errorMessage } from '../../../diagnostic/system-error.ts';
import { fromDecimal, toBase64 } from '../../../tlog/base64.ts';
import type { Digest } from '../../../tlog/merkle.ts';
import { readNote } from '../../../tlog/note.ts';
import { consistencyProof } from '../../../tlog/proof.ts';
import { TreeRange } from '../../../tlog/tree-range.ts';

/** A checkpoint that a witness may have cosigned: the tree at its size, and the leaves after it. */
interface Base {
  readonly tree: TreeRange;
  readonly after: TreeRange;
}

/** A checkpoint to be cosigned. */
export interface Submission {
  readonly note: string;
  readonly size: number;
  /** The tree at that size. */
  readonly tree: TreeRange;
}

export interface WitnessClientOptions {
  /** Submission prefix of the witness. */
  readonly url: string;
  /** The tree of a checkpoint that the witness may have cosigned: the empty one for a new log. */
  readonly base: TreeRange;
  /** Hashes of a consistency proof from `old` lines to `size`, read from the log; undefined if it does not have them. */
  readonly readProof: (old: number, size: number) => Promise<readonly Digest[] | undefined>;
  /** Sends a request; rejects if the answer is late. */
  readonly post: (url: string, body: string) => Promise<{ readonly status: number; readonly body: string }>;
  /** Called with a checkpoint and its cosignatures. */
  readonly onCosigned: (note: string) => void;
  /** Called with the reason if a checkpoint is not cosigned. */
  readonly onFailure: (reason: string) => void;
}

/** Sends checkpoints of one log to one witness, one at a time. Records never leave. */
export class WitnessClient {
  readonly #options: WitnessClientOptions;
  #confirmed: Base;
  #sent: Base | undefined;
  #isBusy = false;

  constructor(options: WitnessClientOptions) {
    this.#options = options;
    this.#confirmed = baseOf(options.base);
  }

  /** A line that was added to the log. */
  append(leaf: Digest): void {
    this.#confirmed.after.append(leaf);
    this.#sent?.after.append(leaf);
  }

  /** Sends a checkpoint of the lines so far, unless a request is under way. Never rejects. */
  async submit(submission: Submission): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Before more lines are added.
    const body = requestBody(
      this.#confirmed.tree.end,
      knownProof(this.#confirmed, submission.size),
      submission,
    );
    this.#sent = baseOf(submission.tree);
    try {
      const failure = await this.#send(submission, body);
      if (failure !== undefined) this.#options.onFailure(failure);
    } catch (error) {
      this.#options.onFailure(errorMessage(error));
    } finally {
      this.#isBusy = false;
    }
  }

  /** The reason of a failure. */
  async #send(submission: Submission, body: string): Promise<string | undefined> {
    const { url, post, readProof, onCosigned } = this.#options;
    let answer = await post(`${url}/add-checkpoint`, body);
    if (answer.status === 409) {
      // A process before, or a request whose answer was lost.
      const old = fromDecimal(answer.body.trim()) ?? 0;
      const proof = old <= submission.size ? await readProof(old, submission.size) : undefined;
      if (proof === undefined)
        return `it has cosigned ${old} lines, which the file of the log does not continue`;
      answer = await post(`${url}/add-checkpoint`, requestBody(old, proof, submission));
    }
    if (answer.status !== 200)
      return `it answers with status ${answer.status}: ${answer.body.slice(0, 200).trim()}`;
    const cosigned = `${submission.note}${answer.body}`;
    if (readNote(cosigned).note === undefined) return 'it does not answer with signatures';
    if (this.#sent !== undefined) this.#confirmed = this.#sent;
    this.#sent = undefined;
    onCosigned(cosigned);
    return undefined;
  }
}

function baseOf(tree: TreeRange): Base {
  return { tree: tree.copy(), after: new TreeRange(tree.end) };
}

function knownProof({ tree, after }: Base, size: number): readonly Digest[] {
  const proof = consistencyProof(
    tree.end,
    size,
    (start, end) => tree.hash(start, end) ?? after.hash(start, end),
  );
  return proof.flatMap((hash) => hash ?? []);
}

function requestBody(old: number, proof: readonly Digest[], { note }: Submission): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;
}
