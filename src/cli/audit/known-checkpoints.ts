import { resolve } from 'node:path';
import { hexOf } from '../../sidecar/audit/chain/chain-line.ts';
import { readTree, treePath } from '../../sidecar/audit/chain/tree-file.ts';
import { readCheckpoint } from '../../tlog/checkpoint.ts';
import { type Note, verdictOf } from '../../tlog/note.ts';
import type { VerifierKey } from '../../tlog/note-key.ts';
import type { KnownCheckpoint } from '../../tools/audit/verify-logs.ts';
import { readInput } from '../terminal/read-input.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';

type KnownResult =
  | { readonly known: readonly KnownCheckpoint[]; readonly problem?: undefined }
  | { readonly problem: string; readonly known?: undefined };

/** The checkpoints of `--checkpoint`, and those in files beside the logs. */
export async function knownCheckpoints(
  { paths, options, terminal }: Pick<AuditCall, 'paths' | 'terminal'> & { readonly options: AuditOptions },
  keys: readonly VerifierKey[],
): Promise<KnownResult> {
  const known: KnownCheckpoint[] = [];
  for (const name of options.checkpoint) {
    const input = await readInput(name, terminal);
    if (input.problem !== undefined) return { problem: `--checkpoint: ${input.problem}` };
    const read = readCheckpoint(Buffer.from(input.bytes).toString());
    if (read.problem !== undefined) return { problem: `--checkpoint: \`${name}\` ${read.problem}` };
    if (!isSigned(read.note, keys))
      return { problem: `--checkpoint: \`${name}\` is not signed by any of the given keys` };
    known.push({ name, checkpoint: read.checkpoint });
  }
  for (const path of paths) known.push(...(await besideLog(path, resolve(terminal.directory, path), keys)));
  return { known };
}

/** A file that the log's owner can write tells nothing without a signature. */
async function besideLog(
  path: string,
  absolute: string,
  keys: readonly VerifierKey[],
): Promise<readonly KnownCheckpoint[]> {
  const tree = await readTree(absolute).catch(() => undefined);
  const read = tree === undefined ? undefined : readCheckpoint(tree.note);
  if (tree === undefined || read?.checkpoint === undefined || !isSigned(read.note, keys)) return [];
  const { range, last } = tree.state;
  return [
    { name: treePath(path), checkpoint: read.checkpoint, last: { size: range.end, hash: hexOf(last) } },
  ];
}

function isSigned(note: Note, keys: readonly VerifierKey[]): boolean {
  return keys.length === 0 || keys.some((key) => verdictOf(note, key) === 'verified');
}
