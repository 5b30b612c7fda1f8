import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';

/** Largest file of a flag, in MiB; a bundle of all public authorities has 250 KB. */
const MOST_MIB = 4;

/** The bytes of the file that a flag names; undefined if it cannot be read, which is added to `problems`. */
export async function readFlagFile(
  flag: string,
  path: string,
  directory: string,
  problems: string[],
): Promise<Uint8Array | undefined> {
  try {
    return await readBounded(resolve(directory, path), MOST_MIB);
  } catch (error) {
    problems.push(`${flag}: \`${path}\` cannot be read (${errorCode(error) || errorMessage(error)})`);
    return undefined;
  }
}

/**
 * The bytes of a regular file of at most `most` MiB. Opened with O_NONBLOCK: a pipe that nobody writes to would hold a
 * thread.
 */
export async function readBounded(path: string, most: number): Promise<Uint8Array> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const status = await file.stat();
  if (!status.isFile()) throw new Error('not a regular file');
  if (status.size > most * 1024 * 1024) throw new Error(`larger than ${most} MiB`);
  return await file.readFile();
}
