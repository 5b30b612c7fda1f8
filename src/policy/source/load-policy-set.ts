import { hasErrors } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { revisionText } from '../../engine/set/revision.ts';
import { pendingOperation } from '../../git/git-operation.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { findRevision } from './find-revision.ts';
import type { Folder } from './folder.ts';
import { diagnostic, type Loaded, type LoadFailure, loadFolder } from './load.ts';
import { withCommitFolder } from './load-commit.ts';
import { placeOf } from './repository-place.ts';
import { type Disturbance, disturbance, operationBefore, type Pause, realPause } from './settle.ts';

/** The result of a compilation. The revision is determined after it, when all files that it read are known. */
export interface CompileResult {
  /** Undefined if there are errors. A revision in it is replaced. */
  readonly set: Omit<PolicySet, 'revision' | 'revisionText'> | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export type CompileFolder = (folder: Folder) => CompileResult | Promise<CompileResult>;

/** The result of loading a folder: a policy set, or the diagnostics that prevent one. */
export interface LoadResult {
  readonly set: PolicySet | undefined;
  /** Undefined after a `failure`. */
  readonly folder: Folder | undefined;
  readonly failure: LoadFailure | undefined;
  readonly revision: Revision | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** See `RevisionFound`. */
  readonly notes: readonly string[];
}

export interface LoadOptions {
  readonly compile: CompileFolder;
  /** The `--revision` flag. */
  readonly flag?: string | undefined;
  readonly fileSystem?: FileSystem | undefined;
  /** Read the files out of the commit of HEAD; default: never. */
  readonly fromCommit?: FromCommit | undefined;
  /** Waits some milliseconds between two looks at a folder; tests pass their own. */
  readonly pause?: Pause | undefined;
  /** Result of the load before this one, of which unchanged parts are reused. */
  readonly previous?: LoadResult | undefined;
}

/** `if-known`: only if the folder is in a repository that can be read. */
export type FromCommit = 'always' | 'if-known';

/** Most loads of a folder in which a referenced file changes during the compilation. */
const ATTEMPTS = 3;

/**
 * Loads a folder as a policy set: reads it, compiles it and determines its revision. The set is that of `previous` if
 * neither content nor revision changed, and has its compiled parts with the new revision if only the revision changed.
 * Gives the failure `busy` while git is writing the folder or the folder keeps changing. Rejects only if `compile`
 * does.
 */
export async function loadPolicySet(dir: string, options: LoadOptions): Promise<LoadResult> {
  const { fromCommit } = options;
  const place = fromCommit === undefined ? undefined : placeOf(dir);
  if (place === undefined || 'problem' in place) {
    return fromCommit === 'always' ? withoutRepository(dir, place?.problem) : loadFromDisk(dir, options);
  }
  const operation = pendingOperation(place.git);
  if (operation?.movesHead === true) return busy(operation);
  return withCommitFolder(dir, place, (loaded) => compileLoaded(loaded, options));
}

async function loadFromDisk(dir: string, options: LoadOptions): Promise<LoadResult> {
  const { fileSystem = nodeFileSystem, pause = realPause, previous } = options;
  const isFirst = previous?.set === undefined;
  const operation = await operationBefore(dir, fileSystem, isFirst);
  if (operation !== undefined) return busy(operation);
  const result = await loadWhole(dir, options);
  const { folder, revision } = result;
  if (folder === undefined || revision === undefined) return result;
  if (result.set !== undefined && result.set === previous?.set) return result;
  const disturbed = await disturbance(folder, revision, isFirst, pause);
  return disturbed === undefined ? result : busy(disturbed);
}

async function loadWhole(dir: string, options: LoadOptions): Promise<LoadResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await compileLoaded(await loadFolder(dir, options.fileSystem), options);
    if (result.folder?.isTorn() !== true || attempt === ATTEMPTS) return result;
  }
}

function busy({ path, state, help }: Disturbance): LoadResult {
  return failed('busy', diagnostic('folder_busy', '', `\`${path}\` ${state}`, help));
}

function withoutRepository(dir: string, problem: string | undefined): LoadResult {
  const message = problem ?? `\`${dir}\` is not in a git repository, which \`--from-commit\` requires`;
  return failed('unreadable', diagnostic('no_revision', '', message, 'serve a git checkout'));
}

function failed(failure: LoadFailure, problem: Diagnostic): LoadResult {
  return {
    set: undefined,
    folder: undefined,
    failure,
    revision: undefined,
    diagnostics: [problem],
    notes: [],
  };
}

async function compileLoaded(loaded: Loaded, options: LoadOptions): Promise<LoadResult> {
  const { folder, failure, diagnostics } = loaded;
  if (folder === undefined) {
    return { set: undefined, folder, failure, revision: undefined, diagnostics, notes: [] };
  }
  const known = unchanged(folder, options.previous);
  const compiled = known ?? (await options.compile(folder));
  const { revision, notes } = await findRevision(
    folder,
    options.flag === undefined ? {} : { flag: options.flag },
  );
  const whole = !hasErrors(diagnostics) && !folder.isTorn();
  return {
    set: whole ? withRevision(revision, compiled.set, options.previous?.set) : undefined,
    folder,
    failure,
    revision,
    diagnostics: [...diagnostics, ...compiled.diagnostics],
    notes,
  };
}

/** The compilation of the previous load, if every file that it read is unchanged. */
function unchanged(folder: Folder, previous: LoadResult | undefined): CompileResult | undefined {
  if (previous?.set === undefined || previous.folder === undefined) return undefined;
  const referenced = [...previous.folder.files().keys()].filter((path) => !folder.yaml.has(path));
  if (folder.digestWith(referenced) !== previous.set.revision.digest) return undefined;
  for (const path of referenced) folder.read('', path);
  // Warnings about the folder itself are those of this pass.
  const diagnostics = previous.diagnostics.filter(({ code }) => code !== 'folder_skipped');
  return { set: previous.set, diagnostics };
}

function withRevision(
  revision: Revision,
  compiled: CompileResult['set'],
  previous: PolicySet | undefined,
): PolicySet | undefined {
  if (compiled === undefined) return undefined;
  if (compiled === previous && sameRevision(revision, previous.revision)) return previous;
  return { ...compiled, revision, revisionText: revisionText(revision) };
}

/** True if two revisions are of the same bytes of the same commit. */
export function sameRevision(a: Revision, b: Revision): boolean {
  return a.commit === b.commit && a.digest === b.digest && a.dirty === b.dirty && a.source === b.source;
}
