import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { isYaml } from '../../policy/source/load.ts';

/** The files that a path stands for: itself, or the YAML files of a folder. */
export type YamlFiles =
  | {
      /** Absolute, in order. */
      readonly files: readonly string[];
      /** The path is the file's own. */
      readonly isNamed: boolean;
    }
  /** The second half of a sentence that starts with the path. */
  | { readonly problem: string };

/**
 * Lists what a path stands for. In a folder, names that start with a dot and `node_modules` are left out and links are
 * not followed; a link that is named itself stands for what it leads to.
 */
export async function yamlFiles(path: string): Promise<YamlFiles> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    if (found.isFile()) {
      // What is no YAML would be made some: a table of a dataset would come out as one line of text.
      return isYaml(path) ? { files: [real], isNamed: true } : { problem: 'is no YAML file' };
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
