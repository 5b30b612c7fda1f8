import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import type { Folder } from '../../../src/policy/source/folder.ts';
import { loadFolder } from '../../../src/policy/source/load.ts';

/** A temporary folder, by its real path; deleted after the tests of the file. */
export function scratch(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'lictor-policy-')));
  made.push(path);
  return path;
}

const made: string[] = [];

afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Writes files with the folders that they need. */
export function put(dir: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  mkdirSync(dir, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

/** Creates or replaces a link atomically, as git-sync and the kubelet do. */
export function swapLink(link: string, target: string): void {
  symlinkSync(target, `${link}_tmp`);
  renameSync(`${link}_tmp`, link);
}

/** Writes one version of a Kubernetes volume and makes it live as the kubelet does. */
export function putVolume(dir: string, version: string, files: Readonly<Record<string, string>>): void {
  put(join(dir, `..${version}`), files);
  swapLink(join(dir, '..data'), `..${version}`);
  for (const name of new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))) {
    rmSync(join(dir, name), { force: true });
    symlinkSync(join('..data', name), join(dir, name));
  }
}

/** Writes one commit to a git-sync root, makes it live at `root/current`, and deletes the commit `old` at once. */
export function putWorkTree(
  root: string,
  commit: string,
  files: Readonly<Record<string, string>>,
  old?: string,
): void {
  put(join(root, '.worktrees', commit), files);
  swapLink(join(root, 'current'), join('.worktrees', commit));
  if (old !== undefined) rmSync(join(root, '.worktrees', old), { recursive: true });
}

/** 40 hex digits, the same for the same seed. */
export function commitLike(seed: string): string {
  return createHash('sha1').update(seed).digest('hex');
}

/** Runs git without the settings of the user and returns its output, trimmed. */
export function git(cwd: string, ...args: readonly string[]): string {
  const options = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main'];
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...options, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Commits all files and returns the commit. */
export function commitAll(dir: string, message = 'a change'): string {
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', message);
  return git(dir, 'rev-parse', 'HEAD');
}

/** The loaded folder; throws if it does not load. */
export async function folderOf(dir: string, fileSystem = nodeFileSystem): Promise<Folder> {
  const loaded = await loadFolder(dir, fileSystem);
  if (loaded.folder === undefined) throw new Error(loaded.diagnostics[0]?.message);
  return loaded.folder;
}

/** The text of each file, by path. */
export function texts(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
}
