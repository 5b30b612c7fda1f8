import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { wholeFile } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { type FileSystem, isGone, nodeFileSystem } from './file-system.ts';
import {
  createFolder,
  type FilesOfPass,
  type Folder,
  MAX_FILE_BYTES,
  type ReadFile,
  readFileOf,
} from './folder.ts';
import { MAX_FILES, rootOf, type Walk, type WalkedFile, walk } from './walk.ts';

/** A folder with what is wrong about single files of it, or why there is none. */
export type Loaded =
  | { readonly folder: Folder; readonly diagnostics: readonly Diagnostic[]; readonly failure?: undefined }
  | {
      readonly folder?: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly failure: LoadFailure;
    };

export type LoadFailure = 'missing' | 'not-a-folder' | 'unreadable' | 'too-many-files' | 'unsettled';

/** How often a folder that changes while it is read is read again before that is given up. */
const ATTEMPTS = 10;

/**
 * Reads every YAML file of a policy folder in one consistent pass: the folder's real path is found once and
 * everything is read through it, and a pass during which a file changed or vanished is thrown away. So files of
 * two versions are never mixed, also where a whole tree is swapped by a link and the old one deleted at once.
 * Never rejects for what is on the disk.
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

/** undefined: something changed meanwhile. */
async function onePass(dir: string, fileSystem: FileSystem): Promise<Loaded | undefined> {
  const root = await rootOf(dir, fileSystem);
  if ((await fileSystem.stat(root)).kind !== 'folder') return failed(dir, 'not-a-folder', 'is not a folder');
  const walked = await walk(root, fileSystem);
  if (walked.truncated) return tooMany(dir);
  const { yaml, revision, diagnostics } = await readFiles(walked, fileSystem);
  const settled = (await rootOf(dir, fileSystem)) === root && sameFiles(walked, await walk(root, fileSystem));
  return settled
    ? { folder: createFolder(dir, root, walked, { yaml, revision }, fileSystem), diagnostics }
    : undefined;
}

/** Whether a file's name says that it is read without being referred to. */
export function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

/** Names the commit, where no git is at hand. Read with the policies, so that it names none but theirs. */
const REVISION_FILE = 'REVISION';

function isOfPass(path: string): boolean {
  return isYaml(path) || path === REVISION_FILE;
}

/** A link to a folder elsewhere: passing over it in silence would lose the policies that are behind it. */
function leadsAway(file: WalkedFile): boolean {
  return file.problem !== undefined && file.folder;
}

/** How many files are open at a time. */
const READERS = 16;

async function readFiles(
  walked: Walk,
  fileSystem: FileSystem,
): Promise<FilesOfPass & Pick<Loaded, 'diagnostics'>> {
  const wanted = [...walked.files].filter(([path, file]) => isOfPass(path) || leadsAway(file));
  const contents = new Map<string, ReadFile | Diagnostic>();
  const rest = wanted.values();
  async function reader(): Promise<void> {
    for (const [path, file] of rest) contents.set(path, await contentOf(path, file, fileSystem));
  }
  await Promise.all(Array.from({ length: READERS }, reader));

  const yaml = new Map<string, ReadFile>();
  const diagnostics: Diagnostic[] = [];
  for (const [path] of wanted) {
    const content = contents.get(path);
    // Who cannot read the name of the commit does without it.
    if (content === undefined || path === REVISION_FILE) continue;
    if ('bytes' in content) yaml.set(path, content);
    else diagnostics.push(content);
  }
  const named = contents.get(REVISION_FILE);
  const revision = named !== undefined && 'bytes' in named ? named.bytes : undefined;
  return { yaml, revision, diagnostics };
}

async function contentOf(
  path: string,
  file: WalkedFile,
  fileSystem: FileSystem,
): Promise<ReadFile | Diagnostic> {
  if (file.problem !== undefined) {
    return diagnostic('file_unreadable', path, `\`${path}\` ${file.problem}`, 'put a regular file here');
  }
  if (file.size > MAX_FILE_BYTES) return tooLarge(path);
  try {
    const bytes = await fileSystem.read(file.real);
    return bytes.byteLength > MAX_FILE_BYTES ? tooLarge(path) : readFileOf(bytes);
  } catch (error) {
    if (isGone(error)) throw error;
    return diagnostic(
      'file_unreadable',
      path,
      `\`${path}\` cannot be read (${errorCode(error)})`,
      'make it readable for the user that this process runs as',
    );
  }
}

/** Whether two looks at a folder show the same files of a pass, none of them touched in between. */
function sameFiles(before: Walk, after: Walk): boolean {
  return marksOf(before) === marksOf(after);
}

function marksOf(walked: Walk): string {
  return [...walked.files]
    .filter(([path]) => isOfPass(path))
    .map(([path, file]) => `${path}\0${file.problem ?? `${file.real}\0${file.mark}`}`)
    .join('\n');
}

async function exists(dir: string, fileSystem: FileSystem): Promise<boolean> {
  return fileSystem.stat(dir).then(
    () => true,
    () => false,
  );
}

function tooLarge(path: string): Diagnostic {
  return diagnostic(
    'file_too_large',
    path,
    `\`${path}\` is larger than 1 MiB`,
    'split it into several files',
  );
}

function tooMany(dir: string): Loaded {
  const message = `\`${dir}\` holds more than ${MAX_FILES.toLocaleString('en')} files`;
  const help = 'point at the folder that holds the policies alone';
  return { failure: 'too-many-files', diagnostics: [diagnostic('too_many_files', '', message, help)] };
}

function failed(dir: string, failure: LoadFailure, problem: string): Loaded {
  const help =
    failure === 'unsettled'
      ? 'write files elsewhere and move them here when they are complete'
      : 'name a folder of policies that this process may read';
  return { failure, diagnostics: [diagnostic('folder_unreadable', '', `\`${dir}\` ${problem}`, help)] };
}

/** A diagnostic about a file as a whole; an empty path stands for the folder. */
export function diagnostic(code: DiagnosticCode, path: string, message: string, help: string): Diagnostic {
  return { code, severity: 'error', message, help, span: wholeFile(path) };
}
