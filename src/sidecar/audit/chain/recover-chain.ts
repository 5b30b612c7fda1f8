import { type FileHandle, open } from 'node:fs/promises';
import { parseJson } from '../../../engine/request/json.ts';
import { isJsonObject } from '../../../engine/request/json-value.ts';
import { readCheckpoint } from '../../../tlog/checkpoint.ts';
import { EMPTY_ROOT, isSame } from '../../../tlog/merkle.ts';
import { eventOf } from './chain-events.ts';
import { hexOf, leafOf, linkOf } from './chain-line.ts';
import type { ChainBegin, ChainState } from './chain-state.ts';
import { edgeOf, readTree, type TreeFile } from './tree-file.ts';

/** Bytes of the end of a log that are read first, and at most, to continue its tree. */
const FIRST_WINDOW = 256 * 1024;
const LAST_WINDOW = 256 * 1024 * 1024;

/** Most unfinished lines that a crash or a full disk leaves. */
const MAX_UNFINISHED = 100;

const LINE_FEED = 0x0a;

/**
 * The tree of a log, to be continued: by the end of the log, or by the file beside it if the log is empty. `another`: a
 * new tree, for a log that has none, or lacks lines that were signed.
 */
export async function recoverChain(path: string, another: () => ChainState): Promise<ChainBegin> {
  const tree = await readTree(path);
  const log = await open(path, 'r');
  try {
    const { size } = await log.stat();
    const found = size === 0 ? undefined : await readEnd(log, size);
    return beginOf(found, tree, size === 0, another);
  } finally {
    await log.close();
  }
}

type Found = Pick<ChainBegin, 'state' | 'unfinished'> & {
  /** The tree at the last edge that the log has. */
  readonly base: ChainState['range'];
};

function beginOf(
  found: Found | undefined,
  tree: TreeFile | undefined,
  isEmpty: boolean,
  another: () => ChainState,
): ChainBegin {
  if (found === undefined) {
    if (tree === undefined) return { state: another(), unfinished: [] };
    if (isEmpty && tree.isLast) return { state: tree.state, unfinished: [] };
    return { state: another(), unfinished: [], previous: previousOf(tree) };
  }
  const { state, unfinished } = found;
  // The log was written to without a chain.
  if (unfinished.length > MAX_UNFINISHED)
    return { state: another(), unfinished: [], previous: { origin: state.origin, size: state.range.end } };
  if (tree === undefined || !contradicts(found, tree)) return { state, unfinished };
  return { state: another(), unfinished, previous: previousOf(tree) };
}

function previousOf({ state }: TreeFile): { readonly origin: string; readonly size: number } {
  return { origin: state.origin, size: state.range.end };
}

/** True if the log lacks lines that were signed: continuing it would sign another tree under the same name. */
function contradicts({ state, base }: Found, { state: saved, note }: TreeFile): boolean {
  if (saved.origin !== state.origin) return false;
  if (saved.range.end > state.range.end) return true;
  const signed = readCheckpoint(note).checkpoint;
  return signed?.size === base.end && !isSame(signed.root, base.root());
}

async function readEnd(log: FileHandle, size: number): Promise<Found | undefined> {
  for (let window = FIRST_WINDOW; ; window *= 8) {
    const length = Math.min(window, size, LAST_WINDOW);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(length), 0, length, size - length);
    const found = followEnd(linesOf(buffer.subarray(0, bytesRead), length === size));
    if (found !== undefined || length === size || length === LAST_WINDOW) return found;
  }
}

/** The lines of the end of a log; of a whole log, or without the first, which may be a part. */
function linesOf(bytes: Buffer, isWhole: boolean): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    lines.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return isWhole ? lines : lines.slice(1);
}

/** Follows the lines from the last one with the edge of the tree. */
function followEnd(lines: readonly Uint8Array[]): Found | undefined {
  for (let index = lines.length - 1; index >= 0; index--) {
    const state = stateBefore(lines[index] ?? new Uint8Array());
    if (state !== undefined) return follow(state, lines.slice(index));
  }
  return undefined;
}

function follow(before: ChainState, lines: readonly Uint8Array[]): Found {
  const base = before.range.copy();
  const { origin, range } = before;
  let last = before.last;
  let unfinished: number[] = [];
  for (const line of lines) {
    const link = linkOf(line);
    if (link?.seq === range.end && link.prev === hexOf(last)) {
      last = leafOf(line);
      range.append(last);
      unfinished = [];
    } else if (line.length > 0) unfinished.push(line.length);
  }
  return { base, state: { origin, range, last }, unfinished };
}

/** The tree before a line, if the line has its edge. */
export function stateBefore(line: Uint8Array): ChainState | undefined {
  const event = eventOf(line);
  if (event !== 'start' && event !== 'segment' && event !== 'checkpoint') return undefined;
  const link = linkOf(line);
  const { value } = parseJson(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
  if (link === undefined || !isJsonObject(value)) return undefined;
  const { origin: named, edge, checkpoint } = value;
  const origin = typeof checkpoint === 'string' ? readCheckpoint(checkpoint).checkpoint?.origin : named;
  const range = edgeOf(link.seq, edge);
  if (range === undefined || typeof origin !== 'string') return undefined;
  if (link.seq === 0 && link.prev !== hexOf(EMPTY_ROOT)) return undefined;
  return { origin, range, last: Buffer.from(link.prev, 'hex') };
}
