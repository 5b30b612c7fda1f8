import { readVerifierKeys, type VerifierKey } from '../../tlog/note-key.ts';
import { readInput } from '../terminal/read-input.ts';
import type { Terminal } from '../terminal/terminal.ts';

export type KeysResult =
  | { readonly keys: readonly VerifierKey[]; readonly problem?: undefined }
  | { readonly problem: string; readonly keys?: undefined };

/** The public keys of a file; none if no file is given. `flag`: the flag that names it. */
export async function readKeys(
  path: string | undefined,
  flag: string,
  terminal: Terminal,
): Promise<KeysResult> {
  if (path === undefined) return { keys: [] };
  const input = await readInput(path, terminal);
  if (input.problem !== undefined) return { problem: `${flag}: ${input.problem}` };
  const { key, problem } = readVerifierKeys(Buffer.from(input.bytes).toString());
  return problem === undefined ? { keys: key } : { problem: `${flag}: \`${path}\` ${problem}` };
}
