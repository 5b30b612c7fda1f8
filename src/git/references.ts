import { join } from 'node:path';
import { type GitDir, isObjectId } from './git-dir.ts';
import { readText } from './git-file.ts';
import { packedRef } from './packed-refs.ts';

/** Names that a short one may be for, in the order of git. https://git-scm.com/docs/gitrevisions */
const PLACES = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'] as const;
/** Names of files outside of `refs` that hold an ID. */
const OUTSIDE = /^(?:HEAD|[A-Z]+_HEAD)$/;
/** Most references from a name to an ID, as in git. */
const MAX_REFERENCES = 5;

/** The ID of the object that a reference names, in full or in short; undefined if there is none. */
export function referenceNamed(git: GitDir, name: string): string | undefined {
  if (!isReferenceName(name)) return undefined;
  const places = [...PLACES.map((place) => place + name), `refs/remotes/${name}/HEAD`];
  for (const full of places) {
    const id = full.startsWith('refs/') || OUTSIDE.test(full) ? idAt(git, full) : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}

function idAt(git: GitDir, first: string): string | undefined {
  let name = first;
  for (let depth = 0; depth < MAX_REFERENCES; depth += 1) {
    const value = textOf(git, name)?.trim();
    if (value === undefined) return undefined;
    // `FETCH_HEAD` has more after the ID.
    const [id = ''] = value.split(/\s/, 1);
    if (isObjectId(id)) return id;
    const next = /^ref: (refs\/.+)$/.exec(value)?.[1];
    if (next === undefined || !isReferenceName(next)) return undefined;
    name = next;
  }
  return undefined;
}

function textOf(git: GitDir, name: string): string | undefined {
  return readText(join(git.own, name)) ?? readText(join(git.shared, name)) ?? packedRef(git.shared, name);
}

/** False for names that would lead out of the folder of references. https://git-scm.com/docs/git-check-ref-format */
function isReferenceName(name: string): boolean {
  return (
    name !== '' &&
    name.length <= 1000 &&
    !/[\0-\x20\x7f~^:?*[\\]/.test(name) &&
    name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
