import { dirname, join } from 'node:path';
import { isPolicyText, marksRoot, ROOT_FILE } from '../../policy/compile/root-file.ts';
import { type FileSystem, nodeFileSystem } from '../../policy/source/file-system.ts';
import { isYaml } from '../../policy/source/pass-files.ts';

/** Folder that is the root without a `lictor.yaml`, though its policies are only in its subfolders. */
const USUAL_NAME = 'policies';

/** Folders of other programs with many files, in addition to those whose name starts with a dot. */
const FOREIGN = new Set(['node_modules', 'vendor', 'target', 'dist']);

/** Most folders that a search enters, so that opening the root of a disk does not read all of it. */
const MOST_FOLDERS = 10_000;

/** The nearest folder with a `lictor.yaml`: `dir` or one around it; undefined if there is none. */
export async function markedRootOf(
  dir: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<string | undefined> {
  if (await isMarked(dir, fileSystem)) return dir;
  const outer = dirname(dir);
  return outer === dir ? undefined : markedRootOf(outer, fileSystem);
}

/**
 * The policy folders that a folder contains or is a part of: the one with a `lictor.yaml` around it, or else those with
 * a `lictor.yaml` below it, and the highest folders with policies beside these. Several subfolders with policies are
 * parts of one policy folder. Empty if there are no policies.
 */
export async function policyRootsOf(
  dir: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<readonly string[]> {
  const around = await markedRootOf(dir, fileSystem);
  if (around !== undefined) return [around];
  return (await new Search(fileSystem).below(dir)).map(({ root }) => root);
}

async function isMarked(dir: string, fileSystem: FileSystem): Promise<boolean> {
  const text = await textOf(join(dir, ROOT_FILE), fileSystem);
  return text !== undefined && marksRoot(text);
}

/** The text of a file; undefined if it cannot be read. */
async function textOf(file: string, fileSystem: FileSystem): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await fileSystem.read(file));
  } catch {
    return undefined;
  }
}

interface Found {
  readonly root: string;
  /** The reason: a `lictor.yaml`, the name `policies`, or else the policies in it. */
  readonly by: 'file' | 'name' | 'content';
}

class Search {
  readonly #fileSystem: FileSystem;
  #left = MOST_FOLDERS;

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  async below(dir: string, name = ''): Promise<readonly Found[]> {
    this.#left -= 1;
    if (this.#left < 0) return [];
    const entries = await this.#entries(dir);
    const files = entries.filter((entry) => entry.kind === 'file' && isYaml(entry.name));
    if (files.some((file) => file.name === ROOT_FILE) && (await isMarked(dir, this.#fileSystem))) {
      return [{ root: dir, by: 'file' }];
    }
    const found: Found[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'folder' || entry.name.startsWith('.') || FOREIGN.has(entry.name)) continue;
      found.push(...(await this.below(join(dir, entry.name), entry.name)));
    }
    // A folder with a `lictor.yaml` is not a part of another.
    if (found.some(({ by }) => by === 'file')) return found;
    const by = name === USUAL_NAME ? 'name' : 'content';
    const isRoot =
      (by === 'name' && found.length > 0) || areParts(dir, found) || (await this.#holdPolicies(dir, files));
    return isRoot ? [{ root: dir, by }] : found;
  }

  async #holdPolicies(dir: string, files: readonly { readonly name: string }[]): Promise<boolean> {
    for (const { name } of files) {
      const text = await textOf(join(dir, name), this.#fileSystem);
      if (text !== undefined && isPolicyText(text)) return true;
    }
    return false;
  }

  /** The entries of a folder; none if it cannot be read. */
  async #entries(dir: string): ReturnType<FileSystem['list']> {
    try {
      return await this.#fileSystem.list(dir);
    } catch {
      return [];
    }
  }
}

/** True if several subfolders have policies, such as one for each service, and none of them is named `policies`. */
function areParts(dir: string, found: readonly Found[]): boolean {
  const direct = found.filter(({ root }) => dirname(root) === dir);
  return direct.length > 1 && found.every(({ by }) => by === 'content');
}
