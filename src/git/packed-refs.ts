import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openFile } from './git-file.ts';

/** Largest `packed-refs` that is searched, in bytes: about 900,000 references. */
const MAX_BYTES = 64 * 1024 * 1024;
/** The file is searched in parts, so that memory does not depend on its size. */
const PART = 1024 * 1024;

/** Precedes the first line, so that every line follows one. */
const LINE_BREAK = Buffer.from('\n');

/** The last answers by file and reference, with the state of the file: the file of a large repository has megabytes. */
const known = new Map<string, { readonly mark: string; readonly id: string | undefined }>();

/** The commit of a reference in `packed-refs`: lines of an ID, a space and a name. Undefined if it is not there. */
export function packedRef(shared: string, name: string): string | undefined {
  const path = join(shared, 'packed-refs');
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const key = `${path}\0${name}`;
  const mark = `${found.ino}:${found.size}:${found.mtimeNs}`;
  const last = known.get(key);
  if (last?.mark === mark) return last.id;
  const id = search(path, name);
  if (known.size >= 16) known.clear();
  known.set(key, { mark, id });
  return id;
}

function search(path: string, name: string): string | undefined {
  const file = openFile(path);
  if (file === undefined) return undefined;
  try {
    if (file.size > MAX_BYTES) throw new Error(`\`${path}\` has more than 64 MiB; run \`git pack-refs\``);
    const wanted = Buffer.from(` ${name}\n`);
    // Each part begins before the end of the last one, so that a line on the border is whole in one of them.
    const overlap = wanted.length + 65;
    for (let at = 0; at < file.size; at += PART) {
      const from = Math.max(0, at - overlap);
      const part = Buffer.concat([
        LINE_BREAK.subarray(0, at === 0 ? 1 : 0),
        file.read(from, at + PART - from),
      ]);
      const space = part.indexOf(wanted);
      const id = /\n((?:[0-9a-f]{40}|[0-9a-f]{64}))$/.exec(
        part.toString('latin1', Math.max(0, space - 65), space),
      )?.[1];
      if (space > 0 && id !== undefined) return id;
    }
    return undefined;
  } finally {
    file.close();
  }
}
