import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { USER } from '../../src/tools/inject/names.ts';
import { type DebianPackage, type DebianPins, openPackage } from './debian.ts';
import type { Architecture } from './layout.ts';
import type { Entry } from './tar.ts';

const run = promisify(execFile);

/** Names that others than OCI have for an architecture. */
const NAMES = {
  amd64: { npm: 'x64', triplet: 'x86_64-linux-gnu', loader: 'usr/lib64/ld-linux-x86-64.so.2' },
  arm64: { npm: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'usr/lib/ld-linux-aarch64.so.1' },
} as const satisfies Record<Architecture, object>;

/** Files of each package: what `node` links, its licence, and the texts of licences. */
const FILES: Readonly<Record<string, (names: (typeof NAMES)[Architecture]) => readonly string[]>> = {
  'base-files': () => [
    'usr/lib/os-release',
    'usr/share/doc/base-files/copyright',
    ...['GPL-2', 'GPL-3', 'LGPL-2.1', 'MPL-2.0'].map((name) => `usr/share/common-licenses/${name}`),
  ],
  'ca-certificates': () => ['usr/share/doc/ca-certificates/copyright'],
  'gcc-14-base': () => ['usr/share/doc/gcc-14-base/copyright'],
  libc6: ({ triplet, loader }) => [
    loader,
    `usr/lib/${triplet}/${loader.slice(loader.lastIndexOf('/') + 1)}`,
    // The last three are for names: getaddrinfo reads /etc/hosts and asks DNS.
    ...['c.so.6', 'm.so.6', 'dl.so.2', 'pthread.so.0', 'resolv.so.2', 'nss_dns.so.2', 'nss_files.so.2'].map(
      (name) => `usr/lib/${triplet}/lib${name}`,
    ),
    'usr/share/doc/libc6/copyright',
  ],
  'libgcc-s1': ({ triplet }) => [`usr/lib/${triplet}/libgcc_s.so.1`, 'usr/share/doc/libgcc-s1'],
  'libstdc++6': ({ triplet }) => [
    `usr/lib/${triplet}/libstdc++.so.6`,
    `usr/lib/${triplet}/libstdc++.so.6.0.33`,
    'usr/share/doc/libstdc++6',
  ],
};

/** Files that programs expect in `/etc` and around: users, the order in which names are looked up, and empty folders. */
const FIXED: readonly Entry[] = [
  text('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/:/sbin/nologin\n`),
  text('etc/group', `root:x:0:\nnonroot:x:${USER}:\n`),
  text('etc/nsswitch.conf', 'hosts: files dns\n'),
  { path: 'etc/os-release', link: '../usr/lib/os-release' },
  { path: 'lib', link: 'usr/lib' },
  ...['dev', 'proc', 'sys', 'policies'].map((path) => ({ path, folder: true as const, mode: 0o755 })),
  { path: 'tmp', folder: true, mode: 0o1777 },
  { path: 'run/lictor', folder: true, mode: 0o755, owner: USER },
];

export interface Base {
  readonly entries: readonly Entry[];
  readonly packages: readonly DebianPackage[];
  /** Version and integrity of Node, as the lockfile has them. */
  readonly node: { readonly version: string; readonly integrity: string };
}

/** The layer that changes with Node and Debian only: no file of Lictor. Downloads are kept in `cache`. */
export async function baseLayer(architecture: Architecture, pins: DebianPins, cache: string): Promise<Base> {
  const names = NAMES[architecture];
  const packages: DebianPackage[] = [];
  for (const pin of pins.packages) packages.push(await openPackage(pin, pins, architecture, cache));
  const taken = await Promise.all(packages.map((each) => entriesOf(each, names)));
  const node = await provideNode(`node-linux-${names.npm}`, names.npm, cache);
  return {
    packages,
    node: node.locked,
    entries: [
      ...FIXED,
      ...(architecture === 'amd64' ? [{ path: 'lib64', link: 'usr/lib64' }] : []),
      ...taken.flat(),
      text('etc/ssl/certs/ca-certificates.crt', await certificates(packages)),
      { path: 'usr/bin/node', content: await readFile(join(node.folder, 'bin/node')), mode: 0o755 },
      text('usr/share/doc/node/LICENSE', await readFile(join(node.folder, 'LICENSE'), 'utf8')),
    ],
  };
}

/** The files of a package, and its `control` where scanners look for packages of images without `dpkg`. */
async function entriesOf(
  { pin, control, entry }: DebianPackage,
  names: (typeof NAMES)[Architecture],
): Promise<readonly Entry[]> {
  const paths = FILES[pin.name]?.(names);
  if (paths === undefined) throw new Error(`base-layer.ts names no files of ${pin.name}`);
  const status = text(`var/lib/dpkg/status.d/${pin.name}`, control);
  return [...(await Promise.all(paths.map(entry))), status];
}

/** The file that `update-ca-certificates` writes: all authorities of Mozilla, by name. */
async function certificates(packages: readonly DebianPackage[]): Promise<string> {
  const found = packages.find(({ pin }) => pin.name === 'ca-certificates');
  if (found === undefined) throw new Error('debian.json has no ca-certificates');
  const paths = await found.list('usr/share/ca-certificates/mozilla');
  const texts = await Promise.all(
    paths.toSorted().map(async (path) => (await found.read(path)).toString('latin1')),
  );
  return texts.map((each) => `${each.trimEnd()}\n`).join('');
}

interface NodeLock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

/** Installs Node for an architecture by the lockfile that also `make install` uses; npm checks its integrity. */
async function provideNode(
  name: string,
  cpu: string,
  cache: string,
): Promise<{ folder: string; locked: Base['node'] }> {
  const source = new URL('../../test/support/node/', import.meta.url);
  const home = join(cache, `node-${cpu}`);
  await mkdir(home, { recursive: true });
  const lock = await readFile(new URL('package-lock.json', source), 'utf8');
  const stamp = join(home, 'installed');
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== lock) {
    await copyFile(new URL('package.json', source), join(home, 'package.json'));
    await writeFile(join(home, 'package-lock.json'), lock);
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['ci', '--os=linux', `--cpu=${cpu}`, ...quiet], { cwd: home });
    await writeFile(stamp, lock);
  }
  const locked = (JSON.parse(lock) as NodeLock).packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`${fileURLToPath(source)} pins no ${name}`);
  return { folder: join(home, 'node_modules', name), locked };
}

function text(path: string, content: string): Entry {
  return { path, content: Buffer.from(content), mode: 0o644 };
}
