import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import type { PolicyFiles } from '../yaml/policy-files.ts';
import type { FileSystem } from './file-system.ts';
import type { Walk } from './walk.ts';

/** The most bytes of one file. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** What one pass read at once. */
export interface FilesOfPass {
  readonly yaml: ReadonlyMap<string, ReadFile>;
  /** The file `REVISION`; undefined: there is none, or it cannot be read. */
  readonly revision: Uint8Array | undefined;
}

/** A policy folder as one pass found it. */
export interface Folder extends PolicyFiles {
  /** As the operator wrote it. */
  readonly dir: string;
  /** Without links; all files were read through it. */
  readonly realPath: string;
  /** Text of the file `REVISION`, which is not among the policies. */
  readonly revisionText: string | undefined;
  /** Everything read so far: the YAML files, and each referenced file from the moment it is asked for. */
  files(): ReadonlyMap<string, Uint8Array>;
  /**
   * `sha256:` and 64 hex digits over path and content of everything read so far, independent of the order of
   * reading. Ask for it after the compilation, which is what reads the referenced files.
   */
  digest(): string;
  /** The digest that the YAML files have together with these others; undefined when one cannot be read. */
  digestWith(paths: Iterable<string>): string | undefined;
  /** Whether a referenced file changed or vanished between the pass and its reading: load again. */
  isTorn(): boolean;
}

/** Puts a folder together from what was listed and the YAML files that were read. */
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
  let torn = false;

  function readOne(path: string): ReadFile | { readonly problem: string } {
    const known = read.get(path);
    if (known !== undefined) return known;
    const found = walked.files.get(path);
    if (found === undefined) return { problem: missing(path, walked) };
    if (found.problem !== undefined) return { problem: found.problem };
    if (found.size > MAX_FILE_BYTES) return { problem: 'is larger than 1 MiB' };
    try {
      const bytes = fileSystem.readNow(found.real);
      if (fileSystem.statNow(found.real).mark !== found.mark) torn = true;
      return readFileOf(bytes);
    } catch (error) {
      torn = true;
      return { problem: `cannot be read (${errorCode(error)})` };
    }
  }

  return {
    dir,
    realPath,
    revisionText: revision && new TextDecoder().decode(revision),
    yaml,
    read(fromFile, reference) {
      const target = resolveReference(fromFile, reference);
      if (typeof target !== 'string') return target;
      const file = readOne(target);
      if ('problem' in file) return file;
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
    isTorn: () => torn,
  };
}

/** The path that a reference means, relative to the folder; links are judged where the folder is walked. */
function resolveReference(fromFile: string, reference: string): string | { readonly problem: string } {
  if (reference === '' || reference.includes('\0')) return { problem: 'is no path' };
  if (reference.includes('\\')) return { problem: 'separates with a backslash; write `/`' };
  if (posix.isAbsolute(reference)) return { problem: 'is absolute; write it relative to this file' };
  const target = posix.join(posix.dirname(fromFile), reference);
  if (target === '..' || target.startsWith('../')) return { problem: 'leads out of the policy folder' };
  if (target.split('/').some((part) => part.startsWith('.') && part !== '.')) {
    return { problem: 'passes a name that starts with a dot, which a policy folder skips' };
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

/** The content of a file with its SHA-256 in hex, computed once, where the file is read. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly sum: string;
}

export function readFileOf(bytes: Uint8Array): ReadFile {
  return { bytes, sum: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * SHA-256 over what `sha256sum` prints for the files in order of path: a line each of the content's hash, two
 * spaces and the path, a path with a line break or backslash escaped and the line marked by a backslash. So no
 * two sets of files give the same input.
 */
function digestOf(files: ReadonlyMap<string, ReadFile>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    hash.update(`${escaped === path ? '' : '\\'}${files.get(path)?.sum}  ${escaped}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
