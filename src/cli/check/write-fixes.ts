import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { replaceFile } from '../terminal/replace-file.ts';

/** Predicate of a sentence whose subject is the file; undefined if the file is written. */
export type WriteProblem = string | undefined;

/**
 * Replaces a file of a policy folder by its corrected text. A link is followed if it ends in the folder. A file that has
 * changed since it was read is not written.
 */
export async function writeFixed(
  root: string,
  file: string,
  read: Uint8Array | undefined,
  text: string,
): Promise<WriteProblem> {
  try {
    const path = await realpath(join(root, file));
    if (!path.startsWith((await realpath(root)) + sep)) return 'is a link to a file outside of the folder';
    if (read === undefined || !(await readFile(path)).equals(read)) return 'changed meanwhile';
    await replaceFile(path, text);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return `cannot be written (${code})`;
  }
}
