import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../support/tools.ts';

const run = promisify(execFile);

/** The commit of this checkout. */
export async function headCommit(): Promise<string> {
  return (await run('git', ['rev-parse', 'HEAD'], { cwd: fileURLToPath(ROOT) })).stdout.trim();
}

/** Clones a commit to `folder`, with packages of its own and the downloads of this checkout. */
export async function cloneCheckout(folder: string, commit: string): Promise<void> {
  const root = fileURLToPath(ROOT);
  await mkdir(dirname(folder), { recursive: true });
  await run('git', ['clone', '--quiet', '--no-hardlinks', root, folder]);
  await run('git', ['checkout', '--quiet', '--detach', commit], { cwd: folder });
  await cp(join(root, 'node_modules'), join(folder, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await mkdir(join(root, '.tools/image'), { recursive: true });
  await mkdir(join(folder, '.tools'));
  await symlink(join(root, '.tools/image'), join(folder, '.tools/image'));
}

/** Builds the program and its image in a checkout, with an environment of its own. Returns its output folder. */
export async function buildImage(checkout: string, env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: checkout, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
  await run(process.execPath, ['test/support/bundle.ts'], options);
  await run(process.execPath, ['deploy/image/main.ts'], options);
  return join(checkout, '.image');
}

/** All files below a folder, by path, with their contents. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = files.map(async (path) => [path.slice(folder.length), await readFile(path)] as const);
  return new Map((await Promise.all(read)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
