import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { isYaml } from '../../policy/source/pass-files.ts';

/** The files of a path: the file itself, or the YAML files of a folder. */
export type YamlFiles =
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
export async function yamlFiles(path: string): Promise<YamlFiles> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    if (found.isFile()) {
      // Formatting would turn other text into YAML: a CSV table would become one line.
      return isYaml(path) ? { files: [real], isNamed: true } : { problem: 'is not a YAML file' };
    }
    if (!found.isDirectory()) return { problem: 'is neither a file nor a folder' };
    return { files: await below(path), isNamed: false };
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return { problem: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
  }
}

async function below(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await below(path)));
    else if (entry.isFile() && isYaml(entry.name)) files.push(path);
  }
  return files;
}
