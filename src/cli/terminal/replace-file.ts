import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces the content of a file atomically: no reader sees half of it, and a crash leaves the old content. Keeps the
 * mode. Rejects with the error of the file system, also if the file itself is not writable.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await access(path, constants.W_OK);
  const { mode } = await stat(path);
  // A policy folder ignores names that start with a dot.
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(beside, text, { flag: 'wx', flush: true });
    await chmod(beside, mode & 0o7777);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
