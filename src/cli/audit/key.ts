import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { formatKeys, isKeyName } from '../../tlog/note-key.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';

/** Bytes of a private key of Ed25519. */
const SEED = 32;

/** `lictor audit key`: writes a private key to a file that only its owner can read, and prints its public key. */
export async function key({ options, terminal, usage }: AuditCall): Promise<ExitCode> {
  const { name, out, witness }: AuditOptions = options;
  if (out === undefined) return usage('--out: name the file for the private key');
  if (!isKeyName(name)) return usage(`--name: \`${name}\` has spaces or \`+\`, is empty or is too long`);
  const { signer, verifier } = formatKeys(name, randomBytes(SEED), witness ? 'cosignature' : 'ed25519');
  try {
    await writeFile(resolve(terminal.directory, out), `${signer}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return usage(
      code === 'EEXIST' ? `\`${out}\` exists, and is not replaced` : `\`${out}\` cannot be written (${code})`,
    );
  }
  terminal.stdout.write(`${verifier}\n`);
  return EXIT.fine;
}
