import { toBase64 } from '../../../tlog/base64.ts';
import { checkpointText } from '../../../tlog/checkpoint.ts';
import { signNote } from '../../../tlog/note.ts';
import type { SignerKey } from '../../../tlog/note-key.ts';
import type { LogFile } from '../log-file.ts';
import { isDue, type RotationBounds } from '../rotation.ts';
import { type NotedEvent, type Omission, type Sink, WriteFailure } from '../sink.ts';
import { ChainBatch } from './chain-batch.ts';
import { eventLine } from './chain-events.ts';
import type { ChainBegin, ChainState, Published } from './chain-state.ts';
import type { Submission } from './witness-client.ts';
import type { Witnesses } from './witnesses.ts';

export interface ChainOptions {
  readonly sink: Sink;
  /** The sink, if it is a regular file. */
  readonly file?: LogFile;
  readonly bounds: RotationBounds;
  readonly key: SignerKey;
  readonly version: string;
  /** The tree to continue, with members for the line that begins it. */
  readonly begin: ChainBegin;
  /** A tree for a stream whose reader may have lost lines. */
  readonly another: () => ChainState;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Called for each checkpoint after it was written, and awaited before the next line is. Never rejects. */
  readonly onCheckpoint: (published: Published) => Promise<void>;
  readonly witnesses?: Witnesses;
  /** Called if a file cannot be continued in a new one. */
  readonly onFailure: (error: unknown) => void;
  /** Most milliseconds between a line and its checkpoint, default 1,000. */
  readonly interval?: number;
  /** Most lines between two checkpoints, default 1,000; a batch is never divided. */
  readonly most?: number;
}

/**
 * A sink whose lines are a hash chain and the leaves of a Merkle tree, with signed checkpoints between them. A failed
 * write leaves the tree with the lines that were written.
 */
export function chainedSink(options: ChainOptions): Sink {
  const chain = new Chain(options);
  const { sink } = options;
  return {
    name: sink.name,
    write: (lines) => chain.inTurn(() => chain.write(lines)),
    note: (event, members) => chain.note(event, members),
    reopen: () => chain.inTurn(() => chain.reopen()),
    close: () => chain.inTurn(() => chain.close()),
    omit: (cause, count) => chain.omit(cause, count),
  };
}

/** Most lines that wait for a sink which does not take them. */
const MAX_PENDING = 100;

/** Milliseconds for the answers of witnesses to the last checkpoint. */
const LAST_ANSWER = 1000;

type Ending = 'rotation' | 'stop';

class Chain {
  readonly #options: ChainOptions;
  #state: ChainState;
  /** Line that the next lines begin with. */
  #opening: 'start' | 'segment' | undefined = 'start';
  #previous: ChainBegin['previous'];
  #unfinished: readonly number[];
  #omitted = { dropped: 0, sampled: 0 };
  /** Lines that are not records and not written yet. */
  #pending: Uint8Array[] = [];
  /** Lines after the last checkpoint. */
  #unsigned = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#state = options.begin.state;
    this.#unfinished = options.begin.unfinished;
    this.#previous = options.begin.previous;
  }

  /** Runs one piece of work after the other. */
  async inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    await done;
  }

  omit(cause: Omission, count: number): void {
    this.#omitted[cause] += count;
    this.#arm();
  }

  async write(lines: Uint8Array): Promise<void> {
    await this.#rotateIfDue(lines.length);
    const { most = 1000 } = this.#options;
    const batch = this.#begin(lines.length);
    batch.addLines(lines);
    const isSigned = this.#unsigned + this.#added(batch) >= most;
    await this.#append(batch, isSigned ? this.#sign(batch) : undefined);
  }

  note(event: NotedEvent, members: Readonly<Record<string, unknown>>): void {
    if (this.#pending.length === MAX_PENDING) this.#pending.shift();
    this.#pending.push(eventLine(event, this.#options.clock(), members));
    this.inTurn(() => this.#flush(event === 'cosigned')).catch(() => {});
  }

  async reopen(): Promise<void> {
    const { file, sink } = this.#options;
    const isMoved = (await file?.isMoved()) === true;
    // A full disk does not keep the log from continuing elsewhere.
    if (isMoved) await this.#end('rotation').catch(() => {});
    await sink.reopen();
    if (isMoved) this.#opening = 'segment';
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await this.#end('stop');
      await this.#settled();
    } finally {
      clearTimeout(this.#timer);
      await this.#options.sink.close();
    }
  }

  /** Waits for witnesses; one that hangs does not hold the end. */
  async #settled(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_ANSWER);
    await Promise.race([this.#options.witnesses?.settled(), late]);
    clearTimeout(timer);
  }

  async #rotateIfDue(more: number): Promise<void> {
    const { file, bounds, clock, onFailure } = this.#options;
    const now = clock();
    if (file === undefined || !isDue(file, bounds, more, now)) return;
    try {
      await this.#end('rotation');
      await file.rotate(now);
      this.#opening = 'segment';
    } catch (error) {
      onFailure(error);
    }
  }

  /** Writes the last lines of a file or of the process: everything before is signed. */
  async #end(event: Ending): Promise<void> {
    const batch = this.#begin(4096);
    batch.add(eventLine(event, this.#options.clock()));
    await this.#append(batch, this.#sign(batch), true);
  }

  /** A batch with the lines that are due before others. */
  #begin(capacity: number): ChainBatch {
    const { clock, version } = this.#options;
    const batch = new ChainBatch(this.#state, capacity + capacity / 4 + 2048);
    const unfinished = this.#unfinished.length > 0 ? { unfinished: this.#unfinished } : {};
    if (this.#opening !== undefined) {
      const { origin, range } = this.#state;
      const members = { origin, edge: range.edge.map(toBase64), ...unfinished };
      const isStart = this.#opening === 'start';
      const previous = isStart && this.#previous !== undefined ? { previous: this.#previous } : {};
      batch.add(eventLine(this.#opening, clock(), { ...members, ...(isStart && { version }), ...previous }));
    }
    const { dropped, sampled } = this.#omitted;
    const isNoted = this.#opening !== undefined;
    if (dropped + sampled > 0 || (this.#unfinished.length > 0 && !isNoted))
      batch.add(eventLine('omitted', clock(), { dropped, sampled, ...(isNoted ? {} : unfinished) }));
    for (const line of this.#pending) batch.add(line);
    batch.leading = this.#added(batch);
    return batch;
  }

  #added(batch: ChainBatch): number {
    return batch.state.range.end - this.#state.range.end;
  }

  /** Adds a signed checkpoint of all lines before. */
  #sign(batch: ChainBatch): Submission {
    const { origin, range } = batch.state;
    const note = signNote(checkpointText({ origin, size: range.end, root: range.root() }), this.#options.key);
    const tree = range.copy();
    const edge = range.edge.map(toBase64);
    batch.add(eventLine('checkpoint', this.#options.clock(), { checkpoint: note, edge }));
    return { note, size: range.end - 1, tree };
  }

  /** Writes a batch. `signed`: the checkpoint at its end. */
  async #append(batch: ChainBatch, signed: Submission | undefined, isLast = false): Promise<void> {
    const omitted = this.#omitted;
    const pending = this.#pending;
    this.#omitted = { dropped: 0, sampled: 0 };
    this.#pending = [];
    try {
      await this.#options.sink.write(batch.bytes);
    } catch (error) {
      throw this.#afterFailure(batch, error, omitted, pending);
    }
    const added = this.#added(batch);
    this.#state = batch.state;
    this.#opening = undefined;
    this.#previous = undefined;
    this.#unfinished = [];
    this.#unsigned = signed === undefined ? this.#unsigned + added : 0;
    this.#tell(batch, signed, isLast);
    if (signed === undefined) this.#arm();
    else await this.#options.onCheckpoint({ note: signed.note, state: this.#state, isLast });
  }

  /** Tells the witnesses what was written. */
  #tell(batch: ChainBatch, signed: Submission | undefined, isLast: boolean): void {
    const { witnesses } = this.#options;
    if (witnesses === undefined) return;
    const leaves = batch.leaves;
    for (const leaf of signed === undefined ? leaves : leaves.slice(0, -1)) witnesses.append(leaf);
    if (signed === undefined) return;
    witnesses.submit(signed, isLast);
    for (const leaf of leaves.slice(-1)) witnesses.append(leaf);
  }

  /** Keeps the tree of the lines that were written. Returns the failure with the number of given lines among them. */
  #afterFailure(
    batch: ChainBatch,
    error: unknown,
    omitted: Readonly<Record<Omission, number>>,
    pending: readonly Uint8Array[],
  ): unknown {
    this.#arm();
    const cut = error instanceof WriteFailure ? batch.cut(error.written) : undefined;
    if (cut === undefined || cut.lines < batch.leading) {
      this.#omitted.dropped += omitted.dropped;
      this.#omitted.sampled += omitted.sampled;
      this.#pending = [...pending, ...this.#pending];
    }
    if (this.#options.file === undefined) {
      // The reader of a stream may have any part of the lines, so that the next ones are another tree.
      this.#state = this.#options.another();
      this.#opening = 'start';
      this.#unsigned = 0;
      return error;
    }
    if (!(error instanceof WriteFailure) || cut === undefined) return error;
    const { state, lines, given, unfinished } = cut;
    this.#unsigned += lines;
    for (const leaf of batch.leaves.slice(0, lines)) this.#options.witnesses?.append(leaf);
    this.#state = state;
    if (lines > 0) {
      this.#opening = undefined;
      this.#unfinished = [];
    }
    if (unfinished > 0) this.#unfinished = [...this.#unfinished, unfinished];
    return new WriteFailure(error, error.written, given);
  }

  /** `isQuiet`: the lines wait for the checkpoint of others, so that cosignatures do not cause each other. */
  async #flush(isQuiet: boolean): Promise<void> {
    const unsigned = this.#unsigned;
    if (this.#pending.length > 0) await this.#append(this.#begin(1024), undefined);
    if (!isQuiet || unsigned > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Signs lines that have no checkpoint, and notes what is left out, when the interval is over. */
  #arm(): void {
    const { interval = 1000 } = this.#options;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // A failure is that of the next records too, which report it.
      void this.inTurn(() => this.#signRest()).catch(() => {});
    }, interval);
    this.#timer.unref();
  }

  async #signRest(): Promise<void> {
    const { dropped, sampled } = this.#omitted;
    if (this.#unsigned + this.#pending.length === 0 && dropped + sampled === 0) return;
    const batch = this.#begin(4096);
    await this.#append(batch, this.#sign(batch));
  }
}
