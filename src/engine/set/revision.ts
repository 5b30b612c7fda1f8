/** Which bytes decide: where they came from and what they are. */
export interface Revision {
  /** 40 (or 64) lower-case hex digits, empty when the folder is under no commit. */
  readonly commit: string;
  /** `sha256:` and 64 hex digits over the path and content of every file that was read. */
  readonly digest: string;
  /** Whether a policy file differs from the commit. */
  readonly dirty: boolean;
  readonly source: RevisionSource;
}

export type RevisionSource = 'git-sync' | 'git' | 'file' | 'flag' | 'digest';

/** The one string that answers and metrics carry: the commit, with `-dirty` when the tree was, else the digest. */
export function revisionText(revision: Revision): string {
  if (revision.commit === '') return revision.digest;
  return revision.dirty ? `${revision.commit}-dirty` : revision.commit;
}
