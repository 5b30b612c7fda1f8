import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { leafOf, linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import { type Checkpoint, readCheckpoint } from '../../tlog/checkpoint.ts';
import { cosignedBy } from '../../tlog/cosignature.ts';
import { isSame } from '../../tlog/merkle.ts';
import { verdictOf } from '../../tlog/note.ts';
import type { VerifierKey } from '../../tlog/note-key.ts';
import { rootOfInclusion } from '../../tlog/proof.ts';
import { readProof } from '../../tlog/proof-text.ts';

export type ProvenResult =
  | { readonly proven: Proven; readonly problem?: undefined }
  /** Phrase that completes a sentence about the proof. */
  | { readonly problem: string; readonly proven?: undefined };

export interface Proven {
  /** The record as it was written. */
  readonly record: string;
  readonly checkpoint: Checkpoint;
  /** Name of the key that signed the checkpoint. */
  readonly signer: string;
  /** Times at which witnesses have seen the checkpoint, seconds since 1970, by their names. */
  readonly witnesses: ReadonlyMap<string, number>;
}

/** Verifies a proof without the log: the signature of its checkpoint, and the record in the tree. */
export function verifyProof(
  text: string,
  keys: readonly VerifierKey[],
  witnessKeys: readonly VerifierKey[],
): ProvenResult {
  const { proof, problem } = readProof(text);
  if (proof === undefined) return { problem };
  const { extra, index, hashes } = proof;
  if (extra === undefined) return { problem: 'has no `extra` line with the record' };
  const read = readCheckpoint(proof.checkpoint);
  if (read.problem !== undefined) return { problem: `has a checkpoint that ${read.problem}` };
  const signer = keys.find((key) => verdictOf(read.note, key) === 'verified');
  if (signer === undefined)
    return { problem: 'has a checkpoint that is not signed by any of the given keys' };
  if (!isRecord(extra, index)) return { problem: 'has an `extra` line that is not the record of its index' };
  const { checkpoint } = read;
  const root = rootOfInclusion(leafOf(extra), index, checkpoint.size, hashes);
  if (root === undefined || !isSame(root, checkpoint.root))
    return { problem: 'has a record that is not in the tree of its checkpoint' };
  const witnesses = new Map<string, number>();
  for (const key of witnessKeys) {
    const { seconds } = cosignedBy(read.note, key);
    if (seconds !== undefined) witnesses.set(key.name, seconds);
  }
  return { proven: { record: Buffer.from(extra).toString(), checkpoint, signer: signer.name, witnesses } };
}

function isRecord(line: Uint8Array, index: number): boolean {
  const { value } = parseJson(Buffer.from(line).toString());
  return linkOf(line)?.seq === index && isJsonObject(value);
}
