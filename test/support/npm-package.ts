import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './tools.ts';

const SHRINKWRAP = 'npm-shrinkwrap.json';

/** The parts of package.json and of package-lock.json that are read here. Other members are kept. */
interface Manifest {
  readonly files: readonly string[];
  readonly private?: boolean;
  readonly scripts?: object;
  readonly devDependencies?: object;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devDependencies?: object }>>;
}

/**
 * Writes the package for the registry to `folder`, with the compiled program of `dist`. A folder of its own: there,
 * npm-shrinkwrap.json fixes the version and the digest of every package that users install, which npm ignores in
 * package-lock.json, while package-lock.json stays the lock of the repository. The repository itself is private, so
 * that nobody publishes it without.
 */
export async function stagePackage(folder: string, dist: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = await readJson<Manifest>('package.json');
  const copied = manifest.files.filter((name) => name !== 'dist');
  for (const name of [...copied, 'README.md']) {
    await cp(fileURLToPath(new URL(name, ROOT)), join(folder, name), { recursive: true });
  }
  await cp(dist, join(folder, 'dist'), { recursive: true });
  await writeJson(join(folder, 'package.json'), publicManifest(manifest));
  await writeJson(join(folder, SHRINKWRAP), productionLock(await readJson<LockFile>('package-lock.json')));
}

function publicManifest({
  private: _,
  scripts: _scripts,
  devDependencies: _development,
  ...rest
}: Manifest): object {
  // npm leaves it out of a package with `files` that do not name it.
  return { ...rest, files: [...rest.files, SHRINKWRAP] };
}

/** Without the packages of development, which npm would install from a shrinkwrap of a package. */
function productionLock({ packages, ...rest }: LockFile): LockFile {
  const production = Object.entries(packages).flatMap(([path, { devDependencies: _, ...each }]) =>
    each.dev === true ? [] : [[path, each] as const],
  );
  return { ...rest, packages: Object.fromEntries(production) };
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(name, ROOT), 'utf8')) as T;
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.main) {
  await stagePackage(fileURLToPath(new URL('.package', ROOT)), fileURLToPath(new URL('dist', ROOT)));
}
