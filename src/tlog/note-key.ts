import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fromBase64, toBase64 } from './base64.ts';
import { DIGEST_LENGTH, sha256 } from './merkle.ts';

/** Types of signatures by their byte (C2SP signed-note). */
const SIGNATURE_TYPES = {
  /** Of the text of the note. */
  ed25519: 0x01,
  /** Of a witness: the text with a time (C2SP tlog-cosignature). */
  cosignature: 0x04,
} as const;

export type SignatureType = keyof typeof SIGNATURE_TYPES;

/** A public key of notes. */
export interface VerifierKey {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly type: SignatureType;
  /** Text of the key: `NAME+ID+BASE64`. */
  readonly text: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** A private key of notes. */
export interface SignerKey {
  readonly verifier: VerifierKey;
  sign(message: Uint8Array): Uint8Array;
}

/** Result of reading a key; the problem completes a sentence that begins with the name of the file. */
export type KeyResult<K> =
  | { readonly key: K; readonly problem?: undefined }
  | { readonly problem: string; readonly key?: undefined };

/** Bytes before a raw key of Ed25519 in its DER form (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Name of a key whose file has none. */
const DEFAULT_NAME = 'lictor';

const PRIVATE = 'PRIVATE+KEY+';

/** True for a name that notes can have: not empty, without Unicode spaces, control characters and `+`. */
export function isKeyName(name: string): boolean {
  return /^[^\s\p{Cc}\u0085+]+$/u.test(name) && name.isWellFormed() && name.length <= 255;
}

/** A public key in the form `NAME+ID+BASE64`. */
export function readVerifierKey(text: string): KeyResult<VerifierKey> {
  const [name = '', id = '', ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(id) || bytes === undefined)
    return { problem: 'has no key of the form NAME+ID+BASE64' };
  const type = typeOf(bytes[0]);
  if (type === undefined || bytes.length !== 1 + DIGEST_LENGTH)
    return { problem: `has the key \`${name}\` that is not of Ed25519` };
  const key = verifierKey(name, type, bytes.subarray(1));
  return key.id === id ? { key } : { problem: `has the key \`${name}\` whose id is not that of its bytes` };
}

/** Keys, one a line; empty lines and lines that begin with `#` are skipped. */
export function readVerifierKeys(text: string): KeyResult<readonly VerifierKey[]> {
  const keys: VerifierKey[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const { key, problem } = readVerifierKey(line);
    if (key === undefined) return { problem };
    keys.push(key);
  }
  return keys.length === 0 ? { problem: 'has no key' } : { key: keys };
}

/**
 * A private key: `PRIVATE+KEY+NAME+ID+BASE64`, or PKCS#8 in PEM, whose name is `lictor`. `type`: of its signatures.
 */
export function readSignerKey(text: string, type: SignatureType = 'ed25519'): KeyResult<SignerKey> {
  const trimmed = text.trim();
  return trimmed.startsWith(PRIVATE)
    ? readNoteKey(trimmed.slice(PRIVATE.length), type)
    : readPemKey(trimmed, type);
}

/** The text of a private key and of its public key. `seed`: 32 random bytes. */
export function formatKeys(
  name: string,
  seed: Uint8Array,
  type: SignatureType,
): { readonly signer: string; readonly verifier: string } {
  const { verifier } = signerKey(name, type, privateKey(seed));
  const bytes = toBase64(Uint8Array.of(SIGNATURE_TYPES[type], ...seed));
  return { signer: `${PRIVATE}${name}+${verifier.id}+${bytes}`, verifier: verifier.text };
}

function readNoteKey(text: string, type: SignatureType): KeyResult<SignerKey> {
  const [name = '', id = '', ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  if (!isKeyName(name) || bytes === undefined || bytes.length !== 1 + DIGEST_LENGTH)
    return { problem: 'has no private key of the form PRIVATE+KEY+NAME+ID+BASE64' };
  if (typeOf(bytes[0]) !== type)
    return { problem: `has a key of another kind of signatures than \`${type}\`` };
  const key = signerKey(name, type, privateKey(bytes.subarray(1)));
  return key.verifier.id === id
    ? { key }
    : { problem: 'has a private key whose id is not that of its bytes' };
}

function readPemKey(text: string, type: SignatureType): KeyResult<SignerKey> {
  const key = pemKey(text);
  if (key?.asymmetricKeyType !== 'ed25519') return { problem: 'has no private key of Ed25519' };
  return { key: signerKey(DEFAULT_NAME, type, key) };
}

function pemKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function typeOf(byte: number | undefined): SignatureType | undefined {
  if (byte === SIGNATURE_TYPES.ed25519) return 'ed25519';
  return byte === SIGNATURE_TYPES.cosignature ? 'cosignature' : undefined;
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

function signerKey(name: string, type: SignatureType, key: KeyObject): SignerKey {
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  return {
    verifier: verifierKey(name, type, raw),
    sign: (message) => sign(null, message, key),
  };
}

function verifierKey(name: string, type: SignatureType, raw: Uint8Array): VerifierKey {
  const bytes = Uint8Array.of(SIGNATURE_TYPES[type], ...raw);
  const id = Buffer.from(sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])))
    .subarray(0, 4)
    .toString('hex');
  const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
  return {
    name,
    id,
    type,
    text: `${name}+${id}+${toBase64(bytes)}`,
    verify: (message, signature) => verify(null, message, key, signature),
  };
}
