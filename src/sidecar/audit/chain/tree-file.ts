import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { errorCode } from '../../../diagnostic/system-error.ts';
import { parseJson } from '../../../engine/request/json.ts';
import { isJsonObject } from '../../../engine/request/json-value.ts';
import { fromBase64, toBase64 } from '../../../tlog/base64.ts';
import { DIGEST_LENGTH, type Digest } from '../../../tlog/merkle.ts';
import { TreeRange } from '../../../tlog/tree-range.ts';
import { LOG_MODE } from '../log-flags.ts';
import type { ChainState, Published } from './chain-state.ts';

/** The last state of a tree, in a file beside its log. */
export interface TreeFile {
  readonly state: ChainState;
  /** The last signed checkpoint. */
  readonly note: string;
  /** True if the log was continued elsewhere or ended with it. */
  readonly isLast: boolean;
}

/** Path of that file. */
export function treePath(log: string): string {
  return `${log}.tree`;
}

/** Replaces the file atomically: no reader sees half of it. */
export async function writeTree(log: string, { state, note, isLast }: Published): Promise<void> {
  const { origin, range, last } = state;
  const content = {
    origin,
    size: range.end,
    last: toBase64(last),
    edge: range.edge.map(toBase64),
    is_last: isLast,
    checkpoint: note,
  };
  const path = treePath(log);
  const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(content)}\n`, { mode: LOG_MODE, flag: 'wx' });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Undefined if there is none, or its content is not that of such a file. */
export async function readTree(log: string): Promise<TreeFile | undefined> {
  let text: string;
  try {
    text = await readFile(treePath(log), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return treeOf(text);
}

/** Most UTF-16 units of such a file. */
const MAX_LENGTH = 64 * 1024;

function treeOf(text: string): TreeFile | undefined {
  const { value } = text.length > MAX_LENGTH ? { value: undefined } : parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { origin, size, last, edge, is_last: isLast, checkpoint: note } = value;
  const range = typeof size === 'number' ? edgeOf(size, edge) : undefined;
  const digest = digestOf(last);
  if (typeof origin !== 'string' || typeof note !== 'string' || range === undefined || digest === undefined)
    return undefined;
  return { state: { origin, range, last: digest }, note, isLast: isLast === true };
}

/** A tree by its size and the hashes of its edge in base64; undefined for any other value. */
export function edgeOf(size: number, edge: unknown): TreeRange | undefined {
  if (!Array.isArray(edge) || edge.length > 64) return undefined;
  const hashes = edge.map(digestOf);
  return hashes.every((each) => each !== undefined) ? TreeRange.ofEdge(size, hashes) : undefined;
}

function digestOf(value: unknown): Digest | undefined {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
  return bytes?.length === DIGEST_LENGTH ? bytes : undefined;
}
