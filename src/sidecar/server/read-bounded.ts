import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

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
