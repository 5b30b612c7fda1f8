import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Gives a file new content in one step, so that nobody reads half of it and a crash leaves the old one. Its mode stays.
 * Rejects with the file system's error, also where the file itself may not be written.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await access(path, constants.W_OK);
  const { mode } = await stat(path);
  // A name that starts with a dot is no part of a policy folder.
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
