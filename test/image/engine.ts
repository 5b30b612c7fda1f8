import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/tools.ts';
import type { ImageConfig } from './layout-reader.ts';

const run = promisify(execFile);

/**
 * Builds the last stage of the Dockerfile with buildah, from the files of an image, since its first stage needs a base
 * of a registry. Returns the configuration of the result; undefined for another user than
 * root, and where buildah is not installed.
 */
export async function buildLastStage(
  root: string,
  architecture: string,
  scratch: string,
): Promise<ImageConfig['config'] | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const folder = join(scratch, 'engine');
  await mkdir(folder);
  const dockerfile = await readFile(new URL('deploy/image/Dockerfile', ROOT), 'utf8');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ') + 1);
  await writeFile(join(folder, 'Dockerfile'), last.replace('--from=build /image/', '.'));
  const store = [
    '--root',
    join(folder, 'store'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const file = ['--file', join(folder, 'Dockerfile'), '--platform', `linux/${architecture}`];
  try {
    await run('buildah', [...store, 'build', '--isolation', 'chroot', ...file, '--tag', 'lictor', root]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const { stdout } = await run('buildah', [...store, 'inspect', '--type', 'image', 'lictor']);
  return (JSON.parse(stdout) as { readonly OCIv1: ImageConfig }).OCIv1.config;
}
