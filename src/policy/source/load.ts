import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnose, wholeFile } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { thousands } from '../../diagnostic/thousands.ts';
import { type FileSystem, isGone, MAX_FILE_BYTES, MAX_FOLDER_BYTES, nodeFileSystem } from './file-system.ts';
import { createFolder, type FilesOfPass, type Folder, type ReadFile, readFileOf } from './folder.ts';
import { isOfPass, REVISION_FILE, sameFiles } from './pass-files.ts';
import { MAX_FILES, rootOf, type Walk, type WalkedFile, walk } from './walk.ts';

/** A folder with the diagnostics about its files, or the failure to read it. */
export type Loaded =
  | { readonly folder: Folder; readonly diagnostics: readonly Diagnostic[]; readonly failure?: undefined }
  | {
      readonly folder?: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly failure: LoadFailure;
    };

export type LoadFailure =
  | 'missing'
  | 'not-a-folder'
  | 'unreadable'
  | 'too-many-files'
  | 'too-large'
  | 'unsettled'
  | 'busy';

/** Most passes over a folder that changes while it is read. */
const ATTEMPTS = 10;

/**
 * Reads every YAML file of a policy folder in one consistent pass: the real path of the folder is resolved once, all
 * files are read through it, and a pass during which a file changed or disappeared is discarded. Files of two versions
 * are therefore never mixed, even if a link replaces the whole tree and the old tree is deleted at once. Never rejects
 * because of the content of the file system.
 */
export async function loadFolder(dir: string, fileSystem: FileSystem = nodeFileSystem): Promise<Loaded> {
  let last: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const loaded = await onePass(dir, fileSystem);
      if (loaded !== undefined) return loaded;
      last = undefined;
    } catch (error) {
      if (errorCode(error) === '') throw error;
      if (!isGone(error)) return failed(dir, 'unreadable', `cannot be read (${errorCode(error)})`);
      last = error;
    }
  }
  if (last === undefined) return failed(dir, 'unsettled', 'kept changing while it was read');
  return (await exists(dir, fileSystem))
    ? failed(dir, 'unsettled', 'kept losing files while it was read')
    : failed(dir, 'missing', 'does not exist');
}

/** One pass over the folder; undefined if a file changed during the pass. */
async function onePass(dir: string, fileSystem: FileSystem): Promise<Loaded | undefined> {
  const root = await rootOf(dir, fileSystem);
  if ((await fileSystem.stat(root)).kind !== 'folder') return failed(dir, 'not-a-folder', 'is not a folder');
  const walked = await walk(root, fileSystem);
  if (walked.truncated) return tooMany(dir);
  const { yaml, revision, diagnostics, total } = await readFiles(walked, fileSystem);
  if (total > MAX_FOLDER_BYTES) return tooLargeInTotal(dir);
  const settled = (await rootOf(dir, fileSystem)) === root && sameFiles(walked, await walk(root, fileSystem));
  return settled
    ? { folder: createFolder(dir, root, walked, { yaml, revision }, fileSystem), diagnostics }
    : undefined;
}

/** True for a link to a folder outside, which is reported: the policies in it would be missing without notice. */
function leadsAway(file: WalkedFile): boolean {
  return file.problem !== undefined && file.folder;
}

/** Files that are open at the same time. */
const READERS = 16;

async function readFiles(
  walked: Walk,
  fileSystem: FileSystem,
): Promise<FilesOfPass & Pick<Loaded, 'diagnostics'> & { readonly total: number }> {
  const wanted = [...walked.files].filter(([path, file]) => isOfPass(path) || leadsAway(file));
  const contents = new Map<string, ReadFile | Diagnostic>();
  const rest = wanted.values();
  let total = 0;
  async function reader(): Promise<void> {
    for (const [path, file] of rest) {
      const content = await contentOf(path, file, fileSystem);
      contents.set(path, content);
      if ('bytes' in content) total += content.bytes.byteLength;
      if (total > MAX_FOLDER_BYTES) break;
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader));

  const yaml = new Map<string, ReadFile>();
  const diagnostics: Diagnostic[] = [];
  for (const [path] of wanted) {
    const content = contents.get(path);
    // A `REVISION` that cannot be read is not an error: the revision then comes from another source.
    if (content === undefined || path === REVISION_FILE) continue;
    if ('bytes' in content) yaml.set(path, content);
    else diagnostics.push(content);
  }
  const named = contents.get(REVISION_FILE);
  const revision = named !== undefined && 'bytes' in named ? named.bytes : undefined;
  return { yaml, revision, diagnostics, total };
}

async function contentOf(
  path: string,
  file: WalkedFile,
  fileSystem: FileSystem,
): Promise<ReadFile | Diagnostic> {
  if (file.problem !== undefined && file.isClosed === true) {
    const message = `\`${path}\` ${file.problem}, and policies in it would be missing`;
    const help = 'make it readable for the user of this process, or serve a folder beside it';
    return diagnose('folder_skipped', wholeFile(path), message, help);
  }
  if (file.problem !== undefined) {
    return diagnostic('file_unreadable', path, `\`${path}\` ${file.problem}`, 'replace it by a regular file');
  }
  if (file.size > MAX_FILE_BYTES) return tooLarge(path);
  try {
    return readFileOf(await fileSystem.read(file.real));
  } catch (error) {
    if (isGone(error) || errorCode(error) === '') throw error;
    if (errorCode(error) === 'EFBIG') return tooLarge(path);
    return diagnostic(
      'file_unreadable',
      path,
      `\`${path}\` cannot be read (${errorCode(error)})`,
      'make it readable for the user of this process',
    );
  }
}

async function exists(dir: string, fileSystem: FileSystem): Promise<boolean> {
  return fileSystem.stat(dir).then(
    () => true,
    () => false,
  );
}

/** The mistake of a file that is too large to be read. */
export function tooLarge(path: string): Diagnostic {
  return diagnostic(
    'file_too_large',
    path,
    `\`${path}\` is larger than 1 MiB`,
    'split it into several files',
  );
}

function tooMany(dir: string): Loaded {
  const message = `\`${dir}\` has more than ${thousands(MAX_FILES)} files`;
  const help = 'name a folder that contains only policies';
  return { failure: 'too-many-files', diagnostics: [diagnostic('too_many_files', '', message, help)] };
}

function tooLargeInTotal(dir: string): Loaded {
  const message = `the files of \`${dir}\` have more than 64 MiB together`;
  const help = 'name a folder that contains only policies';
  return { failure: 'too-large', diagnostics: [diagnostic('folder_too_large', '', message, help)] };
}

function failed(dir: string, failure: LoadFailure, problem: string): Loaded {
  const help =
    failure === 'unsettled'
      ? 'write the files to another folder and move them here when they are complete'
      : 'name a folder of policies that this process may read';
  return { failure, diagnostics: [diagnostic('folder_unreadable', '', `\`${dir}\` ${problem}`, help)] };
}

/** An error about a whole file; about the folder if the path is empty. */
export function diagnostic(code: DiagnosticCode, path: string, message: string, help: string): Diagnostic {
  return { code, severity: 'error', message, help, span: wholeFile(path) };
}
