import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './tools.ts';

/** The part of package-lock.json that is read here. Other members are kept. */
export interface Lock {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony'];
const MACHINES = ['arm64', 'x64', 'ia32', 'arm', 'riscv64', 'ppc64', 's390x', 'loong64'];

/**
 * Builds for other platforms that packages depend on and the lock lacks, as `name@version`.
 * `npm install` omits a build that the registry lacks, and `npm ci` then rejects the lock.
 */
export function missingBuilds(lock: Lock): string[] {
  return missing(lock).map(({ name, version }) => `${name}@${version}`);
}

/** Adds the missing builds, each with its exact version and platform. Returns their number. */
export function completeLock(lock: Lock): number {
  const builds = missing(lock);
  for (const { name, version, dev } of builds) {
    const words = name.split(/[-/]/);
    const os = words.find((word) => SYSTEMS.includes(word));
    const cpu = words.find((word) => MACHINES.includes(word));
    if (os === undefined || cpu === undefined) throw new Error(`\`${name}\` does not tell its platform`);
    const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      ...(os === 'linux' ? { libc: [libc] } : {}),
      optional: true,
      os: [os],
    };
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return builds.length;
}

function missing(lock: Lock): { name: string; version: string; dev: boolean }[] {
  return Object.entries(lock.packages).flatMap(([folder, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(
        ([name]) => !foldersAbove(folder).some((above) => `${above}node_modules/${name}` in lock.packages),
      )
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** Folders in which Node resolves the imports of the package in `folder`: for `a/node_modules/b` itself, `a` and the root. */
function foldersAbove(folder: string): string[] {
  const parts = folder.split('/node_modules/');
  return ['', ...parts.map((_, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/`)];
}

if (import.meta.main) {
  const path = new URL('package-lock.json', ROOT);
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const added = completeLock(lock);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${added} builds for other platforms added to package-lock.json\n`);
}
