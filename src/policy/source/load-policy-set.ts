import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { revisionText } from '../../engine/set/revision.ts';
import type { FileSystem } from './file-system.ts';
import { findRevision } from './find-revision.ts';
import type { Folder } from './folder.ts';
import { type LoadFailure, loadFolder } from './load.ts';

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
  /** Result of the load before this one, of which unchanged parts are reused. */
  readonly previous?: LoadResult | undefined;
}

/** Most loads of a folder in which a referenced file changes during the compilation. */
const ATTEMPTS = 3;

/**
 * Loads a folder as a policy set: reads it, compiles it and determines its revision. The set is that of `previous` if
 * neither content nor revision changed, and has its compiled parts with the new revision if only the revision changed.
 * Rejects only if `compile` does.
 */
export async function loadPolicySet(dir: string, options: LoadOptions): Promise<LoadResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await loadOnce(dir, options);
    if (result.folder?.isTorn() !== true || attempt === ATTEMPTS) return result;
  }
}

async function loadOnce(dir: string, options: LoadOptions): Promise<LoadResult> {
  const { folder, failure, diagnostics } = await loadFolder(dir, options.fileSystem);
  if (folder === undefined) {
    return { set: undefined, folder, failure, revision: undefined, diagnostics, notes: [] };
  }
  const known = unchanged(folder, options.previous);
  const compiled = known ?? (await options.compile(folder));
  const { revision, notes } = await findRevision(
    folder,
    options.flag === undefined ? {} : { flag: options.flag },
  );
  const whole = diagnostics.length === 0 && !folder.isTorn();
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
  return { set: previous.set, diagnostics: previous.diagnostics };
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

function sameRevision(a: Revision, b: Revision): boolean {
  return a.commit === b.commit && a.digest === b.digest && a.dirty === b.dirty && a.source === b.source;
}
