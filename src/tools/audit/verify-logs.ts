import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import type { ChainState } from '../../sidecar/audit/chain/chain-state.ts';
import { stateBefore } from '../../sidecar/audit/chain/recover-chain.ts';
import { type LogLine, lineBatches } from '../../sidecar/audit/log-lines.ts';
import { toBase64 } from '../../tlog/base64.ts';
import type { Checkpoint } from '../../tlog/checkpoint.ts';
import type { AuditFault, Place } from './audit-fault.ts';
import { fault } from './judge-break.ts';
import { type FollowOptions, TreeFollower } from './tree-follower.ts';

/** A log file, or standard input. */
export interface LogSource {
  readonly name: string;
  /** Its content from the beginning, without compression. */
  open(): AsyncIterable<Buffer>;
  /** True if it can be opened only once. */
  readonly isOnce?: boolean;
}

/** A verified checkpoint from elsewhere: beside the log, from a witness, from an auditor. */
export interface KnownCheckpoint {
  /** Name of its file. */
  readonly name: string;
  readonly checkpoint: Checkpoint;
  /** Leaf hash of the line at the end of the tree, if it is known. */
  readonly last?: { readonly size: number; readonly hash: string };
}

export interface VerifyOptions extends Omit<FollowOptions, 'wanted'> {
  readonly known: readonly KnownCheckpoint[];
}

export interface Verification {
  /** The trees in the order of the logs. */
  readonly trees: readonly TreeFollower[];
  /** The first sign of a change of each tree. */
  readonly faults: readonly AuditFault[];
  /** Peculiarities that are not changes, as sentences. */
  readonly notes: readonly string[];
}

/** Beginning of a log file. */
interface Head {
  readonly source: LogSource;
  /** Its first line with a place in a chain; undefined if there is none among the first lines. */
  readonly place: Place | undefined;
  readonly seq: number;
  /** The tree before that line, if the line has its edge. */
  readonly state: ChainState | undefined;
  readonly isEmpty: boolean;
  /** The lines from the first one on. */
  readonly lines: () => AsyncIterable<readonly LogLine[]>;
}

/** Lines at the beginning of a file among which a chain must begin. */
const MAX_UNCHAINED = 100_000;

/** Verifies logs: their chains, their trees, and the signatures of their checkpoints. Reads each log once, in order. */
export async function verifyLogs(
  sources: readonly LogSource[],
  options: VerifyOptions,
): Promise<Verification> {
  const heads = inOrder(await Promise.all(sources.map(headOf)));
  const verifier = new Verifier(options);
  for (const head of heads) await verifier.read(head);
  const more = verifier.sizesOfViews();
  if (more.size === 0 || sources.some(({ isOnce }) => isOnce)) return verifier.result();
  // Two views of one tree are compared at the sizes of the checkpoints of both.
  const again = new Verifier(options, more);
  for (const head of heads) await again.read(head);
  return again.result();
}

async function headOf(source: LogSource): Promise<Head> {
  const reader = lineBatches(source.open());
  const read: (readonly LogLine[])[] = [];
  let first: { readonly number: number; readonly bytes: Buffer; readonly seq: number } | undefined;
  while (first === undefined) {
    const { value, done } = await reader.next();
    if (done === true) break;
    read.push(value);
    first = firstLinked(value);
    if ((value.at(-1)?.number ?? 0) > MAX_UNCHAINED) break;
  }
  if (source.isOnce !== true) await reader.return();
  const lines = source.isOnce === true ? () => replayed(read, reader) : () => lineBatches(source.open());
  const isEmpty = read.length === 0;
  if (first === undefined)
    return { source, place: undefined, seq: Infinity, state: undefined, isEmpty, lines };
  const { number, bytes, seq } = first;
  return {
    source,
    place: { file: source.name, line: number },
    seq,
    state: stateBefore(bytes),
    isEmpty,
    lines,
  };
}

function firstLinked(
  lines: readonly LogLine[],
): { readonly number: number; readonly bytes: Buffer; readonly seq: number } | undefined {
  for (const { bytes, number } of lines) {
    const link = bytes && linkOf(bytes);
    if (bytes !== undefined && link !== undefined) return { number, bytes, seq: link.seq };
  }
  return undefined;
}

async function* replayed<T>(read: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* read;
  yield* rest;
}

/** The files of each tree one after the other; trees in the order in which they are given. */
function inOrder(heads: readonly Head[]): readonly Head[] {
  const origins = [...new Set(heads.flatMap(({ state }) => state?.origin ?? []))];
  const rank = ({ state }: Head): number => (state === undefined ? 0 : origins.indexOf(state.origin));
  return heads.toSorted((one, other) => rank(one) - rank(other) || one.seq - other.seq);
}

class Verifier {
  readonly #options: VerifyOptions;
  readonly #wanted: ReadonlySet<number>;
  readonly #trees: TreeFollower[] = [];
  readonly #faults: AuditFault[] = [];
  readonly #notes: string[] = [];

  constructor(options: VerifyOptions, more: ReadonlySet<number> = new Set()) {
    this.#options = options;
    this.#wanted = new Set([...options.known.map(({ checkpoint }) => checkpoint.size), ...more]);
  }

  /** Sizes of the checkpoints of trees that several logs claim to be. */
  sizesOfViews(): ReadonlySet<number> {
    const views = this.#trees.filter(({ origin }, index) =>
      this.#trees.some((other, at) => at !== index && other.origin === origin),
    );
    return new Set(views.flatMap(({ roots }) => [...roots.keys()]));
  }

  async read(head: Head): Promise<void> {
    const { source, place } = head;
    if (place === undefined) {
      if (this.#trees.length > 0) await this.#readFrom(head, 1);
      else if (!head.isEmpty) this.#faults.push(unchained(source.name));
    } else if (this.#enter(head, place)) await this.#readFrom(head, place.line);
  }

  async #readFrom({ source, lines }: Head, first: number): Promise<void> {
    for await (const batch of lines()) for (const line of batch) this.#take(source.name, line, first);
  }

  /** Chooses the tree that a file continues; false if there is none. */
  #enter({ source, seq, state }: Head, place: Place): boolean {
    const current = this.#trees.at(-1);
    const isSame = current !== undefined && (state === undefined || state.origin === current.origin);
    if (isSame && seq === current.size) return true;
    if (state === undefined) {
      const missing = noBeginning(place, seq);
      if (isSame) current.report(missing);
      else this.#faults.push(missing);
      return isSame;
    }
    if (isSame && seq > current.size && current.fault === undefined) current.missing(place, seq);
    else if (!isSame || current.fault === undefined) this.#begin(state, place);
    if (place.line > 1)
      this.#notes.push(
        `${source.name}:1: ${place.line - 1} lines before the chain begins are not part of it`,
      );
    return true;
  }

  #begin(state: ChainState, place: Place): void {
    this.#trees.at(-1)?.end();
    this.#trees.push(new TreeFollower(state, { ...this.#options, wanted: this.#wanted }));
    if (state.range.end > 0)
      this.#notes.push(
        `${place.file}:${place.line}: the log begins with line ${state.range.end} of its tree; the lines before are not given`,
      );
  }

  #take(file: string, line: LogLine, first: number): void {
    if (line.number < first) return;
    const current = this.#trees.at(-1);
    if (current === undefined) return;
    const { bytes, number } = line;
    const state = bytes && !current.isNext(bytes) ? anotherTree(bytes, current.origin) : undefined;
    if (bytes !== undefined && state !== undefined)
      this.#replace(current, state, { file, line: number }, bytes);
    this.#trees.at(-1)?.add(file, line);
  }

  /** Begins another tree within a file, as after lines were found missing at a start. */
  #replace(current: TreeFollower, state: ChainState, place: Place, bytes: Buffer): void {
    const { value } = parseJson(bytes.toString());
    const previous = isJsonObject(value) ? value['previous'] : undefined;
    if (
      isJsonObject(previous) &&
      previous['origin'] === current.origin &&
      Number(previous['size']) > current.size
    ) {
      const message = `lines ${current.size} to ${Number(previous['size']) - 1} of the tree are missing before this line`;
      current.report(fault('truncated', place, message));
    }
    this.#begin(state, place);
  }

  result(): Verification {
    this.#trees.at(-1)?.end();
    this.#compareViews();
    for (const tree of this.#trees) this.#compareKnown(tree);
    const faults = this.#trees.flatMap((tree) => tree.fault ?? []);
    const notes = [...this.#notes, ...this.#trees.flatMap((tree) => tree.notes)];
    return { trees: this.#trees, faults: [...faults, ...this.#faults], notes };
  }

  /** Compares a tree with checkpoints from elsewhere. */
  #compareKnown(tree: TreeFollower): void {
    for (const { name, checkpoint, last } of this.#options.known) {
      if (checkpoint.origin !== tree.origin || checkpoint.size < tree.first) continue;
      const place = { file: tree.at?.file ?? name, line: tree.at?.line ?? 1 };
      const here = tree.roots.get(checkpoint.size);
      const end = Math.max(checkpoint.size, last?.size ?? 0);
      if (end > tree.size)
        tree.report(
          fault(
            'truncated',
            place,
            `the log ends with line ${tree.size - 1} of its tree; \`${name}\` has a tree of ${end} lines`,
          ),
        );
      else if (here !== undefined && here.root !== toBase64(checkpoint.root))
        tree.report(
          fault(
            'split_view',
            here.place,
            `the tree of ${checkpoint.size} lines has another root than the signed checkpoint of \`${name}\``,
          ),
        );
      else if (last !== undefined && last.size === tree.size && last.hash !== tree.last)
        tree.report(fault('edited', place, `the last line has another content than \`${name}\` says`));
    }
  }

  /** Compares trees of the same name: one log must not have signed two. */
  #compareViews(): void {
    for (const [index, tree] of this.#trees.entries()) {
      for (const other of this.#trees.slice(0, index)) {
        if (other.origin !== tree.origin) continue;
        for (const [size, { root, place }] of tree.roots) {
          const before = other.roots.get(size);
          if (before === undefined || before.root === root) continue;
          const where = `${before.place.file}:${before.place.line}`;
          tree.report(
            fault('split_view', place, `the signed tree of ${size} lines has another root than at ${where}`),
          );
        }
      }
    }
  }
}

function unchained(file: string): AuditFault {
  return fault(
    'unchained',
    { file, line: 1 },
    'no line has `seq` and `prev`; `serve --audit-chain` writes them',
  );
}

/** A file whose first line with a place in the chain does not say how the tree was before. */
function noBeginning(place: Place, seq: number): AuditFault {
  return place.line > 1
    ? fault(
        'edited',
        { ...place, line: place.line - 1 },
        `line ${seq - 1} of the tree has another content: its \`seq\` and \`prev\` are missing`,
      )
    : fault('dropped', place, `the lines of the tree before line ${seq} are missing`);
}

/** The tree that begins with a line, if it has another name. */
function anotherTree(line: Uint8Array, origin: string): ChainState | undefined {
  if (linkOf(line)?.seq !== 0) return undefined;
  const state = stateBefore(line);
  return state?.origin === origin ? undefined : state;
}
