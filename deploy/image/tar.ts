/** A file, link or folder of a layer. Paths are relative, such as `etc/passwd`. */
export type Entry = Readonly<
  | { path: string; content: Uint8Array; mode: number; owner?: number }
  | { path: string; link: string }
  | { path: string; folder: true; mode: number; owner?: number }
>;

/** Bytes of a block of tar; headers take one, contents are filled up to whole ones. */
const BLOCK = 512;

/**
 * An archive in the format `ustar` of POSIX.1-1988, which every reader has. The same entries give the same bytes: sorted
 * by path, with one time, numbers for owners, and the folders above each entry, which belong to root.
 *
 * @param time modification time of every entry, in seconds
 */
export function tar(entries: readonly Entry[], time: number): Buffer {
  const all = withFolders(entries).toSorted(({ path: a }, { path: b }) => (a < b ? -1 : 1));
  const blocks = all.flatMap((entry) => blocksOf(entry, time));
  // Two empty blocks end an archive.
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function withFolders(entries: readonly Entry[]): readonly Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    if (all.has(entry.path)) throw new Error(`the layer has \`${entry.path}\` twice`);
    all.set(entry.path, entry);
  }
  for (const path of entries.flatMap((entry) => foldersAbove(entry.path))) {
    if (!all.has(path)) all.set(path, { path, folder: true, mode: 0o755 });
  }
  return [...all.values()];
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function blocksOf(entry: Entry, time: number): readonly Uint8Array[] {
  if (!('content' in entry)) return [header(entry, time)];
  return [header(entry, time), entry.content, Buffer.alloc(-entry.content.length & (BLOCK - 1))];
}

function header(entry: Entry, time: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath('folder' in entry ? `${entry.path}/` : entry.path);
  const owner = 'owner' in entry ? (entry.owner ?? 0) : 0;
  const text = (offset: number, length: number, value: string): void => {
    if (Buffer.byteLength(value) > length) throw new Error(`\`${value}\` is too long for tar`);
    block.write(value, offset);
  };
  const octal = (offset: number, length: number, value: number): void =>
    text(offset, length, value.toString(8).padStart(length - 1, '0'));
  text(0, 100, name);
  octal(100, 8, 'link' in entry ? 0o777 : entry.mode);
  octal(108, 8, owner);
  octal(116, 8, owner);
  octal(124, 12, 'content' in entry ? entry.content.length : 0);
  octal(136, 12, time);
  text(156, 1, typeOf(entry));
  if ('link' in entry) text(157, 100, entry.link);
  text(257, 8, 'ustar\u000000');
  octal(329, 8, 0);
  octal(337, 8, 0);
  text(345, 155, prefix);
  // The sum is that of the header with spaces in place of the sum.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function typeOf(entry: Entry): string {
  if ('content' in entry) return '0';
  return 'link' in entry ? '2' : '5';
}

/** A path of more than 100 bytes is split at a slash: at most 155 bytes before it, and 100 after it. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name !== '' && Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100)
      return [prefix, name];
  }
  throw new Error(`\`${path}\` is too long for tar`);
}
