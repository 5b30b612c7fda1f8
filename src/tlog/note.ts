import { fromBase64, toBase64 } from './base64.ts';
import { isKeyName, type SignerKey, type VerifierKey } from './note-key.ts';

/** A signed note (C2SP signed-note). */
export interface Note {
  /** The text with its last line end, without the empty line before the signatures. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  /** The bytes after the id. */
  readonly bytes: Uint8Array;
  /** The line with its end. */
  readonly line: string;
}

/** Result of reading a text; the problem completes a sentence that begins with it. */
export type NoteResult =
  | { readonly note: Note; readonly problem?: undefined }
  | { readonly problem: string; readonly note?: undefined };

/** Most UTF-16 units of a note: room for more than 16 signatures of every kind. */
export const MAX_NOTE = 256 * 1024;
const MAX_SIGNATURES = 100;

const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u;

/** Reads a signed note. Its signatures are not verified. */
export function readNote(written: string): NoteResult {
  if (written.length > MAX_NOTE) return { problem: `is longer than ${MAX_NOTE} characters` };
  if (!written.isWellFormed() || hasControl(written)) return { problem: 'has control characters' };
  const end = written.lastIndexOf('\n\n');
  if (end < 0 || !written.endsWith('\n')) return { problem: 'has no empty line before signatures' };
  const lines = written.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return { problem: `has more than ${MAX_SIGNATURES} signatures` };
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = readSignature(line);
    if (signature === undefined) return { problem: 'has a line after its text that is not a signature' };
    signatures.push(signature);
  }
  return { note: { text: written.slice(0, end + 1), signatures } };
}

/** A line with the signature of a key, with its end. `bytes`: the signature. */
export function signatureLine({ name, id }: VerifierKey, bytes: Uint8Array): string {
  return `— ${name} ${toBase64(Buffer.concat([Buffer.from(id, 'hex'), bytes]))}\n`;
}

/** The note with the signature of a key of the type `ed25519`. */
export function signNote(text: string, key: SignerKey): string {
  return `${text}\n${signatureLine(key.verifier, key.sign(Buffer.from(text)))}`;
}

/** The outcome of a key for a note. */
export type Verdict = 'verified' | 'invalid' | 'absent';

/** The outcome of a key of the type `ed25519` for a note. */
export function verdictOf(note: Note, key: VerifierKey): Verdict {
  const signature = signatureOf(note, key);
  if (signature === undefined) return 'absent';
  return key.verify(Buffer.from(note.text), signature.bytes) ? 'verified' : 'invalid';
}

/** The signature of a note by a key; not verified. */
export function signatureOf(note: Note, { name, id }: VerifierKey): NoteSignature | undefined {
  return note.signatures.find((each) => each.name === name && each.id === id);
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length < 5) return undefined;
  const id = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return { name, id, bytes: bytes.subarray(4), line: `${line}\n` };
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}
