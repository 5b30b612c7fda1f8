import { fromBase64, fromDecimal, toBase64 } from './base64.ts';
import { DIGEST_LENGTH, type Digest } from './merkle.ts';
import { type Note, readNote } from './note.ts';

/** State of a log: the number of its leaves and the root of their tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Identity of the log. */
  readonly origin: string;
  readonly size: number;
  readonly root: Digest;
}

export type CheckpointResult =
  | { readonly checkpoint: Checkpoint; readonly note: Note; readonly problem?: undefined }
  | { readonly problem: string; readonly checkpoint?: undefined };

/** The text of a checkpoint, to be signed as a note. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint with its signatures, which are not verified. */
export function readCheckpoint(written: string): CheckpointResult {
  const { note, problem } = readNote(written);
  if (note === undefined) return { problem };
  const [origin = '', size = '', root = '', ...extensions] = note.text.split('\n');
  const hash = fromBase64(root);
  const count = fromDecimal(size);
  if (origin === '' || count === undefined || hash?.length !== DIGEST_LENGTH || extensions.at(-1) !== '')
    return { problem: 'is not a checkpoint: an origin, a size and a root, one a line' };
  return { checkpoint: { origin, size: count, root: hash }, note };
}
