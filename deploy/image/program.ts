import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stagePackage } from '../../test/support/npm-package.ts';
import { HOME } from './image-config.ts';
import { type Lock, type Packages, packagesOf } from './packages.ts';
import { type Product, programBill } from './sbom.ts';
import type { Entry } from './tar.ts';

/** Folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Files of our own package that no process reads in an image. */
const UNREAD_OWN = /\.map$|^(?:README|CHANGELOG)\.md$|^npm-shrinkwrap\.json$|^dist\/[^/]+\.1$/;

/** Files of other packages that no process reads: types and sources of TypeScript, maps, texts other than licences. */
const UNREAD_OTHERS =
  /\.(?:map|[cm]?ts|tsbuildinfo|md|markdown)$|\/\.[^/]+$|\/(?:build\/esm|build\/esnext|tests?|__tests__)\//i;

/** The compiled program, and the packages of npm that it is made of. */
export interface Program {
  readonly dist: string;
  readonly lock: Lock;
  readonly packages: Packages;
  readonly product: Product;
}

export async function readProgram({
  dist,
  revision,
  time,
}: {
  /** Folder with the bundles and their source maps. */
  readonly dist: string;
  readonly revision: string;
  readonly time: number;
}): Promise<Program> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  return {
    dist,
    lock,
    packages: await packagesOf(dist, lock),
    product: { version: lock.version, revision, time },
  };
}

/** Entries of the layer of the program: its files, and a bill of materials of the packages in it. */
export async function programEntries(program: Program): Promise<readonly Entry[]> {
  const { dist, lock, packages, product } = program;
  const scratch = await mkdtemp(join(tmpdir(), 'lictor-image-'));
  try {
    const staged = join(scratch, 'package');
    await stagePackage(staged, dist);
    const content = Buffer.from(`${JSON.stringify(programBill(product, lock, packages), null, 2)}\n`);
    const files = await filesOf(staged, packages.unbundled);
    return [...files, { path: `${HOME}/sbom.cdx.json`, content, mode: 0o644 }];
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/**
 * The package as `make package` stages it, and the packages that are not bundled. They are the same for every
 * architecture, since none of them has native code.
 */
async function filesOf(staged: string, packages: readonly string[]): Promise<readonly Entry[]> {
  const own = await entriesBelow(staged, staged);
  const others = await Promise.all(packages.map((path) => entriesBelow(join(ROOT, path), ROOT, path)));
  const entries = [...own, ...others.flat()].filter(({ path }) => !isUnread(path));
  const native = entries.find(({ path }) => path.endsWith('.node'));
  if (native !== undefined) throw new Error(`\`${native.path}\` is native code, of one architecture only`);
  return entries.map((entry) => ({ ...entry, path: `${HOME}/${entry.path}` }));
}

function isUnread(path: string): boolean {
  return (path.startsWith('node_modules/') ? UNREAD_OTHERS : UNREAD_OWN).test(path);
}

/** All files of a folder, with paths from `root`; packages inside of the package `own` are packages of their own. */
async function entriesBelow(folder: string, root: string, own?: string): Promise<readonly Entry[]> {
  const names = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    names.map(async (each): Promise<readonly Entry[]> => {
      const at = join(folder, each.name);
      if (each.isDirectory())
        return each.name === 'node_modules' && own !== undefined ? [] : entriesBelow(at, root, own);
      if (!each.isFile()) throw new Error(`\`${relative(root, at)}\` is neither a file nor a folder`);
      return [{ path: relative(root, at), content: await readFile(at), mode: await modeOf(at) }];
    }),
  );
  return found.flat();
}

/** 0755 or 0644, whatever mask the checkout was made with. */
async function modeOf(path: string): Promise<number> {
  return ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755;
}
