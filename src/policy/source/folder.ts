import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import type { PolicyFiles } from '../yaml/policy-files.ts';
import { type FileSystem, MAX_FILE_BYTES, MAX_FOLDER_BYTES } from './file-system.ts';
import { nearFile } from './near-file.ts';
import { sameFiles } from './pass-files.ts';
import { rootOf, type Walk, walk } from './walk.ts';

/** The files that a pass over the folder reads. */
export interface FilesOfPass {
  readonly yaml: ReadonlyMap<string, ReadFile>;
  /** Content of the file `REVISION`; undefined if it is missing or cannot be read. */
  readonly revision: Uint8Array | undefined;
}

/** A policy folder as read by one pass. */
export interface Folder extends PolicyFiles {
  /** Path as the operator wrote it. */
  readonly dir: string;
  /** Path without links; all files are read through it. */
  readonly realPath: string;
  /** The commit out of which the folder was read; undefined if it was read from the disk. */
  readonly commit?: string;
  /** Text of the file `REVISION`, which is not a policy file. */
  readonly revisionText: string | undefined;
  /** Paths of all files, read or not, in order. */
  readonly paths: readonly string[];
  /** All files read so far: the YAML files, and each referenced file after its first read. */
  files(): ReadonlyMap<string, Uint8Array>;
  /**
   * `sha256:` and 64 hex digits over path and content of all files read so far, in any order of reading. Call it after
   * the compilation, which reads the referenced files.
   */
  digest(): string;
  /** The digest of the YAML files together with these files; undefined if one cannot be read. */
  digestWith(paths: Iterable<string>): string | undefined;
  /** True if the folder still has the same files, all unchanged since they were read. Rejects if it cannot be listed. */
  isUnchanged(): Promise<boolean>;
  /** True if a referenced file changed or disappeared between the pass and its reading. Load again then. */
  isTorn(): boolean;
}

/** Creates a folder from its listing and its YAML files. */
export function createFolder(
  dir: string,
  realPath: string,
  walked: Walk,
  { yaml: yamlFiles, revision }: FilesOfPass,
  fileSystem: FileSystem,
): Folder {
  const read = new Map(yamlFiles);
  const yaml = new Map([...yamlFiles].map(([path, file]) => [path, file.bytes]));
  const contents = new Map(yaml);
  /** Referenced files, each read and hashed once, whether or not a document refers to it. */
  const others = new Map<string, ReadFile>();
  let total = [...yaml.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0);
  let torn = false;

  function readOne(path: string): ReadFile | { readonly problem: string } {
    const known = read.get(path) ?? others.get(path);
    if (known !== undefined) return known;
    const found = walked.files.get(path);
    if (found === undefined) return { problem: missing(path, walked) };
    if (found.problem !== undefined) return { problem: found.problem };
    if (found.size > MAX_FILE_BYTES) return { problem: 'is larger than 1 MiB' };
    try {
      const bytes = fileSystem.readNow(found.real);
      if (fileSystem.statNow(found.real).mark !== found.mark) torn = true;
      total += bytes.byteLength;
      if (total > MAX_FOLDER_BYTES) return { problem: 'makes the folder larger than 64 MiB' };
      const file = readFileOf(bytes);
      others.set(path, file);
      return file;
    } catch (error) {
      if (errorCode(error) === 'EFBIG') return { problem: 'is larger than 1 MiB' };
      torn = true;
      return { problem: `cannot be read (${errorCode(error) || errorMessage(error)})` };
    }
  }

  return {
    dir,
    realPath,
    revisionText: revision && new TextDecoder().decode(revision),
    yaml,
    paths: [...walked.files].flatMap(([path, { problem }]) => (problem === undefined ? [path] : [])),
    read(fromFile, reference) {
      const target = resolveReference(fromFile, reference);
      if (typeof target !== 'string') return target;
      const file = readOne(target);
      if ('problem' in file) {
        const isMissing = file.problem === 'does not exist';
        return isMissing ? { ...file, near: nearFile(fromFile, reference, walked.files.keys()) } : file;
      }
      read.set(target, file);
      contents.set(target, file.bytes);
      return { path: target, bytes: file.bytes };
    },
    files: () => contents,
    digest: () => digestOf(read),
    digestWith(paths) {
      const together = new Map(yamlFiles);
      for (const path of paths) {
        const file = readOne(path);
        if ('problem' in file) return undefined;
        together.set(path, file);
      }
      return digestOf(together);
    },
    async isUnchanged() {
      if (torn || (await rootOf(dir, fileSystem)) !== realPath) return false;
      return sameFiles(walked, await walk(realPath, fileSystem), new Set(contents.keys()));
    },
    isTorn: () => torn,
  };
}

/** The path of a reference, relative to the folder. Links are checked by the walk. */
function resolveReference(fromFile: string, reference: string): string | { readonly problem: string } {
  if (reference === '' || reference.includes('\0')) return { problem: 'is not a valid path' };
  if (reference.includes('\\')) return { problem: 'has a backslash; separate names with `/`' };
  if (posix.isAbsolute(reference)) return { problem: 'is an absolute path; write it relative to this file' };
  const target = posix.join(posix.dirname(fromFile), reference);
  if (target === '..' || target.startsWith('../')) return { problem: 'is outside of the policy folder' };
  if (target.split('/').some((part) => part.startsWith('.') && part !== '.')) {
    return { problem: 'has a name that starts with a dot, which policy folders ignore' };
  }
  return target;
}

function missing(path: string, walked: Walk): string {
  for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) {
    const problem = walked.files.get(above)?.problem;
    if (problem !== undefined) return problem;
  }
  const below = path === '.' ? '' : path.endsWith('/') ? path : `${path}/`;
  for (const known of walked.files.keys()) if (known.startsWith(below)) return 'is a folder';
  return 'does not exist';
}

/** The content of a file with its SHA-256 in hex, computed once when the file is read. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly sum: string;
}

export function readFileOf(bytes: Uint8Array): ReadFile {
  return { bytes, sum: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * SHA-256 over the output of `sha256sum` for the files in order of path: one line per file with the hash of its
 * content, two spaces and its path. A line break or backslash in a path is escaped, and such a line starts with a
 * backslash, so that different sets of files give different input.
 */
function digestOf(files: ReadonlyMap<string, ReadFile>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    hash.update(`${escaped === path ? '' : '\\'}${files.get(path)?.sum}  ${escaped}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
