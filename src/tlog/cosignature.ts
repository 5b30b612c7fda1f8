import { type Note, signatureLine, signatureOf, type Verdict } from './note.ts';
import type { SignerKey, VerifierKey } from './note-key.ts';

/** The bytes that a witness signs at a time, in seconds since 1970 (C2SP tlog-cosignature, Ed25519). */
function cosignedMessage(text: string, seconds: number): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

const TIME_BYTES = 8;

/** The line of a cosignature of a checkpoint. `key`: of the type `cosignature`. */
export function cosign(text: string, key: SignerKey, seconds: number): string {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeBigUInt64BE(BigInt(seconds));
  return signatureLine(key.verifier, Buffer.concat([bytes, key.sign(cosignedMessage(text, seconds))]));
}

export interface Cosigned {
  readonly verdict: Verdict;
  /** Time of the cosignature, seconds since 1970; undefined unless it is verified. */
  readonly seconds?: number;
}

/** The outcome of a witness for a checkpoint. */
export function cosignedBy(note: Note, key: VerifierKey): Cosigned {
  const bytes = signatureOf(note, key)?.bytes;
  if (bytes === undefined) return { verdict: 'absent' };
  if (bytes.length <= TIME_BYTES) return { verdict: 'invalid' };
  const seconds = Number(Buffer.from(bytes.subarray(0, TIME_BYTES)).readBigUInt64BE());
  if (!Number.isSafeInteger(seconds)) return { verdict: 'invalid' };
  const isVerified = key.verify(cosignedMessage(note.text, seconds), bytes.subarray(TIME_BYTES));
  return isVerified ? { verdict: 'verified', seconds } : { verdict: 'invalid' };
}
