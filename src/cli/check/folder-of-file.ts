import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isPolicyText } from '../../policy/compile/root-file.ts';
import { isYaml } from '../../policy/source/pass-files.ts';
import { markedRootOf } from '../../tools/editor/policy-roots.ts';

/** A path that is checked: a policy folder, or a file of one. */
export interface CheckedPath {
  /** The policy folder, relative to the current folder if the path is. */
  readonly dir: string;
  /** The file, relative to the policy folder; undefined if the folder itself is checked. */
  readonly file?: string;
}

/** The policy folder of a path that the user named, relative to `directory`. */
export async function checkedPath(path: string, directory: string): Promise<CheckedPath> {
  const absolute = resolve(directory, path);
  if (!(await isFile(absolute))) return { dir: path };
  const root = await rootOf(dirname(absolute));
  return { dir: relative(directory, root) || '.', file: relative(root, absolute) };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** Name of a folder that is the policy folder of all files below it. */
const USUAL_NAME = 'policies';

/** The root with a `lictor.yaml`, else the nearest folder of that name, else the highest that holds policies itself. */
async function rootOf(dir: string): Promise<string> {
  return (await markedRootOf(dir)) ?? named(dir) ?? highest(dir);
}

function named(dir: string): string | undefined {
  if (basename(dir) === USUAL_NAME) return dir;
  const outer = dirname(dir);
  return outer === dir ? undefined : named(outer);
}

/** The highest folder around `dir`, without a gap, that holds policies itself. */
async function highest(dir: string): Promise<string> {
  const outer = dirname(dir);
  return outer !== dir && (await holdsPolicies(outer)) ? highest(outer) : dir;
}

async function holdsPolicies(dir: string): Promise<boolean> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!isYaml(name) || name.startsWith('.')) continue;
    const text = await readFile(join(dir, name), 'utf8').catch(() => '');
    if (isPolicyText(text)) return true;
  }
  return false;
}
