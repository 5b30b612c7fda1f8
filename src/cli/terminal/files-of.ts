import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';

/** The files that a verb takes. */
export interface FileKind {
  /** True for the name of a file that is taken out of a folder. */
  readonly isListed: (name: string) => boolean;
  /** Problem with a file that is named and not taken, as the second half of a sentence; undefined to take it. */
  readonly refusal: (path: string) => string | undefined;
}

/** The files of a path: the file itself, or those of a folder. */
export type FilesOf =
  | {
      /** Absolute paths, in order. */
      readonly files: readonly string[];
      /** True if the path is that of a file. */
      readonly isNamed: boolean;
    }
  /** The second half of a sentence that starts with the path. */
  | { readonly problem: string };

/**
 * Lists the files of a path. In a folder, `node_modules` and names that start with a dot are skipped and links are not
 * followed. A path that is a link itself is followed.
 */
export async function filesOf(path: string, { isListed, refusal }: FileKind): Promise<FilesOf> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    if (found.isFile()) {
      const problem = refusal(path);
      return problem === undefined ? { files: [real], isNamed: true } : { problem };
    }
    if (!found.isDirectory()) return { problem: 'is neither a file nor a folder' };
    return { files: await below(path, isListed), isNamed: false };
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return { problem: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
  }
}

async function below(folder: string, isListed: FileKind['isListed']): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await below(path, isListed)));
    else if (entry.isFile() && isListed(entry.name)) files.push(path);
  }
  return files;
}
