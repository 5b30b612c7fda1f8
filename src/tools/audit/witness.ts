import { fromDecimal } from '../../tlog/base64.ts';
import { type Checkpoint, readCheckpoint } from '../../tlog/checkpoint.ts';
import { cosign } from '../../tlog/cosignature.ts';
import { EMPTY_ROOT, isSame, sha256 } from '../../tlog/merkle.ts';
import { type Note, verdictOf } from '../../tlog/note.ts';
import type { SignerKey, VerifierKey } from '../../tlog/note-key.ts';
import { isConsistent } from '../../tlog/proof.ts';
import { readHashes } from '../../tlog/proof-text.ts';

/** Answer of a witness (C2SP tlog-witness). */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422 | 503;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export interface WitnessOptions {
  /** Key of cosignatures. */
  readonly key: SignerKey;
  /** Keys of logs. A key is for the origin of its name, and for those below it. */
  readonly logKeys: readonly VerifierKey[];
  /** The last cosigned checkpoint of each log, by its origin. */
  readonly seen: ReadonlyMap<string, string>;
  /** Keeps the checkpoints; a cosignature leaves after it alone. */
  readonly save: (seen: ReadonlyMap<string, string>) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Most logs that a witness remembers. */
const MAX_LOGS = 100_000;

/** Signs checkpoints of logs that continue those that it has signed before. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #seen: Map<string, string>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#seen = new Map(options.seen);
  }

  /** Answers `POST add-checkpoint`; one after the other, so that no answer rolls another one back. */
  async addCheckpoint(body: string): Promise<WitnessAnswer> {
    const answer = this.#turn.then(() => this.#add(body));
    this.#turn = answer.catch(() => {});
    return await answer;
  }

  /** Answers `GET HASH/checkpoint`: the last checkpoint of a log with the cosignature. */
  checkpoint(hash: string): WitnessAnswer {
    for (const [origin, note] of this.#seen)
      if (Buffer.from(sha256(origin)).toString('hex') === hash) return text(200, note);
    return text(404, 'no checkpoint of this log was cosigned\n');
  }

  async #add(body: string): Promise<WitnessAnswer> {
    const request = readRequest(body);
    if (typeof request === 'string') return text(400, `${request}\n`);
    const { old, hashes, checkpoint, note } = request;
    const refusal = this.#untrusted(checkpoint, note);
    if (refusal !== undefined) return refusal;
    if (old > checkpoint.size) return text(400, 'the old size is above that of the checkpoint\n');
    const last = this.#last(checkpoint.origin);
    if (old !== last.size) return { status: 409, type: 'text/x.tlog.size', body: `${last.size}\n` };
    const isEmpty = checkpoint.size === 0;
    if ((isEmpty && !isSame(checkpoint.root, EMPTY_ROOT)) || !isConsistent(last, checkpoint, hashes))
      return text(422, 'the checkpoint does not continue the one that was cosigned before\n');
    return await this.#cosign(checkpoint, note);
  }

  #untrusted({ origin }: Checkpoint, note: Note): WitnessAnswer | undefined {
    const keys = this.#options.logKeys.filter(({ name }) => origin === name || origin.startsWith(`${name}/`));
    if (keys.length === 0) return text(404, 'the log is unknown\n');
    const verdicts = keys.map((key) => verdictOf(note, key));
    return verdicts.includes('invalid') || !verdicts.includes('verified')
      ? text(403, 'the checkpoint is not signed by a key of the log\n')
      : undefined;
  }

  #last(origin: string): Pick<Checkpoint, 'size' | 'root'> {
    const note = this.#seen.get(origin);
    const last = note === undefined ? undefined : readCheckpoint(note).checkpoint;
    return last ?? { size: 0, root: EMPTY_ROOT };
  }

  async #cosign({ origin }: Checkpoint, note: Note): Promise<WitnessAnswer> {
    const { key, logKeys, clock, save } = this.#options;
    if (this.#seen.size >= MAX_LOGS && !this.#seen.has(origin)) return text(503, 'too many logs\n');
    const line = cosign(note.text, key, Math.floor(clock() / 1000));
    const own = note.signatures.filter(({ name, id }) =>
      logKeys.some((each) => each.name === name && each.id === id),
    );
    const before = this.#seen.get(origin);
    this.#seen.set(origin, `${note.text}\n${own.map((each) => each.line).join('')}${line}`);
    try {
      await save(this.#seen);
    } catch (error) {
      if (before === undefined) this.#seen.delete(origin);
      else this.#seen.set(origin, before);
      throw error;
    }
    return text(200, line);
  }
}

interface AddRequest {
  readonly old: number;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly note: Note;
}

/** Reads a request; a text is its problem. */
function readRequest(body: string): AddRequest | string {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(end, 0)).split('\n');
  const old = fromDecimal(/^old (.*)$/.exec(first)?.[1] ?? '');
  const hashes = readHashes(lines);
  if (old === undefined) return 'the first line is not `old` with a size';
  if (hashes === undefined) return 'the proof is not at most 63 hashes in base64, one a line';
  const read = readCheckpoint(body.slice(end + 2));
  if (read.problem !== undefined) return `the checkpoint ${read.problem}`;
  return { old, hashes, checkpoint: read.checkpoint, note: read.note };
}

function text(status: WitnessAnswer['status'], body: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body };
}
