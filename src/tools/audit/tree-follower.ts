import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { type ChainEventName, eventOf } from '../../sidecar/audit/chain/chain-events.ts';
import { hexOf, leafOf, linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import type { ChainState } from '../../sidecar/audit/chain/chain-state.ts';
import { stateBefore } from '../../sidecar/audit/chain/recover-chain.ts';
import type { LogLine } from '../../sidecar/audit/log-lines.ts';
import { toBase64 } from '../../tlog/base64.ts';
import { type Checkpoint, readCheckpoint } from '../../tlog/checkpoint.ts';
import { cosignedBy } from '../../tlog/cosignature.ts';
import { isSame } from '../../tlog/merkle.ts';
import { type Note, verdictOf } from '../../tlog/note.ts';
import type { VerifierKey } from '../../tlog/note-key.ts';
import type { AuditFault, Place } from './audit-fault.ts';
import { fault, judgeBreak, type PlacedLine } from './judge-break.ts';

/** Lines after a break that are read to say what was changed. */
const WINDOW = 64;

/** Most lines that a log has without a checkpoint: ten times those of one that works. */
const MAX_UNSIGNED = 10_000;

export interface FollowOptions {
  /** Keys of logs; none: signatures are not verified. */
  readonly keys: readonly VerifierKey[];
  readonly witnessKeys: readonly VerifierKey[];
  /** Sizes at which the root is wanted, for checkpoints from elsewhere. */
  readonly wanted: ReadonlySet<number>;
}

/** A tree of a log: its lines, one after the other, up to the first that is not as it was written. */
export class TreeFollower {
  readonly origin: string;
  /** Number of the first line that was given. */
  readonly first: number;
  readonly #options: FollowOptions;
  readonly #range: ChainState['range'];
  #last: string;
  #before: (PlacedLine & { readonly prev: string }) | undefined;
  #unfinished: PlacedLine[] = [];
  #broken: PlacedLine[] | undefined;
  #fault: AuditFault | undefined;
  /** A line that contradicts the lines before, until the next line tells which of them was changed. */
  #doubted: { readonly line: PlacedLine; readonly contradiction: AuditFault } | undefined;
  /** The first line after the last checkpoint. */
  #unsignedFrom: Place | undefined;
  /** Size of the last verified checkpoint. */
  #signed = 0;
  records = 0;
  checkpoints = 0;
  dropped = 0;
  sampled = 0;
  /** The event of the last line; undefined for a record. */
  lastEvent: ChainEventName | undefined;
  /** Event before the last line. */
  #eventBefore: ChainEventName | undefined;
  readonly notes: string[] = [];
  /** Largest cosigned size by witness. */
  readonly cosigned = new Map<string, number>();
  /** Roots of checkpoints and of wanted sizes, in base64, with the place of the checkpoint. */
  readonly roots = new Map<number, { readonly root: string; readonly place: Place }>();

  constructor({ origin, range, last }: ChainState, options: FollowOptions) {
    this.origin = origin;
    this.first = range.end;
    this.#range = range.copy();
    this.#last = hexOf(last);
    this.#options = options;
    this.#signed = range.end;
  }

  /** Number of the next line. */
  get size(): number {
    return this.#range.end;
  }

  get signed(): number {
    return this.#signed;
  }

  /** True if the last lines say that the process ended. */
  get isStopped(): boolean {
    return this.lastEvent === 'stop' || (this.lastEvent === 'checkpoint' && this.#eventBefore === 'stop');
  }

  get fault(): AuditFault | undefined {
    return this.#fault;
  }

  /** Place of the last line. */
  get at(): Place | undefined {
    return this.#before;
  }

  /** Leaf hash of the last line in hexadecimal digits. */
  get last(): string {
    return this.#last;
  }

  /** Reports lines that are missing before a file. */
  missing(before: Place, seq: number): void {
    this.end();
    this.#fault ??= fault(
      'dropped',
      before,
      `lines ${this.size} to ${seq - 1} of the tree are missing before this line`,
    );
  }

  /** Reports a fault that is not one of a line. */
  report(found: AuditFault): void {
    this.#fault ??= found;
  }

  /** True for a line that continues the tree. */
  isNext(line: Uint8Array): boolean {
    const link = linkOf(line);
    return link?.seq === this.#range.end && link.prev === this.#last;
  }

  add(file: string, { number, bytes, isEnded }: LogLine): void {
    if (this.#fault !== undefined) return;
    if (bytes === undefined) {
      this.#fault = fault('edited', { file, line: number }, 'the line is longer than any line of a log');
      return;
    }
    const line = { file, line: number, bytes };
    if (this.#doubted !== undefined) this.#resolve(linkOf(bytes)?.prev);
    else if (this.#broken !== undefined) this.#collect(line);
    else if (this.isNext(bytes)) this.#follow(line);
    else if (linkOf(bytes) === undefined && isTorn(bytes, isEnded)) this.#unfinished.push(line);
    else this.#breakAt(line);
  }

  /** Judges what is left at the end of the log. */
  end(): void {
    if (this.#doubted !== undefined) this.#resolve(undefined);
    if (this.#broken !== undefined) this.#judge();
    const [torn] = this.#unfinished;
    if (torn !== undefined && this.#fault === undefined)
      this.notes.push(
        `${torn.file}:${torn.line}: the last line is unfinished, as after a crash: the line being written is lost`,
      );
    const unsigned = this.#range.end - this.#signed;
    if (this.#fault !== undefined || unsigned === 0 || this.#unsignedFrom === undefined) return;
    if (unsigned > MAX_UNSIGNED) this.#fault = this.#noCheckpoint(this.#unsignedFrom, unsigned);
  }

  #noCheckpoint(from: Place, unsigned: number): AuditFault {
    return fault('unsigned', from, `${unsigned} lines from here on have no checkpoint`);
  }

  /** `prev`: hash of the doubted line in the line after it. */
  #resolve(prev: string | undefined): void {
    if (this.#doubted === undefined) return;
    const { line, contradiction } = this.#doubted;
    const isEdited = prev !== undefined && prev !== hexOf(leafOf(line.bytes));
    this.#fault = isEdited ? this.#editedLine(line) : contradiction;
    this.#doubted = undefined;
  }

  #editedLine(line: PlacedLine): AuditFault {
    return fault('edited', line, `line ${this.#range.end} of the tree has another content`);
  }

  #breakAt(line: PlacedLine): void {
    this.#broken = [...this.#unfinished, line];
    this.#unfinished = [];
  }

  #collect(line: PlacedLine): void {
    this.#broken?.push(line);
    if ((this.#broken?.length ?? 0) > WINDOW) this.#judge();
  }

  #judge(): void {
    this.#fault = judgeBreak({
      expected: this.#range.end,
      prev: this.#last,
      root: this.#range.root(),
      before: this.#before,
      lines: this.#broken ?? [],
    });
    this.#broken = undefined;
  }

  #follow(line: PlacedLine): void {
    const event = eventOf(line.bytes);
    if (this.#unfinished.length > 0 && !this.#explains(line, event)) {
      this.#breakAt(line);
      return;
    }
    if (event === undefined) this.records += 1;
    else this.#read(event, line);
    if (this.#fault === undefined && this.#doubted === undefined) this.#append(line, event);
  }

  #append(line: PlacedLine, event: ChainEventName | undefined): void {
    this.#before = { ...line, prev: this.#last };
    const leaf = leafOf(line.bytes);
    this.#range.append(leaf);
    this.#last = hexOf(leaf);
    // A checkpoint proves itself.
    if (event !== 'checkpoint') this.#unsignedFrom ??= line;
    this.#eventBefore = this.lastEvent;
    this.lastEvent = event;
    const size = this.#range.end;
    if (this.#options.wanted.has(size))
      this.roots.set(size, { root: toBase64(this.#range.root()), place: line });
  }

  /** True if a line names the lengths of the unfinished lines before it. */
  #explains(line: PlacedLine, event: ChainEventName | undefined): boolean {
    if (event !== 'start' && event !== 'segment' && event !== 'omitted') return false;
    const named = membersOf(line)['unfinished'];
    const lengths = this.#unfinished.map(({ bytes }) => bytes.length);
    if (JSON.stringify(named) !== JSON.stringify(lengths)) return false;
    const [first] = this.#unfinished;
    if (first !== undefined)
      this.notes.push(
        `${first.file}:${first.line}: the line is unfinished, after a crash or a failed write, as the log says`,
      );
    this.#unfinished = [];
    return true;
  }

  #read(event: ChainEventName, line: PlacedLine): void {
    if (event === 'checkpoint') this.#readCheckpoint(line);
    else if (event === 'cosigned') this.#readCosigned(line);
    else if (event === 'omitted') this.#readOmitted(line);
    else if (event === 'start' || event === 'segment') this.#readEdge(line);
    if (event === 'start' && this.#range.end > 0 && !this.isStopped)
      this.notes.push(
        `${line.file}:${line.line}: the process before ended without a \`stop\`, as in a crash`,
      );
  }

  #readOmitted(line: PlacedLine): void {
    const { dropped, sampled } = membersOf(line);
    if (typeof dropped === 'number') this.dropped += dropped;
    if (typeof sampled === 'number') this.sampled += sampled;
  }

  #readEdge(line: PlacedLine): void {
    if (!this.#hasEdge(line)) this.#doubt(line, 'the edge of the tree');
  }

  #hasEdge(line: PlacedLine): boolean {
    const state = stateBefore(line.bytes);
    return state?.origin === this.origin && isSame(state.range.root(), this.#range.root());
  }

  #readCheckpoint(line: PlacedLine): void {
    const { note, checkpoint } = noteIn(line);
    if (note === undefined || checkpoint === undefined) {
      this.#fault = fault('edited', line, 'the line has no checkpoint that can be read');
      return;
    }
    const unsigned = this.#range.end - this.#signed;
    if (!this.#isOwn(checkpoint)) {
      if (this.#isForged(note)) this.#fault = this.#editedLine(line);
      else this.#doubt(line, 'the checkpoint');
    } else if (!this.#hasEdge(line)) this.#fault = this.#editedLine(line);
    else if (!this.#isSigned(note))
      this.#fault = fault('unsigned', line, 'the checkpoint is not signed by any of the given keys');
    else if (unsigned > MAX_UNSIGNED && this.#unsignedFrom !== undefined)
      this.#fault = this.#noCheckpoint(this.#unsignedFrom, unsigned);
    else this.#accept(checkpoint, line);
  }

  /** The lines after the last checkpoint are not those that were signed: one was changed, and all after it with it. */
  #doubt(line: PlacedLine, what: string): void {
    const from = this.#unsignedFrom ?? line;
    const message = `${what} at ${line.file}:${line.line} contradicts the lines from here to there`;
    this.#doubted = { line, contradiction: fault('edited', from, message) };
  }

  #isOwn({ origin, size, root }: Checkpoint): boolean {
    return origin === this.origin && size === this.#range.end && isSame(root, this.#range.root());
  }

  /** True if a given key did not sign the text, although the note says so. */
  #isForged(note: Note): boolean {
    return this.#options.keys.some((key) => verdictOf(note, key) === 'invalid');
  }

  #isSigned(note: Note): boolean {
    const { keys } = this.#options;
    return keys.length === 0 || keys.some((key) => verdictOf(note, key) === 'verified');
  }

  #accept({ size, root }: Checkpoint, place: Place): void {
    this.checkpoints += 1;
    this.#signed = size + 1;
    this.#unsignedFrom = undefined;
    this.roots.set(size, { root: toBase64(root), place });
  }

  #readCosigned(line: PlacedLine): void {
    const { note, checkpoint } = noteIn(line);
    if (note === undefined || checkpoint === undefined) return;
    const known = this.roots.get(checkpoint.size);
    if (known !== undefined && known.root !== toBase64(checkpoint.root)) {
      this.#fault = fault(
        'split_view',
        line,
        `a cosigned checkpoint of ${checkpoint.size} lines has another root than that of the log`,
      );
      return;
    }
    for (const key of this.#options.witnessKeys)
      if (cosignedBy(note, key).verdict === 'verified') this.cosigned.set(key.name, checkpoint.size);
  }
}

/** A line that was cut off: it does not end as an object does. */
function isTorn(bytes: Uint8Array, isEnded: boolean): boolean {
  return bytes.length > 0 && (!isEnded || bytes.at(-1) !== BRACE);
}

const BRACE = 0x7d;

function membersOf({ bytes }: PlacedLine): Readonly<Record<string, unknown>> {
  const { value } = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  return isJsonObject(value) ? value : {};
}

function noteIn(line: PlacedLine): { readonly note?: Note; readonly checkpoint?: Checkpoint } {
  const { checkpoint: text } = membersOf(line);
  const read = typeof text === 'string' ? readCheckpoint(text) : undefined;
  return read?.checkpoint === undefined ? {} : { note: read.note, checkpoint: read.checkpoint };
}
