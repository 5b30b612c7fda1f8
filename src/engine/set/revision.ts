/** Identity of the bytes of a policy set: their commit and their digest. */
export interface Revision {
  /** 40 (or 64) lower-case hex digits; empty if the folder is not under a commit. */
  readonly commit: string;
  /** `sha256:` and 64 hex digits, over the path and content of every file that was read. */
  readonly digest: string;
  /** True if a policy file differs from the commit. */
  readonly dirty: boolean;
  readonly source: RevisionSource;
}

export type RevisionSource = 'git-sync' | 'git' | 'file' | 'flag' | 'digest';

/** Text of a revision in answers and metrics: the commit, followed by `-dirty` if the tree is, else the digest. */
export function revisionText(revision: Revision): string {
  if (revision.commit === '') return revision.digest;
  return revision.dirty ? `${revision.commit}-dirty` : revision.commit;
}
