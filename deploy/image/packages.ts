import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

/** The parts of package-lock.json that are read here. */
export interface Lock {
  readonly version: string;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages of npm in an image, by their paths in the lockfile, such as `node_modules/ioredis`. */
export interface Packages {
  /** Those whose code the bundles contain. */
  readonly bundled: readonly string[];
  /** Those that stay folders of their own, with all that they need. */
  readonly unbundled: readonly string[];
}

/** Reads from the source maps of `dist` which packages are bundled, and which others it requires. */
export async function packagesOf(dist: string, lock: Lock): Promise<Packages> {
  const bundled = new Set<string>();
  const required = new Set<string>();
  for (const name of await readdir(dist)) {
    const text =
      name.endsWith('.map') || name.endsWith('.js') ? await readFile(join(dist, name), 'utf8') : '';
    if (name.endsWith('.map')) for (const path of sourcesIn(text)) bundled.add(path);
    else for (const [, wanted = ''] of text.matchAll(REQUIRE)) if (!isBuiltin(wanted)) required.add(wanted);
  }
  // Some bundled packages also write `require` of themselves into the code that they generate.
  const others = [...required].filter((name) => !bundled.has(`node_modules/${name}`));
  return { bundled: [...bundled].toSorted(), unbundled: closure(others, lock) };
}

function sourcesIn(map: string): readonly string[] {
  const { sources } = JSON.parse(map) as { readonly sources: readonly string[] };
  return sources.flatMap(
    (source) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? [],
  );
}

/** A package that a bundle requires or imports. Files of the bundle begin with a dot, modules of Node with `node:`. */
const REQUIRE = /\b(?:require|import)\(["'`]((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^"'`]*)?["'`]\)/g;

/** Packages of types are for compilers only. */
const TYPES_ONLY = /^node_modules\/(?:@types\/|undici-types$)/;

/** The packages and all that they need, sorted. A package without an entry in the lockfile is a fault. */
export function closure(names: readonly string[], lock: Lock): readonly string[] {
  const found = new Set<string>();
  const pending = names.map((name) => resolve('', name, lock));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (found.has(path) || TYPES_ONLY.test(path)) continue;
    found.add(path);
    for (const each of dependenciesOf(path, lock)) pending.push(each);
  }
  return [...found].toSorted();
}

/** Paths of the packages that a package needs. */
export function dependenciesOf(path: string, lock: Lock): readonly string[] {
  const { dependencies = {}, optionalDependencies = {} } = lock.packages[path] ?? {};
  const optional = Object.keys(optionalDependencies);
  return [
    ...Object.keys(dependencies)
      .filter((name) => !optional.includes(name))
      .map((name) => resolve(path, name, lock)),
    ...optional.flatMap((name) => find(path, name, lock) ?? []),
  ];
}

function resolve(from: string, name: string, lock: Lock): string {
  const path = find(from, name, lock);
  if (path === undefined)
    throw new Error(`package-lock.json has no ${name}, which ${from || 'the program'} needs`);
  return path;
}

/** The package that Node takes: in the folder of the one that needs it, or in one above. */
function find(from: string, name: string, lock: Lock): string | undefined {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const path = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (path in lock.packages) return path;
    if (above === '') return undefined;
  }
}
