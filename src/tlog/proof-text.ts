import { fromBase64, fromDecimal, toBase64 } from './base64.ts';
import { DIGEST_LENGTH, type Digest } from './merkle.ts';
import { MAX_NOTE } from './note.ts';
import { MAX_PROOF } from './proof.ts';

/** A proof that a leaf is part of a log, for a reader without the log (C2SP tlog-proof). */
export interface LogProof {
  /** Bytes for the reader that the proof does not authenticate by itself. */
  readonly extra: Uint8Array | undefined;
  readonly index: number;
  readonly hashes: readonly Digest[];
  /** The signed checkpoint. */
  readonly checkpoint: string;
}

export type LogProofResult =
  | { readonly proof: LogProof; readonly problem?: undefined }
  | { readonly problem: string; readonly proof?: undefined };

const FIRST = 'c2sp.org/tlog-proof@v1';

/** Most UTF-16 units of a proof: a note, and a record in base64. */
const MAX_LENGTH = MAX_NOTE + 2 * 1024 * 1024;

export function proofText({ extra, index, hashes, checkpoint }: LogProof): string {
  const lines = [
    FIRST,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(toBase64),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Reads a proof. Nothing of it is verified. */
export function readProof(text: string): LogProofResult {
  if (text.length > MAX_LENGTH) return { problem: `is longer than ${MAX_LENGTH} characters` };
  const end = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  if (first !== FIRST) return { problem: `is not a proof: its first line is not \`${FIRST}\`` };
  const extra = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined;
  const extraBytes = extra === undefined ? undefined : fromBase64(extra);
  if (extra !== undefined && extraBytes === undefined)
    return { problem: 'has an `extra` line without base64' };
  const index = fromDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined) return { problem: 'has no `index` line' };
  const hashes = readHashes(lines);
  if (hashes === undefined) return { problem: 'has a line that is not a hash in base64' };
  return { proof: { extra: extraBytes, index, hashes, checkpoint: text.slice(end + 2) } };
}

/** Hashes in base64, one a line; undefined if one is not a digest, or there are more than a proof has. */
export function readHashes(lines: readonly string[]): readonly Digest[] | undefined {
  if (lines.length > MAX_PROOF) return undefined;
  const hashes = lines.map(fromBase64);
  return hashes.every((each): each is Digest => each?.length === DIGEST_LENGTH) ? hashes : undefined;
}
