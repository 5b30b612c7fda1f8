import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { revisionText } from '../../engine/set/revision.ts';
import type { FileSystem } from './file-system.ts';
import { findRevision } from './find-revision.ts';
import type { Folder } from './folder.ts';
import { type LoadFailure, loadFolder } from './load.ts';

/** A compilation's result. The revision is found after it, when all files are known that it read. */
export interface CompileResult {
  /** undefined: there are errors. A revision in it is replaced. */
  readonly set: Omit<PolicySet, 'revision' | 'revisionText'> | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export type CompileFolder = (folder: Folder) => CompileResult | Promise<CompileResult>;

/** What a folder came to: a policy set, or the reasons why there is none. */
export interface LoadResult {
  readonly set: PolicySet | undefined;
  /** undefined: `failure` tells why. */
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
  /** The arrival before this one: what did not change is taken over from it. */
  readonly previous?: LoadResult | undefined;
}

/** How often a folder is loaded anew when a file that a document refers to changed under the compilation. */
const ATTEMPTS = 3;

/**
 * The way of a folder to a policy set: load, compile, name the revision. The set is that of `previous` itself
 * when neither content nor revision changed, and its compiled parts under the new revision when only that did.
 * Rejects only when `compile` does.
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
    set: whole ? under(revision, compiled.set, options.previous?.set) : undefined,
    folder,
    failure,
    revision,
    diagnostics: [...diagnostics, ...compiled.diagnostics],
    notes,
  };
}

/** The compilation of the previous arrival, when every file that it read holds the same as then. */
function unchanged(folder: Folder, previous: LoadResult | undefined): CompileResult | undefined {
  if (previous?.set === undefined || previous.folder === undefined) return undefined;
  const referenced = [...previous.folder.files().keys()].filter((path) => !folder.yaml.has(path));
  if (folder.digestWith(referenced) !== previous.set.revision.digest) return undefined;
  for (const path of referenced) folder.read('', path);
  return { set: previous.set, diagnostics: previous.diagnostics };
}

function under(
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
