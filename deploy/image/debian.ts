import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Architecture } from './layout.ts';
import type { Entry } from './tar.ts';

const run = promisify(execFile);

/** The packages of Debian from which the image takes files, each by version and digest: debian.json. */
export interface DebianPins {
  readonly suite: string;
  /** Time at which snapshot.debian.org has all of them, which also keeps versions that Debian has replaced. */
  readonly snapshot: string;
  readonly packages: readonly DebianPin[];
}

export interface DebianPin {
  readonly name: string;
  readonly version: string;
  readonly files: Readonly<Record<Architecture, { readonly path: string; readonly sha256: string }>>;
}

/** A package of Debian, unpacked. */
export interface DebianPackage {
  readonly pin: DebianPin;
  /** The text of `control`: name, version, source and so on. */
  readonly control: string;
  /** The file or link at a path of the package, such as `usr/lib/os-release`. */
  entry(path: string): Promise<Entry>;
  read(path: string): Promise<Buffer>;
  /** Paths of the files in a folder of the package. */
  list(path: string): Promise<readonly string[]>;
}

export async function readPins(): Promise<DebianPins> {
  return JSON.parse(await readFile(new URL('debian.json', import.meta.url), 'utf8')) as DebianPins;
}

/** Fetches a package into `cache` unless it is there, checks its digest and unpacks it. */
export async function openPackage(
  pin: DebianPin,
  { snapshot }: DebianPins,
  architecture: Architecture,
  cache: string,
): Promise<DebianPackage> {
  const { path, sha256 } = pin.files[architecture];
  const file = join(cache, basename(path));
  const folder = `${file}.unpacked`;
  if (!existsSync(file)) await download(path, sha256, snapshot, file);
  const archive = await readFile(file);
  verify(archive, sha256, file);
  if (!existsSync(folder)) await unpack(archive, folder);
  const at = (path: string): string => join(folder, 'data', path);
  return {
    pin,
    control: await readFile(join(folder, 'control/control'), 'utf8'),
    read: (path) => readFile(at(path)),
    list: async (path) => (await readdir(at(path))).map((name) => `${path}/${name}`),
    entry: async (path) => {
      const link = await readlink(at(path)).catch(() => undefined);
      if (link !== undefined) return { path, link };
      const isProgram = ((await stat(at(path))).mode & 0o100) !== 0;
      return { path, content: await readFile(at(path)), mode: isProgram ? 0o755 : 0o644 };
    },
  };
}

/** Debian's mirrors drop a version when the next one is there; the snapshot never does. */
async function download(path: string, sha256: string, snapshot: string, file: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const origins = ['http://deb.debian.org/debian', 'http://deb.debian.org/debian-security'];
  const urls = [...origins, `http://snapshot.debian.org/archive/debian/${snapshot}`].map(
    (url) => `${url}/${path}`,
  );
  const causes: string[] = [];
  for (const url of urls) {
    try {
      await fetchFile(url, `${file}.partial`);
      verify(await readFile(`${file}.partial`), sha256, url);
      await rename(`${file}.partial`, file);
      return;
    } catch (error) {
      causes.push(`${url}: ${error instanceof Error ? error.message.trim() : String(error)}`);
    }
  }
  throw new Error(`a package of Debian cannot be fetched\n${causes.join('\n')}`);
}

const APT_HELPER = '/usr/lib/apt/apt-helper';

/** By the client of apt where there is one, which knows the proxy of the machine. The digest makes HTTP safe. */
async function fetchFile(url: string, file: string): Promise<void> {
  if (existsSync(APT_HELPER)) {
    await run(APT_HELPER, ['-o', 'APT::Sandbox::User=root', 'download-file', url, file]);
    return;
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  await writeFile(file, await response.bytes());
}

function verify(bytes: Uint8Array, sha256: string, name: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${name} has the digest ${found}, and ${sha256} is wanted`);
}

/** Unpacks to `folder/data` and `folder/control`. */
async function unpack(archive: Buffer, folder: string): Promise<void> {
  const partial = await mkdtemp(`${folder}-`);
  for (const [name, content] of membersOf(archive)) {
    const part = /^(data|control)\.tar(\.\w+)?$/.exec(name)?.[1];
    if (part === undefined) continue;
    await mkdir(join(partial, part));
    await writeFile(join(partial, name), content);
    await run('tar', ['-xf', join(partial, name), '-C', join(partial, part)]);
    await rm(join(partial, name));
  }
  await rename(partial, folder);
}

/** Files of an archive in the format of `ar`, which a package of Debian is. */
function membersOf(archive: Buffer): readonly (readonly [name: string, content: Buffer])[] {
  const members: [string, Buffer][] = [];
  let at = '!<arch>\n'.length;
  while (at + HEADER <= archive.length) {
    const name = archive
      .toString('latin1', at, at + 16)
      .trim()
      .replace(/\/$/, '');
    const size = Number(archive.toString('latin1', at + 48, at + 58));
    if (!Number.isSafeInteger(size)) throw new Error('the archive has a member without a size');
    members.push([name, archive.subarray(at + HEADER, at + HEADER + size)]);
    at += HEADER + size + (size % 2);
  }
  return members;
}

/** Bytes of the header of a member of `ar`. */
const HEADER = 60;
