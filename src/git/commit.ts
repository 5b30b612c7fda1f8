import { isObjectId } from './git-dir.ts';
import type { ObjectStore } from './object-store.ts';

/** The parts of a commit that a person looks for. */
export interface Commit {
  readonly id: string;
  readonly tree: string;
  /** In order; the first one is that of the branch into which the others were merged. */
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** First line of the message; empty without one. */
  readonly subject: string;
}

interface Signature {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Offset of the author's clock from UTC, such as `+0200`. */
  readonly zone: string;
}

/** Most parents of a commit that are followed; git itself refuses more than 16 for a merge. */
const MAX_PARENTS = 64;
/** Most characters of a subject, and of a name. */
const MAX_TEXT = 500;

/** Reads a commit. Throws if it is missing, forged or damaged. */
export function readCommit(objects: ObjectStore, id: string): Commit {
  const text = objects.read(id, 'commit').toString('utf8');
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? '';
  if (!isObjectId(tree)) throw new Error(`commit ${id} names no tree`);
  const parents = [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent);
  return {
    id,
    tree,
    parents: parents.filter(isObjectId).slice(0, MAX_PARENTS),
    author: signatureIn(head, 'author'),
    committer: signatureIn(head, 'committer'),
    subject: end < 0 ? '' : subjectOf(text.slice(end + 2)),
  };
}

/** `NAME <EMAIL> SECONDS ZONE`, as git writes it; empty parts where it is written otherwise. */
function signatureIn(head: string, role: 'author' | 'committer'): Signature {
  const line = new RegExp(`^${role} (.*)$`, 'm').exec(head)?.[1] ?? '';
  const [, name = '', email = '', seconds = '0', zone = '+0000'] =
    /^(.*?) ?<([^>]*)> (\d{1,12}) ([+-]\d{4})$/.exec(line) ?? [];
  return {
    name: name.slice(0, MAX_TEXT),
    email: email.slice(0, MAX_TEXT),
    time: Number(seconds) * 1000,
    zone,
  };
}

function subjectOf(message: string): string {
  const [first = ''] = message.trimStart().split('\n', 1);
  return first.trim().slice(0, MAX_TEXT);
}
